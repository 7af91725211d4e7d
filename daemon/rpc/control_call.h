// Calls of Keys and Admin: done at once on gRPC's thread, but as little trusted
// as any other. Their messages are small, and long answers are admitted.
//
// Ownership: the call deletes itself in OnDone(), and keeps its ticket until
//            then, so that answers to slow readers count.
#ifndef UACCED_DAEMON_RPC_CONTROL_CALL_H_
#define UACCED_DAEMON_RPC_CONTROL_CALL_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "daemon/core/error.h"
#include "daemon/core/ticket.h"
#include "daemon/rpc/answer_watch.h"
#include "daemon/rpc/grpc_status.h"
#include "daemon/rpc/wire.h"

namespace uacced {

// No sensible request of Keys or Admin comes near it.
inline constexpr size_t kMaxControlMessageBytes = 131'072;

class ControlCall final : public grpc::ServerUnaryReactor {
 public:
  // Answers that were admitted are watched.
  struct Admitted {
    Ticket ticket;
    AnswerWatch* answers = nullptr;
    grpc::CallbackServerContext* context = nullptr;
    int64_t now_ns = 0;
  };

  explicit ControlCall(Admitted admitted) : admitted_(std::move(admitted)) {
    if (admitted_.answers == nullptr) return;
    admitted_.answers->Add(answer_, admitted_.context, admitted_.now_ns);
  }
  void OnDone() override {
    if (admitted_.answers != nullptr) admitted_.answers->Remove(answer_);
    delete this;
  }

 private:
  // See UnaryCall.
  bool InternalInlineable() override { return true; }
  ~ControlCall() override = default;

  const Admitted admitted_;
  AnswerWatch::Answer answer_;
};

// Parses the message, lets `body(Request&, Response&)` answer it with a status,
// and finishes the call.
template <typename Request, typename Response, typename Body>
grpc::ServerUnaryReactor* RunControlCall(const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response, Body body,
                                         ControlCall::Admitted admitted = {}) {
  Request message;
  Response answer;
  // gRPC made the buffer for this call alone; const is the signature's.
  auto& buffer = const_cast<grpc::ByteBuffer&>(*request);
  absl::Status status;
  if (buffer.Length() > kMaxControlMessageBytes ||
      !ParseMessage(buffer, message)) {
    status = MakeError(absl::StatusCode::kInvalidArgument,
                       "the request is too long or not a valid message",
                       {.reason = "MALFORMED_MESSAGE"});
  } else {
    status = body(message, answer);
  }
  if (status.ok()) *response = SerializeWithPayload(answer, {}, 0);
  auto* call = new ControlCall(std::move(admitted));
  call->Finish(ToGrpcStatus(status));
  return call;
}

// Refuses a call that was not admitted.
inline grpc::ServerUnaryReactor* RefuseControlCall(const absl::Status& status) {
  auto* call = new ControlCall({});
  call->Finish(ToGrpcStatus(status));
  return call;
}

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_CONTROL_CALL_H_
