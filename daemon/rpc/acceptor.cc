#include "daemon/rpc/acceptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/memory/memory.h"
#include "base/clock.h"
#include "base/errno_status.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/rpc/half_close.h"

namespace uacced {
namespace {

// epoll ids: 0 is the wakeup, 1..kMaxSockets the listening sockets, above that
// connections. Never used twice, so a late event cannot hit a newer one.
constexpr uint64_t kWakeupId = 0;
constexpr uint64_t kMaxSockets = 16;

// Most accepted from one listener before ends of connections have their turn:
// who connects without pause must not keep places taken that are free.
constexpr int kAcceptBatch = 64;

// Out of descriptors, accept() would fail again at once.
constexpr useconds_t kExhaustedPauseUs = 20'000;

// What a client has to read its last answers and leave, after our side has
// closed. It counts as a connection so long.
constexpr int64_t kLingerNs = 5'000'000'000;

// A flood of refused connections must not become a flood of log lines.
constexpr int64_t kWarningIntervalNs = 1'000'000'000;

PeerCredentials ReadCredentials(int fd) {
  ucred credentials = {};
  socklen_t bytes = sizeof(credentials);
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &bytes) != 0) {
    return {};
  }
  return {true, credentials.uid, credentials.gid, credentials.pid};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Acceptor>> Acceptor::Create(
    std::vector<ListenSocket> sockets, uint32_t max_connections,
    Metrics* metrics, Handler handler) {
  if (sockets.size() > kMaxSockets) {
    return absl::InvalidArgumentError("more than 16 listeners");
  }
  auto acceptor = absl::WrapUnique(new Acceptor(
      std::move(sockets), max_connections, metrics, std::move(handler)));
  acceptor->epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
  UniqueFd& wakeup = acceptor->half_closed_->wakeup;
  wakeup.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!acceptor->epoll_ || !wakeup) {
    return ErrnoStatus(errno, "set up the acceptor");
  }
  UACCED_RETURN_IF_ERROR(acceptor->WatchForever(wakeup.get(), kWakeupId));
  for (size_t i = 0; i < acceptor->sockets_.size(); ++i) {
    UACCED_RETURN_IF_ERROR(
        acceptor->WatchForever(acceptor->sockets_[i].fd(), i + 1));
  }
  return acceptor;
}

Acceptor::Acceptor(std::vector<ListenSocket> sockets, uint32_t max_connections,
                   Metrics* metrics, Handler handler)
    : max_connections_(max_connections),
      metrics_(metrics),
      handler_(std::move(handler)),
      half_closed_(std::make_shared<HalfClosed>()),
      sockets_(std::move(sockets)),
      next_id_(kMaxSockets + 1) {}

Acceptor::~Acceptor() {
  stopping_.store(true);
  eventfd_write(half_closed_->wakeup.get(), 1);
  if (thread_.joinable()) thread_.join();
}

void Acceptor::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "uacced-accept");
    Run();
  });
}

void Acceptor::StopAccepting() {
  stop_accepting_.store(true);
  eventfd_write(half_closed_->wakeup.get(), 1);
  if (thread_.joinable()) accepting_.wait(true);
}

absl::Status Acceptor::WatchForever(int fd, uint64_t id) {
  epoll_event event = {.events = EPOLLIN, .data = {.u64 = id}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return ErrnoStatus(errno, "watch a listening socket");
  }
  return absl::OkStatus();
}

void Acceptor::Run() {
  epoll_event events[64];
  while (!stopping_.load()) {
    const int count =
        epoll_wait(epoll_.get(), events, std::size(events), TimeoutMs());
    for (int i = 0; i < count; ++i) {
      const uint64_t id = events[i].data.u64;
      if (id == kWakeupId) {
        HandleWakeup();
      } else if (id > kMaxSockets) {
        Forget(id);
      } else if (id <= sockets_.size()) {
        AcceptSome(sockets_[id - 1]);
      }
    }
    EndLingering();
  }
}

int Acceptor::TimeoutMs() const {
  if (lingering_.empty()) return -1;
  const int64_t left_ns = lingering_.front().end_ns - MonotonicClock().NowNs();
  return left_ns <= 0 ? 0 : static_cast<int>(left_ns / 1'000'000 + 1);
}

void Acceptor::EndLingering() {
  if (lingering_.empty()) return;
  const int64_t now_ns = MonotonicClock().NowNs();
  while (!lingering_.empty() && lingering_.front().end_ns <= now_ns) {
    // Most have been forgotten before, when their peers left.
    Forget(lingering_.front().id);
    lingering_.pop_front();
  }
}

void Acceptor::TakeHalfClosed() {
  const int64_t end_ns = MonotonicClock().NowNs() + kLingerNs;
  std::lock_guard lock(half_closed_->mutex);
  for (const uint64_t id : half_closed_->ids) {
    lingering_.push_back({end_ns, id});
  }
  half_closed_->ids.clear();
}

void Acceptor::HandleWakeup() {
  eventfd_t count;
  eventfd_read(half_closed_->wakeup.get(), &count);
  TakeHalfClosed();
  if (!stop_accepting_.load() || !accepting_.load()) return;
  // Only close: whoever else holds an inherited socket goes on listening.
  // epoll must be told, because it watches what the others still hold.
  for (const ListenSocket& socket : sockets_) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket.fd(), nullptr);
  }
  sockets_.clear();
  accepting_.store(false);
  accepting_.notify_all();
}

void Acceptor::AcceptSome(const ListenSocket& socket) {
  // epoll tells again about those that are left.
  for (int i = 0; i < kAcceptBatch; ++i) {
    UniqueFd connection(
        accept4(socket.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (connection) {
      Admit(std::move(connection), socket.is_unix());
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EAGAIN) return;
    metrics_->CountConnectionRefused(ConnectionRefusal::kError);
    Log(LogLevel::kError, "acceptor", "cannot accept connections",
        {{"listener", socket.name()},
         {"error", ErrnoStatus(errno, "accept").message()}});
    usleep(kExhaustedPauseUs);
    return;
  }
}

void Acceptor::Admit(UniqueFd connection, bool is_unix) {
  if (connections_.load() >= max_connections_) {
    // Closed at once: the client sees UNAVAILABLE and backs off.
    metrics_->CountConnectionRefused(ConnectionRefusal::kLimit);
    const int64_t now_ns = MonotonicClock().NowNs();
    if (now_ns - last_warning_ns_ >= kWarningIntervalNs) {
      last_warning_ns_ = now_ns;
      Log(LogLevel::kWarning, "acceptor", "connection refused: too many",
          {{"limits.max_connections", max_connections_}});
    }
    return;
  }
  PeerCredentials peer;
  if (is_unix) {
    peer = ReadCredentials(connection.get());
    if (!peer.known) {
      metrics_->CountConnectionRefused(ConnectionRefusal::kCredentials);
      return;
    }
  } else {
    const int on = 1;
    setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  // gRPC will not say when the connection ends, but a duplicate sees it.
  UniqueFd watch(fcntl(connection.get(), F_DUPFD_CLOEXEC, 0));
  const uint64_t id = next_id_++;
  epoll_event event = {.events = EPOLLRDHUP | EPOLLET, .data = {.u64 = id}};
  if (!watch || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, watch.get(), &event)) {
    metrics_->CountConnectionRefused(ConnectionRefusal::kError);
    return;
  }
  CloseByHalves(connection.get(), [ends = half_closed_, id] {
    {
      std::lock_guard lock(ends->mutex);
      ends->ids.push_back(id);
    }
    eventfd_write(ends->wakeup.get(), 1);
  });
  watched_.emplace(id, std::move(watch));
  connections_.fetch_add(1);
  metrics_->CountConnectionAccepted();
  if (peer.known) {
    Log(LogLevel::kDebug, "acceptor", "connected",
        {{"connection", id}, {"uid", peer.uid}, {"pid", peer.pid}});
  }
  handler_(std::move(connection), peer);
}

void Acceptor::Forget(uint64_t id) {
  const auto found = watched_.find(id);
  if (found == watched_.end()) return;
  // Before the close: gRPC may still hold the socket, and epoll would go on
  // reporting it under a number that is no longer ours.
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second.get(), nullptr);
  watched_.erase(found);
  connections_.fetch_sub(1);
}

}  // namespace uacced
