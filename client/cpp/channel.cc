#include "client/cpp/channel.h"

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/version.h"
#include "client/cpp/error.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace uacced::client {

// gRPC's own reconnection settings stay as they are: the minimal reconnect
// back-off is also its connect timeout, and its transparent retry is what
// keeps calls alive while a daemon hands its connections over. Except that who
// has a connection of his own tries again himself, with a policy of his own,
// and wants to find out soon that the daemon is back: gRPC would wait up to
// two minutes.
std::shared_ptr<grpc::Channel> MakeChannel(const ClientOptions& options,
                                           Sharing sharing) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(
      static_cast<int>(options.max_message_bytes));
  arguments.SetMaxSendMessageSize(static_cast<int>(options.max_message_bytes));
  arguments.SetUserAgentPrefix(absl::StrCat("uacced-client/", kVersion));
  // Payload is for the daemon's eyes only.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (sharing == Sharing::kNone) {
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  }
  return grpc::CreateCustomChannel(
      options.server, grpc::InsecureChannelCredentials(), arguments);
}

absl::Status ToStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return MakeError(status.error_code(), status.error_message(),
                   status.error_details());
}

gpr_timespec DeadlineIn(int64_t left_ns) {
  if (left_ns == kInfiniteFutureNs) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_nanos(left_ns, GPR_TIMESPAN));
}

}  // namespace uacced::client
