// A UnaryCall carries one unary request over the path and answers it.
//
// Ownership: deletes itself in OnDone(), when gRPC has let go of the answer.
//            Until then it keeps the task's ticket, so that answers still being
//            written count against the limits.
// Threads:   Start() on a gRPC thread, Ended() where Task says, OnCancel() on
//            any thread at any time, OnDone() last of all.
#ifndef UACCED_DAEMON_RPC_UNARY_CALL_H_
#define UACCED_DAEMON_RPC_UNARY_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/slice.h>

#include <atomic>

#include "absl/status/status.h"
#include "daemon/rpc/answer_watch.h"
#include "daemon/rpc/operation_task.h"

namespace uacced {

class UnaryCall final : public grpc::ServerUnaryReactor, public OperationTask {
 public:
  UnaryCall(const RequestPath& path, OperationKind kind,
            grpc::CallbackServerContext* context, grpc::ByteBuffer* response)
      : OperationTask(path, kind),
        answers_(path.answers),
        context_(context),
        response_(response) {}

  // Consumes `request`. Answers by itself if it gets no further.
  void Start(grpc::ByteBuffer& request);

  void OnCancel() override {
    cancelled_.store(true, std::memory_order_relaxed);
  }
  void OnDone() override {
    answers_.Remove(answer_);
    delete this;
  }

 private:
  // gRPC 1.51 runs reactions of user reactors on an executor thread of its own,
  // which wakes it once for each call; those of its DefaultReactor, which says
  // this, it runs where they come up. Ours are as trivial: a flag and a delete.
  bool InternalInlineable() override { return true; }

  ~UnaryCall() override = default;
  void Ended(const absl::Status& status, DeferredList* deferred) override;

  AnswerWatch& answers_;
  AnswerWatch::Answer answer_;
  grpc::CallbackServerContext* const context_;
  grpc::ByteBuffer* const response_;
  grpc::Slice wire_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_UNARY_CALL_H_
