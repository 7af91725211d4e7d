#include "daemon/stream/serial_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/stream/stream_errors.h"
#include "daemon/task/format_detect.h"
#include "daemon/task/outcome_status.h"
#include "daemon/task/payload.h"

namespace uacced {
namespace {

// Outputs that wait to be taken; with those the device stops.
constexpr size_t kMaxOutputs = 2;
// And one that is being made, one that is being written.
constexpr size_t kOutputBuffers = kMaxOutputs + 2;

// Until a full queue has had time to become less full.
constexpr int64_t kRunAgainNs = 5'000'000;

absl::Status OutputTooLarge(uint64_t max_output_bytes) {
  return MakeError(
      absl::StatusCode::kOutOfRange,
      absl::StrCat("the output is larger than max_output_bytes, ",
                   max_output_bytes),
      {.reason = "OUTPUT_TOO_LARGE",
       .metadata = {{"max_output_bytes", absl::StrCat(max_output_bytes)}}});
}

}  // namespace

SerialStream::SerialStream(const StreamPath& path, const Options& options)
    : path_(path), options_(options), spec_(options.spec) {
  if (options_.key == nullptr) return;
  totals_.key = options_.key->name();
  totals_.key_version = options_.key->version();
}

absl::Status SerialStream::Start() {
  UACCED_ASSIGN_OR_RETURN(
      piece_.ticket,
      path_.admission.Admit(TenantId{0},
                            2 * options_.input_piece_bytes +
                                kOutputBuffers * options_.output_piece_bytes));
  filling_.buffer = hw::DmaBuffer::Allocate(options_.input_piece_bytes);
  working_.buffer = hw::DmaBuffer::Allocate(options_.input_piece_bytes);
  if (filling_.buffer.data() == nullptr || working_.buffer.data() == nullptr) {
    return OutOfMemory();
  }
  return spec_.algorithm == hw::Algorithm::kNone ? absl::OkStatus() : Open();
}

absl::Status SerialStream::Open() {
  UACCED_ASSIGN_OR_RETURN(PieceRunner::OpenedStream opened,
                          path_.runner.OpenStream(spec_, path_.mode));
  UACCED_RETURN_IF_ERROR(
      path_.admission.Grow(piece_.ticket, opened.stream->max_memory_bytes()));
  stream_ = std::move(opened.stream);
  accelerator_ = std::move(opened.accelerator);
  piece_.mode = path_.mode;
  piece_.device_index = opened.device_index;
  piece_.deadline_ns = path_.deadline_ns;
  piece_.cancelled = &cancelled_;
  totals_.algorithm = spec_.algorithm;
  return absl::OkStatus();
}

hw::MutableBytes SerialStream::InputRoom() {
  if (state_ != State::kRunning) return {};
  if (filling_.end == filling_.buffer.size()) SendNext();
  return filling_.buffer.span().subspan(filling_.end);
}

void SerialStream::CommitInput(size_t bytes) {
  totals_.input_bytes += bytes;
  filling_.end += bytes;
}

void SerialStream::EndInput() {
  ended_ = true;
  Advance();
}

void SerialStream::Advance() {
  if (away_ && piece_.done()) Collect();
  SendNext();
  FinishIfDone();
}

// Gives the device more to do, if it has nothing and there is something.
void SerialStream::SendNext() {
  if (state_ != State::kRunning || away_ || finished_ ||
      outputs_.size() >= kMaxOutputs || !OpenIfPossible() || !HasWork() ||
      !MaySendNow()) {
    return;
  }
  if (working_.empty()) {
    working_.begin = working_.end = 0;
    std::swap(working_, filling_);
  }
  if (room_.data() == nullptr) {
    room_ = hw::DmaBuffer::Allocate(options_.output_piece_bytes);
    if (room_.data() == nullptr) return Fail(OutOfMemory());
  }
  hw::Request& request = piece_.request;
  request.operation = spec_.operation;
  request.algorithm = spec_.algorithm;
  request.source = hw::Bytes(working_.buffer.span())
                       .subspan(working_.begin, working_.end - working_.begin);
  request.destination = room_.span();
  request.stream = stream_.get();
  request.last = ended_ && filling_.empty();
  last_sent_ |= request.last;
  away_ = true;
  piece_.Arm(path_.host.shared_from_this());
  path_.runner.Run(piece_);
}

// True: the format is known and the device ready.
bool SerialStream::OpenIfPossible() {
  if (stream_ != nullptr) return true;
  const hw::Bytes seen = hw::Bytes(filling_.buffer.span()).first(filling_.end);
  const uint64_t needed_bytes = BytesToDetectFormat(seen);
  if (!ended_ && needed_bytes > seen.size() && seen.size() < kMaxProbeBytes) {
    return false;
  }
  spec_.algorithm = DetectFormat(seen);
  if (seen.empty()) {
    Fail(EmptyInput());
  } else if (spec_.algorithm == hw::Algorithm::kNone) {
    Fail(FormatNotDetected());
  } else {
    Fail(Open());
  }
  return stream_ != nullptr;
}

bool SerialStream::HasWork() {
  return !working_.empty() || !filling_.empty() || filled_ ||
         (ended_ && !last_sent_);
}

bool SerialStream::MaySendNow() {
  if (resume_at_ns_ == 0) return true;
  const int64_t wait_ns = resume_at_ns_ - path_.clock.NowNs();
  if (wait_ns > 0) {
    path_.host.ProgressAfter(absl::Nanoseconds(wait_ns));
    return false;
  }
  resume_at_ns_ = 0;
  return true;
}

void SerialStream::Collect() {
  away_ = false;
  if (state_ != State::kRunning) return;
  const Piece::Result& result = piece_.result();
  if (result.overloaded) {
    resume_at_ns_ = path_.clock.NowNs() + kRunAgainNs;
    // It is to be asked again, with whatever there is then.
    filled_ = true;
  } else if (!result.status.ok()) {
    Fail(result.status);
  } else {
    Fail(Take(result));
  }
}

absl::Status SerialStream::Take(const Piece::Result& result) {
  const hw::Request& request = piece_.request;
  const hw::Stream::Progress& progress = stream_->progress();
  const size_t produced_bytes = result.produced_bytes;
  if (progress.consumed_bytes > request.source.size() ||
      produced_bytes > request.destination.size()) {
    return BrokenDevice();
  }
  CountPiece(result, totals_);
  working_.begin += progress.consumed_bytes;
  filled_ = produced_bytes == request.destination.size() && !progress.done;
  finished_ = progress.done && request.last && working_.empty();
  const bool stuck =
      progress.consumed_bytes == 0 && produced_bytes == 0 && !finished_;
  if (stuck && !request.source.empty()) return BrokenDevice();
  // It ends one way or the other when it has everything.
  if (request.last && working_.empty() && !filled_ && !finished_) {
    return BrokenDevice();
  }
  if (produced_bytes == 0) return absl::OkStatus();
  if (produced_bytes > options_.max_output_bytes - totals_.output_bytes) {
    return OutputTooLarge(options_.max_output_bytes);
  }
  totals_.output_bytes += produced_bytes;
  outputs_.push_back({.buffer = std::move(room_), .bytes = produced_bytes});
  room_ = hw::DmaBuffer();
  return absl::OkStatus();
}

// It broke the rules of hw::Stream.
absl::Status SerialStream::BrokenDevice() const {
  if (!accelerator_.empty()) return AcceleratorFailed(accelerator_);
  return MakeError(absl::StatusCode::kInternal, "the device failed",
                   {.reason = "DEVICE_FAILED"});
}

std::optional<StreamOutput> SerialStream::TakeOutput() {
  if (state_ != State::kRunning || output_taken_ || outputs_.empty()) {
    return std::nullopt;
  }
  output_taken_ = true;
  StreamOutput output = std::move(outputs_.front());
  outputs_.pop_front();
  SendNext();
  return output;
}

void SerialStream::OutputWritten() {
  output_taken_ = false;
  FinishIfDone();
}

void SerialStream::FinishIfDone() {
  if (state_ == State::kRunning && finished_ && outputs_.empty() &&
      !output_taken_) {
    state_ = State::kDone;
  }
}

void SerialStream::Cancel(const absl::Status& reason) { Fail(reason); }

// Does nothing when `status` is OK, or the stream is over.
void SerialStream::Fail(absl::Status status) {
  if (status.ok() || state_ != State::kRunning) return;
  state_ = State::kFailed;
  status_ = std::move(status);
  cancelled_.store(true, std::memory_order_relaxed);
  outputs_.clear();
  filling_ = Input();
}

}  // namespace uacced
