// Service uacced.v1.Admin: what the daemon is doing now.
//
// Threads: thread-safe; gRPC makes the calls. What it reads outlives it.
#ifndef UACCED_DAEMON_RPC_ADMIN_SERVICE_H_
#define UACCED_DAEMON_RPC_ADMIN_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>

#include "absl/time/time.h"
#include "daemon/metrics/metrics.h"
#include "daemon/reactor/placement.h"
#include "uacced/v1/admin.grpc.pb.h"

namespace uacced {

class AdminService final
    : public v1::Admin::WithRawCallbackMethod_GetStatus<
          v1::Admin::WithRawCallbackMethod_ListDevices<v1::Admin::Service>> {
 public:
  // Both are the same figures that Prometheus sees.
  AdminService(const Metrics& metrics, const Placement& placement)
      : metrics_(metrics), placement_(placement) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListDevices(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;

 private:
  void Describe(v1::GetStatusResponse& response) const;
  void Describe(v1::ListDevicesResponse& response) const;

  const Metrics& metrics_;
  const Placement& placement_;
  const absl::Time start_time_ = absl::Now();
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_ADMIN_SERVICE_H_
