#include "daemon/rpc/listen_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace uacced {
namespace {

using absl::StatusCode;

class ListenSocketTest : public testing::Test {
 protected:
  ListenSocketTest() {
    char name[] = "/tmp/uacced_listen_XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/s";
  }
  ~ListenSocketTest() override { std::filesystem::remove_all(folder_); }

  bool CanConnect() {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path_.c_str());
    UniqueFd fd(socket(AF_UNIX, SOCK_STREAM, 0));
    return connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
                   sizeof(address)) == 0;
  }

  std::string folder_;
  std::string path_;
};

TEST_F(ListenSocketTest, UnixSocketHasItsModeAndIsRemovedAtTheEnd) {
  {
    auto socket = ListenSocket::Unix({.path = path_, .mode = 0620});
    ASSERT_TRUE(socket.ok()) << socket.status();
    EXPECT_TRUE(CanConnect());
    struct stat file;
    ASSERT_EQ(stat(path_.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0620u);
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ListenSocketTest, ASecondDaemonIsRefusedAndAStaleFileReplaced) {
  std::optional<ListenSocket> first;
  {
    auto socket = ListenSocket::Unix({.path = path_});
    ASSERT_TRUE(socket.ok());
    first.emplace(*std::move(socket));
  }
  EXPECT_EQ(ListenSocket::Unix({.path = path_}).status().code(),
            StatusCode::kAlreadyExists);
  EXPECT_TRUE(CanConnect());
  // What a daemon killed with SIGKILL leaves: the file, without its lock.
  const std::string saved = path_ + ".saved";
  std::filesystem::rename(path_, saved);
  first.reset();
  std::filesystem::rename(saved, path_);
  EXPECT_FALSE(CanConnect());
  EXPECT_TRUE(ListenSocket::Unix({.path = path_}).ok());
}

TEST_F(ListenSocketTest, AForeignListenerOrFileIsLeftAlone) {
  std::ofstream(path_) << "precious";
  EXPECT_EQ(ListenSocket::Unix({.path = path_}).status().code(),
            StatusCode::kAlreadyExists);
  EXPECT_TRUE(std::filesystem::is_regular_file(path_));
}

TEST_F(ListenSocketTest, BadPathsAndGroupsAreErrors) {
  EXPECT_EQ(ListenSocket::Unix({.path = std::string(108, 'x')}).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(ListenSocket::Unix({.path = folder_ + "/no/such"}).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(ListenSocket::Unix({.path = path_, .group = "no-such-group"})
                .status()
                .code(),
            StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ListenSocketTest, TcpListensOnLiteralAddresses) {
  auto v4 = ListenSocket::Tcp("127.0.0.1", 0);
  ASSERT_TRUE(v4.ok()) << v4.status();
  EXPECT_GT(v4->port(), 0);
  EXPECT_EQ(ListenSocket::Tcp("127.0.0.1", v4->port()).status().code(),
            StatusCode::kAlreadyExists);
  EXPECT_EQ(ListenSocket::Tcp("localhost", 0).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(ListenSocketTest, NothingInheritedIsAnErrorThatSaysSo) {
  unsetenv("LISTEN_FDS");
  EXPECT_EQ(ListenSocket::Inherited(0).status().code(),
            StatusCode::kFailedPrecondition);
  setenv("LISTEN_FDS", "1", 1);
  setenv("LISTEN_PID", "1", 1);  // Not us.
  EXPECT_EQ(ListenSocket::Inherited(0).status().code(),
            StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace uacced
