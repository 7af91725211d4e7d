// What a Stream does, whatever its method: one call of gRPC, a writer and a
// reader who may wait at the same time, and the verdict at the end.
//
// Threads:  as Stream. gRPC's reactions come on its own threads.
// Lifetime: shared by the Stream and, until OnDone(), by gRPC.
#ifndef UACCED_CLIENT_CPP_STREAM_CORE_H_
#define UACCED_CLIENT_CPP_STREAM_CORE_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cpp/shared_bytes.h"
#include "client/cpp/stream_input.h"
#include "client/cpp/stream_options.h"
#include "client/cpp/stream_output.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/client_callback.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::client {

class StreamCore final
    : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
      public std::enable_shared_from_this<StreamCore> {
 public:
  StreamCore(std::string options, bool crc32c,
             const StreamOptions& stream_options);

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
  void Progress() { progress_ = std::chrono::steady_clock::now(); }
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
  std::shared_ptr<StreamCore> self_;

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
  std::chrono::steady_clock::time_point progress_ =
      std::chrono::steady_clock::now();
  std::shared_ptr<grpc::ClientContext> context_;
  absl::Status error_;                // ours: before the daemon's
  std::optional<absl::Status> done_;  // the daemon's
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_STREAM_CORE_H_
