// The one place where absl::Status becomes grpc::Status. The codes are equal
// by number; daemon/core/error.h's details become google.rpc messages in the
// "grpc-status-details-bin" trailer.
//
// Threads: pure function.
#ifndef UACCED_DAEMON_RPC_GRPC_STATUS_H_
#define UACCED_DAEMON_RPC_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace uacced {

// REQUIRES: status is not OK.
google::rpc::Status ToRpcStatus(const absl::Status& status);

grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_GRPC_STATUS_H_
