// A ProcessCall is one Process stream: it takes messages apart into operations,
// lets each go its way, and sends the results that have gathered whenever no
// message is being sent.
//
// Flow control: it reads on only while fewer than max_jobs_per_stream
// operations
//            and max_bytes_per_stream bytes are unanswered. An operation counts
//            until the message with its result was written.
// Ownership: deletes itself in OnDone(). gRPC calls that only once Finish() was
//            called, which happens with no operation left and nobody inside
//            (pins_).
// Threads:   everything, at once, on any thread; mutex_ guards the state, and
//            is never held while calling gRPC, which may call back at once.
#ifndef UACCED_DAEMON_RPC_PROCESS_CALL_H_
#define UACCED_DAEMON_RPC_PROCESS_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "daemon/core/deferred.h"
#include "daemon/rpc/operation_task.h"
#include "daemon/rpc/stream_registry.h"
#include "daemon/task/reply_pool.h"

namespace uacced {

class StreamOperation;
struct MessageBuffer;

// Operations chained by StreamOperation::next; owns them.
struct OperationList {
  StreamOperation* head = nullptr;
  StreamOperation* tail = nullptr;
  uint32_t count = 0;  // Of a message's, when it was taken apart.
};

class ProcessCall final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
      public Deferred,
      public RetirableStream,
      private ReplyTask {
 public:
  // More in one message is malformed.
  static constexpr uint32_t kMaxOperationsPerMessage = 1024;

  ProcessCall(const RequestPath& path, StreamRegistry& registry,
              grpc::CallbackServerContext* context);

  // Begins to read. Call once; may delete this.
  void Start();

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void RunDeferred() override;
  bool Pin() override;
  void Retire(const absl::Status& status) override;

  // `operation` is this stream's again.
  void OperationEnded(StreamOperation* operation, DeferredList* deferred);

 private:
  // See UnaryCall.
  bool InternalInlineable() override { return true; }
  ~ProcessCall() override = default;

  using Lock = std::unique_lock<std::mutex>;

  void Respond() override;

  absl::Status TakeMessage();
  absl::Status Unpack(const std::shared_ptr<const MessageBuffer>& message,
                      OperationList& operations);
  absl::Status Admit(uint64_t bytes, Ticket& ticket) const;
  void Unpin(Lock& lock);
  bool PumpOnce(Lock& lock);
  bool MayRead() const;
  bool MayFinish() const;
  void Write(Lock& lock);
  void FillResponse();
  void DropFinished();

  // Constant after construction.
  const RequestPath& path_;
  StreamRegistry& registry_;
  grpc::CallbackServerContext* const context_;

  std::atomic<bool> cancelled_{false};

  AnswerWatch::Answer answer_;  // The message being written.

  // gRPC's while a read or write is under way.
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  // Their results are in response_. Only for whoever writes.
  OperationList being_written_;

  std::mutex mutex_;
  // Guarded by mutex_.
  OperationList finished_;
  uint32_t unanswered_jobs_ = 0;
  uint64_t unanswered_bytes_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool no_more_reads_ = false;  // The client's end, or ours.
  bool broken_ = false;         // Nothing can be written any more.
  bool finish_called_ = false;
  bool deferred_ = false;  // In a DeferredList.
  int pins_ = 0;           // Who is inside and will look again.
  absl::Status final_status_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_PROCESS_CALL_H_
