// The part of service Admin that makes models of devices fail.
//
// Threads: thread-safe.
#ifndef UACCED_DAEMON_RPC_FAULT_SERVICE_H_
#define UACCED_DAEMON_RPC_FAULT_SERVICE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/core/fault.h"
#include "daemon/reactor/placement.h"
#include "uacced/v1/admin.pb.h"

namespace uacced {

struct FaultOptions {
  bool allowed = false;  // policy.allow_fault_injection
  // The models, by the names of their devices. They outlive the service.
  std::map<std::string, FaultTarget*> targets;
};

class FaultService {
 public:
  FaultService(FaultOptions options, const Placement& placement)
      : options_(std::move(options)), placement_(placement) {}

  absl::Status Inject(const v1::InjectFaultRequest& request) const;
  absl::Status Clear(const v1::ClearFaultsRequest& request) const;
  absl::Status List(const v1::ListFaultsRequest& request,
                    v1::ListFaultsResponse& response) const;

 private:
  absl::StatusOr<FaultTarget*> Find(const std::string& device) const;

  const FaultOptions options_;
  const Placement& placement_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_FAULT_SERVICE_H_
