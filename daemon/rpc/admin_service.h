// Service uacced.v1.Admin: what the daemon is doing now, and faults of models.
//
// Threads: thread-safe; gRPC makes the calls. What it reads outlives it.
#ifndef UACCED_DAEMON_RPC_ADMIN_SERVICE_H_
#define UACCED_DAEMON_RPC_ADMIN_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>

#include <utility>

#include "absl/time/time.h"
#include "base/clock.h"
#include "daemon/metrics/metrics.h"
#include "daemon/reactor/placement.h"
#include "daemon/rpc/fault_service.h"
#include "uacced/v1/admin.grpc.pb.h"

namespace uacced {

using RawAdmin = v1::Admin::WithRawCallbackMethod_GetStatus<
    v1::Admin::WithRawCallbackMethod_ListDevices<
        v1::Admin::WithRawCallbackMethod_InjectFault<
            v1::Admin::WithRawCallbackMethod_ClearFaults<
                v1::Admin::WithRawCallbackMethod_ListFaults<
                    v1::Admin::Service>>>>>;

class AdminService final : public RawAdmin {
 public:
  // Metrics are the same figures that Prometheus sees. `clock` is the one that
  // the health of devices knows.
  AdminService(const Metrics& metrics, const Placement& placement,
               const Clock& clock, FaultOptions faults)
      : metrics_(metrics),
        placement_(placement),
        clock_(clock),
        faults_(std::move(faults), placement) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListDevices(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* InjectFault(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ClearFaults(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListFaults(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;

 private:
  void Describe(v1::GetStatusResponse& response) const;
  void Describe(v1::ListDevicesResponse& response) const;

  const Metrics& metrics_;
  const Placement& placement_;
  const Clock& clock_;
  const FaultService faults_;
  const absl::Time start_time_ = absl::Now();
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_ADMIN_SERVICE_H_
