#include "daemon/rpc/acceptor.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace uacced {
namespace {

class AcceptorTest : public testing::Test {
 protected:
  AcceptorTest() : metrics_({}) {
    char name[] = "/tmp/uacced_accept_XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/s";
  }
  ~AcceptorTest() override {
    acceptor_.reset();
    std::filesystem::remove_all(folder_);
  }
  void Start(uint32_t max_connections) {
    Start(max_connections, [this](UniqueFd fd, const PeerCredentials& peer) {
      std::lock_guard lock(mutex_);
      served_.push_back(std::move(fd));
      peers_.push_back(peer);
    });
  }
  void Start(uint32_t max_connections, Acceptor::Handler handler) {
    auto socket = ListenSocket::Unix({.path = path_});
    ASSERT_TRUE(socket.ok()) << socket.status();
    std::vector<ListenSocket> sockets;
    sockets.push_back(*std::move(socket));
    auto acceptor = Acceptor::Create(std::move(sockets), max_connections,
                                     &metrics_, std::move(handler));
    ASSERT_TRUE(acceptor.ok()) << acceptor.status();
    acceptor_ = *std::move(acceptor);
    acceptor_->Start();
  }
  UniqueFd Connect() {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path_.c_str());
    UniqueFd fd(socket(AF_UNIX, SOCK_STREAM, 0));
    if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
                sizeof(address)) != 0) {
      fd.reset();
    }
    return fd;
  }
  // Waits; a hang is the failure.
  void AwaitConnections(uint32_t count) {
    while (acceptor_->connections() != count) std::this_thread::yield();
  }
  // The count goes up before the handler has the socket.
  void AwaitServed(size_t count) {
    for (;; std::this_thread::yield()) {
      std::lock_guard lock(mutex_);
      if (served_.size() == count) return;
    }
  }
  static void EndAsGrpc(std::vector<UniqueFd>& served) {
    EXPECT_EQ(shutdown(served.back().get(), SHUT_RDWR), 0);
    served.clear();
  }
  static bool IsClosedByPeer(const UniqueFd& fd) {
    pollfd p{fd.get(), POLLIN, 0};
    char byte;
    return poll(&p, 1, 10'000) == 1 && read(fd.get(), &byte, 1) == 0;
  }

  Metrics metrics_;
  std::string folder_;
  std::string path_;
  std::mutex mutex_;
  std::vector<UniqueFd> served_;
  std::vector<PeerCredentials> peers_;
  std::unique_ptr<Acceptor> acceptor_;
};

TEST_F(AcceptorTest, TellsWhoThePeerIs) {
  Start(4);
  UniqueFd client = Connect();
  AwaitServed(1);
  std::lock_guard lock(mutex_);
  ASSERT_EQ(peers_.size(), 1u);
  EXPECT_TRUE(peers_[0].known);
  EXPECT_EQ(peers_[0].uid, getuid());
  EXPECT_EQ(peers_[0].pid, getpid());
}

TEST_F(AcceptorTest, RefusesMoreThanTheLimitAndCountsDown) {
  Start(2);
  UniqueFd a = Connect(), b = Connect();
  AwaitConnections(2);
  UniqueFd c = Connect();
  EXPECT_TRUE(IsClosedByPeer(c));
  EXPECT_EQ(metrics_.connections_refused(ConnectionRefusal::kLimit), 1u);
  a.reset();
  AwaitConnections(1);
  UniqueFd d = Connect();
  AwaitConnections(2);
}

TEST_F(AcceptorTest, NoticesEndsFromEitherSideAndReusesNothingTooEarly) {
  Start(4);
  for (int i = 0; i < 200; ++i) {
    UniqueFd client = Connect();
    AwaitServed(1);
    std::lock_guard lock(mutex_);
    if (i % 2 == 0) {
      client.reset();
      served_.clear();
    } else {
      EndAsGrpc(served_);
      EXPECT_TRUE(IsClosedByPeer(client));
      client.reset();
    }
    AwaitConnections(0);
  }
}

// A write that fails would make a gRPC client drop the answers before it.
TEST_F(AcceptorTest, WhoIsLeftMayWriteAndReadsEverything) {
  Start(4);
  UniqueFd client = Connect();
  AwaitServed(1);
  std::lock_guard lock(mutex_);
  ASSERT_EQ(write(served_.back().get(), "last", 4), 4);
  EndAsGrpc(served_);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(send(client.get(), "ping", 4, MSG_NOSIGNAL), 4);
  }
  char answer[8];
  EXPECT_EQ(read(client.get(), answer, sizeof(answer)), 4);
  EXPECT_TRUE(IsClosedByPeer(client));
  EXPECT_EQ(acceptor_->connections(), 1u);
  client.reset();
  AwaitConnections(0);
}

TEST_F(AcceptorTest, WhoDoesNotLeaveIsLetGo) {
  Start(4);
  UniqueFd client = Connect();
  AwaitServed(1);
  std::lock_guard lock(mutex_);
  EndAsGrpc(served_);
  AwaitConnections(0);
  EXPECT_EQ(send(client.get(), "ping", 4, MSG_NOSIGNAL), -1);
}

// Somebody always waits to be accepted here, and each connection ends at once.
TEST_F(AcceptorTest, AFloodDoesNotHideThatConnectionsEnd) {
  constexpr int kRounds = 1'000;
  std::atomic<int> rounds{0};
  uint32_t most = 0;
  Start(kRounds, [&](UniqueFd /*connection*/, const PeerCredentials&) {
    most = std::max(most, acceptor_->connections());
    if (++rounds < kRounds) Connect();
  });
  Connect();
  while (rounds.load() < kRounds) std::this_thread::yield();
  acceptor_.reset();
  EXPECT_LT(most, 200u);
}

TEST_F(AcceptorTest, StopAcceptingKeepsWhatIsConnected) {
  Start(4);
  UniqueFd client = Connect();
  AwaitConnections(1);
  acceptor_->StopAccepting();
  EXPECT_FALSE(Connect());
  EXPECT_EQ(acceptor_->connections(), 1u);
  client.reset();
  AwaitConnections(0);
}

}  // namespace
}  // namespace uacced
