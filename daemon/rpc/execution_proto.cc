#include "daemon/rpc/execution_proto.h"

#include <string>

#include "daemon/core/field_error.h"

namespace uacced {

absl::StatusOr<ExecutionMode> ModeFromProto(v1::ExecutionMode mode,
                                            ExecutionMode default_mode) {
  switch (mode) {
    case v1::EXECUTION_MODE_UNSPECIFIED:
      return default_mode;
    case v1::EXECUTION_MODE_HARDWARE_ONLY:
      return ExecutionMode::kHardwareOnly;
    case v1::EXECUTION_MODE_PREFER_HARDWARE:
      return ExecutionMode::kPreferHardware;
    case v1::EXECUTION_MODE_BALANCED:
      return ExecutionMode::kBalanced;
    case v1::EXECUTION_MODE_SOFTWARE_ONLY:
      return ExecutionMode::kSoftwareOnly;
    default:
      return FieldError("mode", "MODE_UNKNOWN",
                        "is not one that this daemon knows");
  }
}

void FillExecution(const hw::DeviceInfo& device, Fallback fallback,
                   v1::Execution& out) {
  out.set_device(device.name);
  out.set_path(device.hardware ? v1::Execution::PATH_HARDWARE
                               : v1::Execution::PATH_SOFTWARE);
  out.set_simulated(device.simulated);
  out.set_fallback_reason(std::string(Name(fallback)));
}

}  // namespace uacced
