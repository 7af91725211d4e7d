// Between v1::Fault and FaultSpec: for the configuration and service Admin.
//
// Threads: pure functions.
#ifndef UACCED_DAEMON_CORE_FAULT_PROTO_H_
#define UACCED_DAEMON_CORE_FAULT_PROTO_H_

#include "absl/status/statusor.h"
#include "daemon/core/fault.h"
#include "uacced/v1/fault.pb.h"

namespace uacced {

// INVALID_ARGUMENT, as Validate() too, begins with the name of the field that
// is wrong.
absl::StatusOr<FaultSpec> FromProto(const v1::Fault& fault);

v1::Fault ToProto(const FaultSpec& fault);

}  // namespace uacced

#endif  // UACCED_DAEMON_CORE_FAULT_PROTO_H_
