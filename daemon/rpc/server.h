// The gRPC server: services, limits, health and reflection. It listens
// nowhere; connections are handed to it by the Acceptor.
//
// Threads: thread-safe.
#ifndef UACCED_DAEMON_RPC_SERVER_H_
#define UACCED_DAEMON_RPC_SERVER_H_

#include <grpcpp/server.h>

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"
#include "daemon/keys/key_store.h"
#include "daemon/rpc/accelerator_service.h"
#include "daemon/rpc/admin_service.h"
#include "daemon/rpc/fault_service.h"
#include "daemon/rpc/keys_service.h"

namespace uacced {

class RpcServer {
 public:
  struct Options {
    uint64_t max_message_bytes = 0;  // Of requests.
    uint64_t max_bytes = 0;          // Of requests in flight, all together.
    uint32_t max_jobs_per_connection = 0;
    uint32_t max_connection_age_ms = 0;
    uint32_t max_connection_grace_ms = 0;
    uint32_t max_connection_idle_ms = 0;
  };

  // What `path`, `keys` and `faults` refer to outlives the server.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Create(
      const Options& options, const RequestPath& path, KeyStore& keys,
      FaultOptions faults);
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  // Serves a connected, non-blocking socket.
  void AddConnection(UniqueFd connection);

  // Health checks answer NOT_SERVING from now on.
  void SetNotServing();

  enum class RetireReason { kAge, kShutdown };

  // Ends streams that began at `before_ns` of the path's clock or earlier, once
  // what they read is answered: clients open new ones.
  void RetireStreams(RetireReason reason, int64_t before_ns);

  // Refuses new calls, waits for running ones, cancels those that still run
  // after `grace_ms`, and returns when every call is done.
  void Shutdown(uint32_t grace_ms);

 private:
  RpcServer(const RequestPath& path, KeyStore& keys, FaultOptions faults);

  AcceleratorService accelerator_;
  KeysService keys_;
  AdminService admin_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_SERVER_H_
