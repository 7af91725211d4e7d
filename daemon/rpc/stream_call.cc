#include "daemon/rpc/stream_call.h"

#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/core/field_error.h"
#include "daemon/rpc/deadline.h"
#include "daemon/rpc/grpc_status.h"

namespace uacced {
namespace {

// Of a message that its stream has no room for: as gRPC may hold of the next.
constexpr size_t kMaxUncountedBytes = 1 << 20;

std::chrono::system_clock::time_point After(absl::Duration wait) {
  return std::chrono::system_clock::now() + absl::ToChronoMicroseconds(wait);
}

absl::Status CancelledByClient() {
  return MakeError(absl::StatusCode::kCancelled,
                   "the client cancelled the stream",
                   {.reason = "CANCELLED_BY_CLIENT"});
}

absl::Status TooLarge(uint64_t bytes, uint64_t max_bytes) {
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("an input of ", bytes, " bytes in one message is more than ",
                   "this daemon's limits.max_message_bytes, ", max_bytes,
                   "; send it in more messages"),
      {.reason = "PAYLOAD_TOO_LARGE",
       .metadata = {{"limit", "limits.max_message_bytes"},
                    {"value", absl::StrCat(max_bytes)}},
       .quota_subject = "daemon",
       .quota_description =
           absl::StrCat("limits.max_message_bytes = ", max_bytes)});
}

}  // namespace

StreamCall::Reactor* StreamCall::Start(const StreamCallPath& path,
                                       StreamKind kind,
                                       grpc::CallbackServerContext* context) {
  auto call = std::make_shared<StreamCall>(path, kind, context);
  call->grpc_reference_ = call;
  call->SetStallAlarm(absl::ToInt64Nanoseconds(path.max_stall));
  call->Wake();
  return call.get();
}

StreamCall::StreamCall(const StreamCallPath& path, StreamKind kind,
                       grpc::CallbackServerContext* context)
    : path_(path),
      kind_(kind),
      context_(context),
      client_active_ns_(path.path.clock.NowNs()) {
  path_.path.metrics.CountStreamStarted();
}

StreamCall::~StreamCall() = default;

void StreamCall::OnReadDone(bool ok) {
  read_event_.store(ok ? Event::kOk : Event::kFailed,
                    std::memory_order_release);
  Wake();
}

void StreamCall::OnWriteDone(bool ok) {
  write_event_.store(ok ? Event::kOk : Event::kFailed,
                     std::memory_order_release);
  Wake();
}

void StreamCall::OnCancel() {
  cancel_event_.store(true, std::memory_order_release);
  Wake();
}

void StreamCall::OnDone() {
  path_.answers.Remove(answer_);
  // Perhaps the last one.
  const std::shared_ptr<StreamHost> reference = std::move(grpc_reference_);
}

void StreamCall::Progress() {
  if (wakes_.fetch_add(1, std::memory_order_acq_rel) != 0) return;
  pool_reference_ = shared_from_this();
  path_.path.reply_pool.Push(this);
}

void StreamCall::Respond() {
  const std::shared_ptr<StreamHost> reference = std::move(pool_reference_);
  Work();
}

void StreamCall::Wake() {
  if (wakes_.fetch_add(1, std::memory_order_acq_rel) != 0) return;
  const std::shared_ptr<StreamHost> reference = shared_from_this();
  Work();
}

// Drives until nobody has woken it meanwhile.
void StreamCall::Work() {
  uint32_t seen = wakes_.load(std::memory_order_acquire);
  do {
    Drive();
  } while (!wakes_.compare_exchange_strong(seen, 0, std::memory_order_acq_rel));
}

void StreamCall::ProgressAfter(absl::Duration wait) {
  if (retry_pending_ || finished_) return;
  retry_pending_ = true;
  retry_alarm_ = std::make_unique<grpc::Alarm>();
  retry_alarm_->Set(After(wait),
                    [this, reference = shared_from_this()](bool ok) {
                      if (!ok) return;
                      retry_event_.store(true, std::memory_order_release);
                      Wake();
                    });
}

void StreamCall::Drive() {
  TakeEvents();
  if (stream_ != nullptr) stream_->Advance();
  if (finished_) return;
  Feed();
  Write();
  Read();
  FinishIfOver();
}

void StreamCall::TakeEvents() {
  if (retry_event_.exchange(false, std::memory_order_acq_rel)) {
    retry_pending_ = false;
  }
  const Event write =
      write_event_.exchange(Event::kNone, std::memory_order_acq_rel);
  if (write != Event::kNone) {
    writing_ = false;
    response_.Clear();
    client_active_ns_ = path_.path.clock.NowNs();
    if (reply_.empty() && std::exchange(output_out_, false)) {
      stream_->OutputWritten();
    }
  }
  const Event read =
      read_event_.exchange(Event::kNone, std::memory_order_acq_rel);
  if (read != Event::kNone) {
    reading_ = false;
    client_active_ns_ = path_.path.clock.NowNs();
    half_closed_ |= read == Event::kFailed;
  }
  // Last: with the client gone the rest means nothing.
  if (cancel_event_.load(std::memory_order_acquire) ||
      write == Event::kFailed) {
    broken_ = true;
    Fail(CancelledByClient());
  }
  if (read == Event::kOk && failure_.ok()) TakeMessage();
  if (stall_event_.exchange(false, std::memory_order_acq_rel)) LookForStall();
}

void StreamCall::TakeMessage() {
  StreamInput::Around around;
  absl::Status status = input_.Parse(request_, around);
  if (status.ok() && input_.left_bytes() > path_.path.max_payload_bytes) {
    status = TooLarge(input_.left_bytes(), path_.path.max_payload_bytes);
  }
  if (status.ok() && stream_ != nullptr && around.options.has_value()) {
    status = FieldError("options", "OPTIONS_TWICE",
                        "only the first message may carry them");
  }
  if (status.ok() && stream_ == nullptr) status = Open(around);
  Fail(status);
}

absl::Status StreamCall::Open(const StreamInput::Around& around) {
  with_crc_ = around.has_crc;
  const StreamPath path{
      .host = *this,
      .runner = path_.runner,
      .admission = path_.path.admission,
      .clock = path_.path.clock,
      .max_bytes_per_stream = path_.max_bytes_per_stream,
      .deadline_ns = DeadlineNs(*context_, path_.path.clock.NowNs()),
      .mode = path_.mode,
      .checks_output = path_.path.verify.mode != VerifyPolicy::Mode::kOff};
  UACCED_ASSIGN_OR_RETURN(
      stream_, OpenByteStream(kind_, around.options, path, path_.keys));
  return stream_->Start();
}

void StreamCall::Feed() {
  if (!failure_.ok()) return;
  while (!input_.empty()) {
    const hw::MutableBytes room = stream_->InputRoom();
    if (room.empty()) break;
    stream_->CommitInput(input_.CopyTo(room));
  }
  Fail(CountInput());
  if (!failure_.ok()) return;
  if (half_closed_ && input_.empty() && !input_ended_) {
    input_ended_ = true;
    // Without any message: as with one that has nothing in it.
    if (stream_ == nullptr) Fail(Open({}));
    if (failure_.ok()) stream_->EndInput();
  }
  if (stream_ != nullptr) stream_->Advance();
}

// What is left of a large message waits for the client to read output, and must
// count until then: each stream could keep as much.
absl::Status StreamCall::CountInput() {
  if (input_.left_bytes() <= kMaxUncountedBytes) {
    input_ticket_ = Ticket();
  } else if (!input_ticket_.valid()) {
    UACCED_ASSIGN_OR_RETURN(
        input_ticket_, path_.path.admission.AdmitBytes(input_.left_bytes()));
  }
  return absl::OkStatus();
}

void StreamCall::Write() {
  if (writing_ || broken_ || !failure_.ok() || stream_ == nullptr) return;
  if (reply_.empty()) {
    std::optional<StreamOutput> output = stream_->TakeOutput();
    if (!output.has_value()) return;
    reply_.Set(*std::move(output));
    output_out_ = true;
  }
  response_ = reply_.NextMessage(with_crc_);
  writing_ = true;
  StartWrite(&response_);
}

void StreamCall::Read() {
  if (reading_ || half_closed_ || !failure_.ok() || !input_.empty()) return;
  if (stream_ != nullptr && !stream_->wants_input()) return;
  reading_ = true;
  StartRead(&request_);
}

void StreamCall::FinishIfOver() {
  if (stream_ != nullptr && stream_->state() == ByteStream::State::kFailed) {
    Fail(stream_->status());
  }
  const bool done = failure_.ok() && stream_ != nullptr &&
                    stream_->state() == ByteStream::State::kDone;
  if (writing_ || (failure_.ok() && !done)) return;
  // gRPC's server outlives its calls, and so, with this, what devices do.
  if (stream_ != nullptr && stream_->working()) return;
  finished_ = true;
  path_.path.metrics.CountStreamEnded(failure_.code());
  // They would keep this alive until they went off.
  stall_alarm_.reset();
  retry_alarm_.reset();
  if (!failure_.ok()) {
    Finish(ToGrpcStatus(failure_));
    return;
  }
  v1::StreamSummary summary;
  FillSummary(kind_, stream_->totals(), path_.path.placement, summary);
  // Its client may never read this: that must not keep what the stream took,
  // nor the call.
  stream_.reset();
  response_ = SummaryMessage(summary);
  path_.answers.Add(answer_, context_, path_.path.clock.NowNs());
  StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
}

// Does nothing when `status` is OK. The first failure counts.
void StreamCall::Fail(const absl::Status& status) {
  if (status.ok() || !failure_.ok()) return;
  failure_ = status;
  if (stream_ != nullptr) stream_->Cancel(status);
}

// A client that does its part, or has none to do, is not stalled.
void StreamCall::LookForStall() {
  const int64_t max_ns = absl::ToInt64Nanoseconds(path_.max_stall);
  const bool waiting = reading_ || writing_;
  const int64_t now_ns = path_.path.clock.NowNs();
  const int64_t idle_ns = waiting ? now_ns - client_active_ns_ : 0;
  if (idle_ns < max_ns || finished_) {
    SetStallAlarm(max_ns - idle_ns);
    return;
  }
  Fail(MakeError(absl::StatusCode::kUnavailable,
                 absl::StrCat("the client neither sent nor read anything for ",
                              absl::FormatDuration(path_.max_stall),
                              ", limits.max_stream_stall_ms"),
                 {.reason = "STREAM_STALLED"}));
  // A write that the client does not read would never end.
  if (writing_) context_->TryCancel();
}

void StreamCall::SetStallAlarm(int64_t wait_ns) {
  if (finished_) return;
  stall_alarm_ = std::make_unique<grpc::Alarm>();
  stall_alarm_->Set(After(absl::Nanoseconds(wait_ns)),
                    [this, reference = weak_from_this()](bool ok) {
                      const auto alive = reference.lock();
                      if (!ok || alive == nullptr) return;
                      stall_event_.store(true, std::memory_order_release);
                      Wake();
                    });
}

}  // namespace uacced
