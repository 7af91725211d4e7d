// One operation of a Process stream.
#ifndef UACCED_DAEMON_RPC_STREAM_OPERATION_H_
#define UACCED_DAEMON_RPC_STREAM_OPERATION_H_

#include <grpcpp/support/slice.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "daemon/core/ticket.h"
#include "daemon/rpc/operation_task.h"
#include "daemon/rpc/process_call.h"
#include "daemon/rpc/request_message.h"

namespace uacced {

// A message and its memory, for as long as an operation in it needs them.
struct MessageBuffer {
  grpc::Slice wire;
  Ticket ticket;
};

class StreamOperation final : public OperationTask {
 public:
  StreamOperation(const RequestPath& path, const OperationHeader& header,
                  std::shared_ptr<const MessageBuffer> message,
                  ProcessCall* stream)
      : OperationTask(path, header.kind),
        counted_bytes(header.wire.size()),
        header_(header),
        message_buffer_(std::move(message)),
        stream_(stream) {}
  ~StreamOperation() = default;

  uint64_t id() const { return header_.id; }
  const absl::Status& status() const { return status_; }

  // Ends by itself if it gets no further.
  void Start(int64_t now_ns, int64_t deadline_ns,
             const std::atomic<bool>* cancelled, Placement::Batch& batch);
  // Ends without having been launched.
  void Refuse(const absl::Status& status);

  StreamOperation* next = nullptr;  // In an OperationList.
  uint64_t counted_bytes;           // In the stream's unanswered bytes.
  // Admission of the operations of one message, apart from their payload.
  std::shared_ptr<const Ticket> room;

 private:
  // The result may wait long for its client, which must not keep the message,
  // admitted or not.
  void Ended(const absl::Status& status, DeferredList* deferred) override {
    status_ = status;
    message_buffer_.reset();
    if (!status.ok()) ForgetRequest();
    stream_->OperationEnded(this, deferred);
  }

  const OperationHeader header_;
  std::shared_ptr<const MessageBuffer> message_buffer_;  // Until Ended().
  ProcessCall* const stream_;
  absl::Status status_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_STREAM_OPERATION_H_
