// The connection of a Client or a Pipeline.
//
// Lifetime: a channel must be let go on a thread of its owner's. Freed by a
//           callback, it would join the thread that the callback runs on, and
//           free a completion queue twice (seen with gRPC 1.51).
#ifndef UACCED_CLIENT_CPP_CHANNEL_H_
#define UACCED_CLIENT_CPP_CHANNEL_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "client/cpp/client_options.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/status.h"

namespace uacced::client {

enum class Sharing {
  kProcess,  // one connection for all such channels to this server
  kNone,     // one of its own
};

// Connects when it is first used. REQUIRES: Validate(options) is OK.
std::shared_ptr<grpc::Channel> MakeChannel(const ClientOptions& options,
                                           Sharing sharing);

absl::Status ToStatus(const grpc::Status& status);

// What ClientContext::set_deadline() takes, for something that ends
// `left_ns` from now; kInfiniteFutureNs is never.
gpr_timespec DeadlineIn(int64_t left_ns);

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_CHANNEL_H_
