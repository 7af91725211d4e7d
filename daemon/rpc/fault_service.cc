#include "daemon/rpc/fault_service.h"

#include <algorithm>

#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/core/fault_proto.h"
#include "daemon/core/field_error.h"

namespace uacced {

absl::StatusOr<FaultTarget*> FaultService::Find(
    const std::string& device) const {
  if (!options_.allowed) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "this daemon's configuration does not have "
                     "policy.allow_fault_injection",
                     {.reason = "FAULT_INJECTION_DISABLED"});
  }
  const auto found = options_.targets.find(device);
  if (found != options_.targets.end()) return found->second;
  const auto& targets = placement_.targets();
  const bool exists = std::any_of(targets.begin(), targets.end(),
                                  [&](const Placement::Target& target) {
                                    return target.info().name == device;
                                  });
  if (!exists) {
    return FieldError("device", "DEVICE_NOT_FOUND", "there is no such device",
                      absl::StatusCode::kNotFound);
  }
  return FieldError("device", "DEVICE_NOT_A_MODEL",
                    "only models of devices fail on demand",
                    absl::StatusCode::kFailedPrecondition);
}

absl::Status FaultService::Inject(const v1::InjectFaultRequest& request) const {
  UACCED_ASSIGN_OR_RETURN(FaultTarget* const target, Find(request.device()));
  absl::StatusOr<FaultSpec> fault = FromProto(request.fault());
  const absl::Status status =
      fault.ok() ? target->AddFault(*fault) : fault.status();
  if (!status.ok()) {
    return FieldError("fault", "FAULT_INVALID",
                      absl::string_view(status.message()), status.code());
  }
  Log(LogLevel::kWarning, "admin", "a fault was injected",
      {{"device", request.device()},
       {"fault", request.fault().ShortDebugString()}});
  return absl::OkStatus();
}

absl::Status FaultService::Clear(const v1::ClearFaultsRequest& request) const {
  UACCED_ASSIGN_OR_RETURN(FaultTarget* const target, Find(request.device()));
  target->ClearFaults();
  Log(LogLevel::kWarning, "admin", "faults were cleared",
      {{"device", request.device()}});
  return absl::OkStatus();
}

absl::Status FaultService::List(const v1::ListFaultsRequest& request,
                                v1::ListFaultsResponse& response) const {
  UACCED_ASSIGN_OR_RETURN(FaultTarget* const target, Find(request.device()));
  for (const FaultTarget::Entry& entry : target->ListFaults()) {
    v1::ListFaultsResponse::Entry& out = *response.add_faults();
    *out.mutable_fault() = ToProto(entry.fault);
    out.set_hits(entry.hits);
  }
  return absl::OkStatus();
}

}  // namespace uacced
