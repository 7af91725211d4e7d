#include "daemon/rpc/unary_call.h"

#include <cstdint>
#include <utility>

#include "daemon/core/error.h"
#include "daemon/rpc/deadline.h"
#include "daemon/rpc/grpc_status.h"
#include "daemon/rpc/wire.h"

namespace uacced {

void UnaryCall::Start(grpc::ByteBuffer& request) {
  const bool whole = MakeContiguous(request, wire_);
  // Its memory is not needed twice while the request waits.
  request.Clear();
  const absl::Status status =
      whole ? Prepare(AsBytes(wire_))
            : MakeError(absl::StatusCode::kInvalidArgument,
                        "the call carried no request message",
                        {.reason = "MALFORMED_MESSAGE"});
  if (!status.ok()) {
    RecordRefused(status.code());
    Finish(ToGrpcStatus(status));
    return;
  }
  const int64_t now_ns = path().clock.NowNs();
  LaunchOptions options;
  options.source = payload();
  options.now_ns = now_ns;
  options.deadline_ns = DeadlineNs(*context_, now_ns);
  options.cancelled = &cancelled_;
  // Ends after the call may have been answered and deleted.
  Placement::Batch batch(path().placement);
  Launch(std::move(options), batch);
}

void UnaryCall::Ended(const absl::Status& status, DeferredList* /*deferred*/) {
  if (!status.ok()) {
    Finish(ToGrpcStatus(status));
    return;
  }
  ResponseFields fields;
  const google::protobuf::MessageLite& head = BuildResponse(fields);
  *response_ = SerializeWithPayload(head, TakeOutput(), payload_bytes());
  answers_.Add(answer_, context_, path().clock.NowNs());
  Finish(grpc::Status::OK);
}

}  // namespace uacced
