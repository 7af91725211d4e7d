// A UnaryCall carries one unary request over the data path: it owns the
// request message, hands a Job to admission and placement, gets it back, and
// answers. Operation-specific parts are in the two virtual functions.
//
// Ownership: deletes itself in OnDone(), when gRPC has let go of the answer.
//            Until then it keeps the ticket, so that answers still being
//            written count against the limits.
// Threads:   Start() on a gRPC thread, Complete() on the polling thread,
//            Respond() there or on a reply thread, OnCancel() on any thread at
//            any time, OnDone() last of all.
#ifndef UACCED_DAEMON_RPC_UNARY_CALL_H_
#define UACCED_DAEMON_RPC_UNARY_CALL_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "base/clock.h"
#include "daemon/admission/admission.h"
#include "daemon/core/job.h"
#include "daemon/keys/key_store.h"
#include "daemon/metrics/metrics.h"
#include "daemon/reactor/placement.h"
#include "daemon/rpc/convert.h"
#include "daemon/rpc/reply_pool.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {

// Everything a call needs on its way. All outlive every call.
struct RequestPath {
  Admission& admission;
  Placement& placement;
  const KeyStore& keys;
  Metrics& metrics;
  ReplyPool& reply_pool;
  const Clock& clock;
  uint64_t max_payload_bytes;  // Of requests.
  uint64_t max_output_bytes;
  // Answers up to this size are sent on the polling thread: a change of
  // threads costs more than that.
  uint64_t inline_reply_bytes;
};

class UnaryCall : public grpc::ServerUnaryReactor,
                  public Reply,
                  private ReplyTask {
 public:
  UnaryCall(const RequestPath& path, hw::Operation operation,
            grpc::CallbackServerContext* context, grpc::ByteBuffer* response)
      : path_(path),
        operation_(operation),
        context_(context),
        response_(response) {}

  // Consumes `request`. Answers by itself if it gets no further.
  void Start(grpc::ByteBuffer& request);

  void Complete(std::unique_ptr<Job> job) final;
  void Lost() final;
  void OnCancel() final { cancelled_.store(true, std::memory_order_relaxed); }
  void OnDone() final { delete this; }

 protected:
  ~UnaryCall() override = default;

  // Parses and validates.
  virtual absl::Status Prepare(grpc::ByteBuffer& request,
                               const ConvertContext& context,
                               Conversion& out) = 0;
  // The response, its payload being the first `produced_bytes` of `payload`.
  virtual grpc::ByteBuffer BuildResponse(const Conversion& conversion,
                                         const v1::Execution& execution,
                                         hw::DmaBuffer payload,
                                         size_t produced_bytes) = 0;

 private:
  // gRPC 1.51 runs reactions of user reactors on an executor thread of its own,
  // which wakes it once for each call; those of its DefaultReactor, which says
  // this, it runs where they come up. Ours are as trivial: a flag and a delete.
  bool InternalInlineable() final { return true; }

  void Respond() final;
  absl::Status Launch();
  absl::Status AllocateOutput(uint64_t room_bytes);
  bool TryAgainWithMoreRoom();
  void Succeed();
  void Fail(const absl::Status& status);
  void Record(absl::StatusCode code, uint64_t bytes_out);
  v1::Execution DescribeExecution() const;

  const RequestPath& path_;
  const hw::Operation operation_;
  grpc::CallbackServerContext* const context_;
  grpc::ByteBuffer* const response_;
  Conversion conversion_;
  std::atomic<bool> cancelled_{false};
  // Ours before placement and after completion, else null.
  std::unique_ptr<Job> job_;
};

// The parts of a call that depend on its messages; specialised fields of the
// responses are set by overloads of FillResponse().
template <typename Request, typename Response>
class TypedCall final : public UnaryCall {
 public:
  using UnaryCall::UnaryCall;

 private:
  absl::Status Prepare(grpc::ByteBuffer& request, const ConvertContext& context,
                       Conversion& out) override;
  grpc::ByteBuffer BuildResponse(const Conversion& conversion,
                                 const v1::Execution& execution,
                                 hw::DmaBuffer payload,
                                 size_t produced_bytes) override;

  Request message_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_UNARY_CALL_H_
