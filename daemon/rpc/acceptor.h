// The Acceptor accepts connections itself, because gRPC neither tells who the
// peer of a Unix socket is nor limits connections. It reads the credentials,
// applies the limit, and gives the socket away; a duplicate descriptor tells
// it when the connection has ended. When our side ends it, the duplicate leaves
// the peer some time to read what it was sent (half_close.h).
//
// Threads: one of its own, which calls the handler. The public functions are
//          thread-safe.
#ifndef UACCED_DAEMON_RPC_ACCEPTOR_H_
#define UACCED_DAEMON_RPC_ACCEPTOR_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
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
  // Connections that our side has ended. gRPC may end some after the acceptor.
  struct HalfClosed {
    UniqueFd wakeup;
    std::mutex mutex;
    std::vector<uint64_t> ids;
  };
  struct Lingering {
    int64_t end_ns;
    uint64_t id;
  };

  Acceptor(std::vector<ListenSocket> sockets, uint32_t max_connections,
           Metrics* metrics, Handler handler);

  absl::Status WatchForever(int fd, uint64_t id);
  void Run();
  // What epoll may wait for; -1 without end.
  int TimeoutMs() const;
  void HandleWakeup();
  void TakeHalfClosed();
  void EndLingering();
  void AcceptSome(const ListenSocket& socket);
  void Admit(UniqueFd connection, bool is_unix);
  void Forget(uint64_t id);

  // Constant after Create().
  const uint32_t max_connections_;
  Metrics* const metrics_;
  const Handler handler_;
  UniqueFd epoll_;
  const std::shared_ptr<HalfClosed> half_closed_;

  std::atomic<uint32_t> connections_{0};
  std::atomic<bool> stop_accepting_{false};
  std::atomic<bool> accepting_{true};
  std::atomic<bool> stopping_{false};

  // Acceptor thread only, once it runs.
  std::vector<ListenSocket> sockets_;
  std::unordered_map<uint64_t, UniqueFd> watched_;
  // By end, since all linger equally long.
  std::deque<Lingering> lingering_;
  uint64_t next_id_;
  int64_t last_warning_ns_ = 0;

  std::thread thread_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_ACCEPTOR_H_
