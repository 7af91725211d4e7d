#include "daemon/rpc/server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/time/time.h"
#include "daemon/core/error.h"

namespace uacced {
namespace {

// A message is its payload and a little around it.
constexpr uint64_t kMessageOverheadBytes = 128 << 10;

// gRPC's own memory, before admission sees a request: as much again as
// requests in flight may have, or streams would be reset instead of refused.
constexpr uint64_t kMinQuotaBytes = 256 << 20;

int ClampToInt(uint64_t value) {
  return static_cast<int>(std::min<uint64_t>(value, INT_MAX));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Create(
    const Options& options, const RequestPath& path, KeyStore& keys,
    FaultOptions faults) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  auto server = absl::WrapUnique(new RpcServer(path, keys, std::move(faults)));
  grpc::ServerBuilder builder;
  builder.RegisterService(&server->accelerator_);
  builder.RegisterService(&server->keys_);
  builder.RegisterService(&server->admin_);
  builder.SetMaxReceiveMessageSize(
      ClampToInt(options.max_message_bytes + kMessageOverheadBytes));
  builder.SetMaxSendMessageSize(-1);
  grpc::ResourceQuota quota("uacced");
  quota.Resize(std::max(kMinQuotaBytes, 2 * options.max_bytes));
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             ClampToInt(options.max_jobs_per_connection));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             ClampToInt(options.max_connection_age_ms));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                             ClampToInt(options.max_connection_idle_ms));
  // Who does not read its answers must not hold their memory for ever.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             ClampToInt(options.max_connection_grace_ms));
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr) {
    return absl::InternalError("gRPC could not start its server");
  }
  return server;
}

RpcServer::RpcServer(const RequestPath& path, KeyStore& keys,
                     FaultOptions faults)
    : accelerator_(path),
      keys_(keys, path),
      admin_(path.path.metrics, path.path.placement, path.path.clock,
             std::move(faults)) {}

void RpcServer::AddConnection(UniqueFd connection) {
  grpc::AddInsecureChannelFromFd(server_.get(), connection.release());
}

void RpcServer::SetNotServing() {
  server_->GetHealthCheckService()->SetServingStatus(false);
}

void RpcServer::RetireStreams(RetireReason reason, int64_t before_ns) {
  const bool aged = reason == RetireReason::kAge;
  accelerator_.streams().Retire(
      MakeError(absl::StatusCode::kUnavailable,
                aged ? "the stream is as old as limits.max_connection_age_ms; "
                       "open a new one, and send again what has no result"
                     : "the daemon is shutting down; connect again, and send "
                       "again what has no result",
                {.reason = aged ? "STREAM_AGE" : "SHUTTING_DOWN",
                 .retry_after = absl::Milliseconds(aged ? 1 : 200)}),
      before_ns);
}

void RpcServer::Shutdown(uint32_t grace_ms) {
  server_->Shutdown(std::chrono::system_clock::now() +
                    std::chrono::milliseconds(grace_ms));
  server_->Wait();
}

}  // namespace uacced
