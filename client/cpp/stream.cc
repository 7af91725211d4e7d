#include "client/cpp/stream.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cpp/byte_buffers.h"
#include "client/cpp/channel.h"
#include "client/cpp/error.h"
#include "client/cpp/stream_input.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/client_callback.h"

namespace uacced::client {
namespace {

using GenericStub =
    grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>;
using Reactor = grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;
using SteadyClock = std::chrono::steady_clock;

constexpr size_t kMinMessageBytes = 4096;
constexpr size_t kMaxMessageBytes = size_t{4} << 20;
// Shorter input is copied: a piece of its own costs more.
constexpr size_t kMinSharedBytes = 16384;
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

// Shared by the Stream and, until OnDone(), by gRPC.
class Stream::Core final : public Reactor,
                           public std::enable_shared_from_this<Core> {
 public:
  Core(std::string options, bool crc32c, const StreamOptions& stream_options)
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

  void Start(const std::shared_ptr<grpc::Channel>& channel, const char* path);
  absl::Status Write(absl::string_view input);
  absl::Status WriteShared(const SharedBytes& input);
  absl::Status WritesDone();
  absl::StatusOr<StreamOutput> Read();
  void Fail(absl::Status error);
  void WaitUntilDone();
  const v1::StreamSummary& summary() const { return *summary_; }

 private:
  using Lock = std::unique_lock<std::mutex>;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnWritesDoneDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  // gRPC's Start functions may run reactions, and those take the lock: they are
  // called after it is released, under a hold of their own.
  enum class Next { kNothing, kWrite, kWritesDone, kRead };
  void Do(Next next);
  Next NextWriteLocked();
  // What the unread message `incoming_` becomes. kRead: the next may come.
  Next TakeIncomingLocked();
  void FailLocked(absl::Status error);

  bool DaemonOwesLocked() const;
  void Progress() { progress_ = SteadyClock::now(); }
  // Until `ready`, the end, or the idle timeout.
  template <typename Ready>
  void WaitLocked(Lock& lock, Ready ready);
  absl::Status VerdictLocked() const;
  absl::Status WriteSome(const std::function<bool()>& append);

  // Constant after construction.
  const bool crc32c_;
  const absl::Duration idle_timeout_;

  // gRPC's while a read, a write is under way.
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;
  std::shared_ptr<Core> self_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  StreamInput input_;
  uint64_t input_bytes_ = 0;
  bool writing_ = false;
  bool writes_done_ = false;  // by the caller
  bool half_closed_ = false;
  bool write_failed_ = false;
  bool incoming_full_ = false;  // and nothing is being read
  bool read_ended_ = false;
  std::optional<StreamOutput> output_;
  uint64_t output_bytes_ = 0;
  std::optional<v1::StreamSummary> summary_;
  SteadyClock::time_point progress_ = SteadyClock::now();
  std::shared_ptr<grpc::ClientContext> context_;
  absl::Status error_;                // ours: before the daemon's
  std::optional<absl::Status> done_;  // the daemon's
};

void Stream::Core::Start(const std::shared_ptr<grpc::Channel>& channel,
                         const char* path) {
  self_ = shared_from_this();
  GenericStub stub(channel);
  stub.PrepareBidiStreamingCall(context_.get(), path, grpc::StubOptions(),
                                this);
  AddHold();  // until OnReadDone() sees the end
  StartRead(&incoming_);
  StartCall();
}

void Stream::Core::Do(Next next) {
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
Stream::Core::Next Stream::Core::NextWriteLocked() {
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

absl::Status Stream::Core::WriteSome(const std::function<bool()>& append) {
  bool more = true;
  while (more) {
    Lock lock(mutex_);
    WaitLocked(lock, [this] { return !input_.full(); });
    if (!error_.ok() || done_) return VerdictLocked();
    if (writes_done_) {
      return absl::FailedPreconditionError("Write() after WritesDone()");
    }
    more = append();
    const Next next = NextWriteLocked();
    lock.unlock();
    Do(next);
  }
  return absl::OkStatus();
}

absl::Status Stream::Core::Write(absl::string_view input) {
  return WriteSome([&] {
    const size_t before = input.size();
    input_.Append(input);
    input_bytes_ += before - input.size();
    return !input.empty();
  });
}

absl::Status Stream::Core::WriteShared(const SharedBytes& input) {
  size_t offset = 0;
  return WriteSome([&] {
    const size_t before = offset;
    input_.AppendShared(input, offset);
    input_bytes_ += offset - before;
    return offset < input.size;
  });
}

absl::Status Stream::Core::WritesDone() {
  Lock lock(mutex_);
  if (!error_.ok() || done_) return VerdictLocked();
  writes_done_ = true;
  const Next next = NextWriteLocked();
  lock.unlock();
  Do(next);
  return absl::OkStatus();
}

void Stream::Core::OnWriteDone(bool ok) {
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

void Stream::Core::OnWritesDoneDone(bool) {
  std::lock_guard<std::mutex> lock(mutex_);
  Progress();
  changed_.notify_all();
}

void Stream::Core::OnReadDone(bool ok) {
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

Stream::Core::Next Stream::Core::TakeIncomingLocked() {
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
  if (!summary_) status = output.Parse(std::move(message), crc32c_, summary_);
  if (!status.ok()) {
    FailLocked(std::move(status));
  } else if (!output.empty()) {
    output_bytes_ += output.size();
    output_ = std::move(output);
  }
  return Next::kRead;
}

absl::StatusOr<StreamOutput> Stream::Core::Read() {
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

void Stream::Core::OnDone(const grpc::Status& status) {
  std::shared_ptr<grpc::ClientContext> context;
  {
    Lock lock(mutex_);
    context.swap(context_);
  }
  // It holds the channel, which must not outlive the client: see channel.h.
  context.reset();
  const std::shared_ptr<Core> self = std::move(self_);
  Lock lock(mutex_);
  done_ = Explain(ToStatus(status));
  changed_.notify_all();
}

// REQUIRES: error_ is set or done_.
absl::Status Stream::Core::VerdictLocked() const {
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

bool Stream::Core::DaemonOwesLocked() const {
  return !output_ && (writing_ || half_closed_);
}

template <typename Ready>
void Stream::Core::WaitLocked(Lock& lock, Ready ready) {
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
void Stream::Core::FailLocked(absl::Status error) {
  if (!error_.ok()) return;
  error_ = std::move(error);
  output_.reset();
  changed_.notify_all();
}

void Stream::Core::Fail(absl::Status error) {
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

void Stream::Core::WaitUntilDone() {
  Lock lock(mutex_);
  changed_.wait(lock, [this] { return done_.has_value(); });
}

Stream::Stream(std::shared_ptr<Core> core) : core_(std::move(core)) {}

Stream::~Stream() {
  Cancel();
  core_->WaitUntilDone();
}

std::unique_ptr<Stream> Stream::Start(Client& client, const char* path,
                                      std::string options,
                                      const StreamOptions& stream_options) {
  auto core = std::make_shared<Core>(std::move(options),
                                     client.options().crc32c, stream_options);
  core->Start(client.channel(), path);
  return std::unique_ptr<Stream>(new Stream(std::move(core)));
}

std::unique_ptr<Stream> Stream::Open(Client& client,
                                     const v1::CompressStreamOptions& options,
                                     const StreamOptions& stream_options) {
  return Start(client, "/uacced.v1.Accelerator/CompressStream",
               options.SerializeAsString(), stream_options);
}

std::unique_ptr<Stream> Stream::Open(Client& client,
                                     const v1::DecompressStreamOptions& options,
                                     const StreamOptions& stream_options) {
  return Start(client, "/uacced.v1.Accelerator/DecompressStream",
               options.SerializeAsString(), stream_options);
}

std::unique_ptr<Stream> Stream::Open(Client& client,
                                     const v1::EncryptStreamOptions& options,
                                     const StreamOptions& stream_options) {
  return Start(client, "/uacced.v1.Accelerator/EncryptStream",
               options.SerializeAsString(), stream_options);
}

std::unique_ptr<Stream> Stream::Open(Client& client,
                                     const v1::DecryptStreamOptions& options,
                                     const StreamOptions& stream_options) {
  return Start(client, "/uacced.v1.Accelerator/DecryptStream",
               options.SerializeAsString(), stream_options);
}

std::unique_ptr<Stream> Stream::Open(Client& client,
                                     const v1::DigestStreamOptions& options,
                                     const StreamOptions& stream_options) {
  return Start(client, "/uacced.v1.Accelerator/DigestStream",
               options.SerializeAsString(), stream_options);
}

absl::Status Stream::Write(absl::string_view input) {
  if (input.empty()) return absl::OkStatus();
  return core_->Write(input);
}

absl::Status Stream::WriteOwned(std::string input) {
  if (input.size() < kMinSharedBytes) return Write(input);
  const auto owner = std::make_shared<const std::string>(std::move(input));
  return core_->WriteShared(
      {std::shared_ptr<const char[]>(owner, owner->data()), owner->size()});
}

absl::Status Stream::WritesDone() { return core_->WritesDone(); }

absl::StatusOr<StreamOutput> Stream::Read() { return core_->Read(); }

void Stream::Cancel() {
  core_->Fail(absl::CancelledError("the stream was cancelled"));
}

const v1::StreamSummary& Stream::summary() const { return core_->summary(); }

}  // namespace uacced::client
