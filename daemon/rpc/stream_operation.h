// One operation of a Process stream.
#ifndef UACCED_DAEMON_RPC_STREAM_OPERATION_H_
#define UACCED_DAEMON_RPC_STREAM_OPERATION_H_

#include <grpcpp/support/slice.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "daemon/core/ticket.h"
#include "daemon/rpc/operation_task.h"
#include "daemon/rpc/process_call.h"

namespace uacced {

// A message and its memory, for as long as an operation in it needs them.
struct MessageBuffer {
  grpc::Slice wire;
  Ticket ticket;
};

class StreamOperation final : public OperationTask {
 public:
  StreamOperation(const RequestPath& path, OperationKind kind, uint64_t id,
                  std::shared_ptr<const MessageBuffer> message,
                  ProcessCall* stream)
      : OperationTask(path, kind),
        id_(id),
        message_buffer_(std::move(message)),
        stream_(stream) {}
  ~StreamOperation() = default;

  uint64_t id() const { return id_; }
  const absl::Status& status() const { return status_; }
  // Answers without having been launched.
  void Refuse(const absl::Status& status) {
    RecordRefused(status.code());
    Ended(status, nullptr);
  }

  StreamOperation* next = nullptr;  // In an OperationList.
  uint64_t counted_bytes = 0;       // In the stream's unanswered bytes.

 private:
  void Ended(const absl::Status& status, DeferredList* deferred) override {
    status_ = status;
    stream_->OperationEnded(this, deferred);
  }

  const uint64_t id_;
  const std::shared_ptr<const MessageBuffer> message_buffer_;
  ProcessCall* const stream_;
  absl::Status status_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_STREAM_OPERATION_H_
