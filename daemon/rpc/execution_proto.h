// Between the API and who is to do the work, and who did it.
//
// Threads: pure functions.
#ifndef UACCED_DAEMON_RPC_EXECUTION_PROTO_H_
#define UACCED_DAEMON_RPC_EXECUTION_PROTO_H_

#include "absl/status/statusor.h"
#include "daemon/core/execution_mode.h"
#include "hw/device.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {

// UNSPECIFIED is `default_mode`. INVALID_ARGUMENT, reason MODE_UNKNOWN: a
// number that this version does not know.
absl::StatusOr<ExecutionMode> ModeFromProto(v1::ExecutionMode mode,
                                            ExecutionMode default_mode);

// All of `out` but the times.
void FillExecution(const hw::DeviceInfo& device, Fallback fallback,
                   v1::Execution& out);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_EXECUTION_PROTO_H_
