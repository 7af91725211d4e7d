#include "client/cpp/stream_core.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cpp/byte_buffers.h"
#include "client/cpp/channel.h"
#include "client/cpp/error.h"
#include "grpcpp/generic/generic_stub.h"

namespace uacced::client {
namespace {

using GenericStub =
    grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>;
using SteadyClock = std::chrono::steady_clock;

constexpr size_t kMinMessageBytes = 4096;
constexpr size_t kMaxMessageBytes = size_t{4} << 20;
// As good as for ever, and sums with it do not overflow.
constexpr absl::Duration kForever = absl::Hours(24 * 365);

// How an end that gRPC made differs from one that the daemon made.
absl::Status Explain(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kUnavailable ||
      !GetErrorDetails(status).reason.empty()) {
    return status;
  }
  return MakeLocalError(
      status.code(), "STREAM_LOST",
      absl::StrCat("the connection to the daemon was lost or never made; a "
                   "stream cannot be resumed, begin it again: ",
                   status.message()));
}

}  // namespace

StreamCore::StreamCore(std::string options, bool crc32c,
                       const StreamOptions& stream_options)
    : crc32c_(crc32c),
      idle_timeout_(std::min(stream_options.idle_timeout, kForever)),
      input_(std::clamp(stream_options.message_bytes, kMinMessageBytes,
                        kMaxMessageBytes),
             std::move(options), crc32c),
      context_(std::make_shared<grpc::ClientContext>()) {
  if (stream_options.timeout < kForever) {
    context_->set_deadline(
        DeadlineIn(absl::ToInt64Nanoseconds(stream_options.timeout)));
  }
}

void StreamCore::Start(const std::shared_ptr<grpc::Channel>& channel,
                       const char* path) {
  self_ = shared_from_this();
  GenericStub stub(channel);
  stub.PrepareBidiStreamingCall(context_.get(), path, grpc::StubOptions(),
                                this);
  AddHold();  // until OnReadDone() sees the end
  StartRead(&incoming_);
  StartCall();
}

void StreamCore::Do(Next next) {
  switch (next) {
    case Next::kNothing:
      return;
    case Next::kWrite:
      StartWrite(&outgoing_);
      break;
    case Next::kWritesDone:
      StartWritesDone();
      break;
    case Next::kRead:
      StartRead(&incoming_);
      break;
  }
  RemoveHold();
}

// What there is to write now; it is then under way.
StreamCore::Next StreamCore::NextWriteLocked() {
  if (writing_ || half_closed_ || read_ended_) return Next::kNothing;
  if (!input_.empty()) {
    writing_ = true;
    outgoing_ = ToByteBuffer(input_.Take());
    Progress();
    AddHold();
    return Next::kWrite;
  }
  if (!writes_done_) return Next::kNothing;
  half_closed_ = true;
  Progress();
  AddHold();
  return Next::kWritesDone;
}

absl::Status StreamCore::WriteSome(const std::function<bool()>& append) {
  bool more = true;
  while (more) {
    Lock lock(mutex_);
    WaitLocked(lock, [this] { return !input_.full() || writes_done_; });
    if (!error_.ok()) return error_;
    if (writes_done_) {
      return absl::FailedPreconditionError("Write() after WritesDone()");
    }
    // Before the end of the input that is an error, whatever the daemon says.
    if (done_) return VerdictLocked();
    more = append();
    const Next next = NextWriteLocked();
    lock.unlock();
    Do(next);
  }
  return absl::OkStatus();
}

absl::Status StreamCore::Write(absl::string_view input) {
  return WriteSome([&] {
    const size_t before = input.size();
    input_.Append(input);
    input_bytes_ += before - input.size();
    return !input.empty();
  });
}

absl::Status StreamCore::WriteShared(const SharedBytes& input) {
  size_t offset = 0;
  return WriteSome([&] {
    const size_t before = offset;
    input_.AppendShared(input, offset);
    input_bytes_ += offset - before;
    return offset < input.size;
  });
}

absl::Status StreamCore::WritesDone() {
  Lock lock(mutex_);
  if (!error_.ok() || done_) return VerdictLocked();
  writes_done_ = true;
  const Next next = NextWriteLocked();
  lock.unlock();
  Do(next);
  return absl::OkStatus();
}

void StreamCore::OnWriteDone(bool ok) {
  Lock lock(mutex_);
  outgoing_.Clear();
  writing_ = false;
  Progress();
  Next next = Next::kNothing;
  Next read = Next::kNothing;
  if (ok) {
    next = NextWriteLocked();
  } else {
    // The stream is over. The status comes once what it gave is read: nobody
    // needs that any more, as all of it would have needed all input.
    write_failed_ = true;
    if (incoming_full_) read = TakeIncomingLocked();
  }
  changed_.notify_all();
  lock.unlock();
  Do(next);
  Do(read);
}

void StreamCore::OnWritesDoneDone(bool) {
  std::lock_guard<std::mutex> lock(mutex_);
  Progress();
  changed_.notify_all();
}

void StreamCore::OnReadDone(bool ok) {
  Lock lock(mutex_);
  Progress();
  if (!ok) {
    read_ended_ = true;
    lock.unlock();
    RemoveHold();
    return;
  }
  incoming_full_ = true;
  // Nobody has taken the one before: this one waits, and gRPC with it.
  const bool wanted = !output_ || write_failed_ || !error_.ok();
  const Next next = wanted ? TakeIncomingLocked() : Next::kNothing;
  changed_.notify_all();
  lock.unlock();
  Do(next);
}

StreamCore::Next StreamCore::TakeIncomingLocked() {
  grpc::ByteBuffer message;
  message.Swap(&incoming_);
  incoming_full_ = false;
  AddHold();
  if (write_failed_ || !error_.ok()) {
    output_.reset();
    return Next::kRead;
  }
  StreamOutput output;
  absl::Status status = absl::InternalError("a message after the summary");
  if (!summary_) status = output.Parse(message, crc32c_, summary_);
  if (!status.ok()) {
    FailLocked(std::move(status));
  } else if (!output.empty()) {
    output_bytes_ += output.size();
    output_ = std::move(output);
  }
  return Next::kRead;
}

absl::StatusOr<StreamOutput> StreamCore::Read() {
  Lock lock(mutex_);
  WaitLocked(lock, [this] { return output_.has_value(); });
  if (!error_.ok()) return error_;
  if (!output_) {
    absl::Status verdict = VerdictLocked();
    if (!verdict.ok()) return verdict;
    return StreamOutput();
  }
  StreamOutput output = *std::move(output_);
  output_.reset();
  Progress();  // what we did not take the daemon did not owe
  const Next next = incoming_full_ ? TakeIncomingLocked() : Next::kNothing;
  lock.unlock();
  Do(next);
  return output;
}

void StreamCore::OnDone(const grpc::Status& status) {
  std::shared_ptr<grpc::ClientContext> context;
  {
    Lock lock(mutex_);
    context.swap(context_);
  }
  // It holds the channel, which must not outlive the client: see channel.h.
  context.reset();
  const std::shared_ptr<StreamCore> self = std::move(self_);
  Lock lock(mutex_);
  done_ = Explain(ToStatus(status));
  changed_.notify_all();
}

// REQUIRES: error_ is set or done_.
absl::Status StreamCore::VerdictLocked() const {
  if (!error_.ok()) return error_;
  if (!done_->ok()) return *done_;
  std::string problem;
  if (!summary_) {
    problem = "it ended without its summary";
  } else if (!half_closed_ || summary_->input_bytes() != input_bytes_) {
    problem = absl::StrCat("the daemon took ", summary_->input_bytes(), " of ",
                           input_bytes_, " bytes of input");
  } else if (summary_->output_bytes() != output_bytes_) {
    problem = absl::StrCat(output_bytes_, " of ", summary_->output_bytes(),
                           " bytes of output arrived");
  } else {
    return absl::OkStatus();
  }
  return MakeLocalError(absl::StatusCode::kDataLoss, "STREAM_TRUNCATED",
                        absl::StrCat("the stream is incomplete: ", problem));
}

bool StreamCore::DaemonOwesLocked() const {
  return !output_ && (writing_ || half_closed_);
}

template <typename Ready>
void StreamCore::WaitLocked(Lock& lock, Ready ready) {
  const auto over = [&] {
    return !error_.ok() || done_ || (!write_failed_ && ready());
  };
  while (!over()) {
    const SteadyClock::time_point due =
        progress_ + absl::ToChronoNanoseconds(idle_timeout_);
    if (idle_timeout_ == kForever || !DaemonOwesLocked()) {
      changed_.wait(lock);
    } else if (SteadyClock::now() < due) {
      changed_.wait_until(lock, due);
    } else {
      lock.unlock();
      Fail(absl::DeadlineExceededError(
          absl::StrCat("the daemon neither took input nor gave output for ",
                       absl::FormatDuration(idle_timeout_))));
      lock.lock();
    }
  }
}

// Nothing that the daemon says changes it any more. The stream must be
// cancelled after the lock is released, see Fail(), or end by itself.
void StreamCore::FailLocked(absl::Status error) {
  if (!error_.ok()) return;
  error_ = std::move(error);
  output_.reset();
  changed_.notify_all();
}

void StreamCore::Fail(absl::Status error) {
  Lock lock(mutex_);
  if (done_) return;
  FailLocked(std::move(error));
  const Next next = incoming_full_ ? TakeIncomingLocked() : Next::kNothing;
  const std::shared_ptr<grpc::ClientContext> context = context_;
  lock.unlock();
  // Without the lock: gRPC may run reactions within TryCancel().
  if (context != nullptr) context->TryCancel();
  Do(next);
}

void StreamCore::WaitUntilDone() {
  Lock lock(mutex_);
  changed_.wait(lock, [this] { return done_.has_value(); });
}

}  // namespace uacced::client
