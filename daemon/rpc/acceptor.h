// The Acceptor accepts connections itself, because gRPC neither tells who the
// peer of a Unix socket is nor limits connections. It reads the credentials,
// applies the limit, and gives the socket away; a duplicate descriptor tells
// it when the connection has ended.
//
// Threads: one of its own, which calls the handler. The public functions are
//          thread-safe.
#ifndef UACCED_DAEMON_RPC_ACCEPTOR_H_
#define UACCED_DAEMON_RPC_ACCEPTOR_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"
#include "daemon/metrics/metrics.h"
#include "daemon/rpc/listen_socket.h"

namespace uacced {

// Who connected. From SO_PEERCRED, a snapshot of the peer's connect(): the pid
// may be dead already and is for logs only. A TCP peer has no credentials.
struct PeerCredentials {
  bool known = false;
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
};

class Acceptor {
 public:
  // Takes over a connected, non-blocking socket.
  using Handler =
      std::function<void(UniqueFd connection, const PeerCredentials& peer)>;

  // `metrics` outlives the acceptor.
  static absl::StatusOr<std::unique_ptr<Acceptor>> Create(
      std::vector<ListenSocket> sockets, uint32_t max_connections,
      Metrics* metrics, Handler handler);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  // Stops the thread; connections go on without being watched.
  ~Acceptor();

  void Start();

  // Closes the listening sockets; who connects from now on is not ours. Open
  // connections go on being counted. Returns when it is done.
  void StopAccepting();

  uint32_t connections() const { return connections_.load(); }

 private:
  Acceptor(std::vector<ListenSocket> sockets, uint32_t max_connections,
           Metrics* metrics, Handler handler);

  absl::Status WatchForever(int fd, uint64_t id);
  void Run();
  void HandleWakeup();
  void AcceptSome(const ListenSocket& socket);
  void Admit(UniqueFd connection, bool is_unix);
  void Forget(uint64_t id);

  // Constant after Create().
  const uint32_t max_connections_;
  Metrics* const metrics_;
  const Handler handler_;
  UniqueFd epoll_;
  UniqueFd wakeup_;

  std::atomic<uint32_t> connections_{0};
  std::atomic<bool> stop_accepting_{false};
  std::atomic<bool> accepting_{true};
  std::atomic<bool> stopping_{false};

  // Acceptor thread only, once it runs.
  std::vector<ListenSocket> sockets_;
  std::unordered_map<uint64_t, UniqueFd> watched_;
  uint64_t next_id_;
  int64_t last_warning_ns_ = 0;

  std::thread thread_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_ACCEPTOR_H_
