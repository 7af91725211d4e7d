#include "daemon/main/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/unique_fd.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

TEST(ServiceManagerTest, SendsTheStateWhereItWasAskedTo) {
  char folder[] = "/tmp/uacced_notify_XXXXXX";
  const std::string path = std::string(mkdtemp(folder)) + "/n";
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path.c_str());
  const UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM, 0));
  ASSERT_EQ(
      bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
      0);
  setenv("NOTIFY_SOCKET", path.c_str(), 1);
  NotifyServiceManager("READY=1");
  char text[32] = {};
  EXPECT_EQ(recv(fd.get(), text, sizeof(text), MSG_DONTWAIT), 7);
  EXPECT_STREQ(text, "READY=1");
  std::filesystem::remove_all(folder);
}

TEST(ServiceManagerTest, WithoutAManagerNothingHappens) {
  unsetenv("NOTIFY_SOCKET");
  NotifyServiceManager("READY=1");
  setenv("NOTIFY_SOCKET", "nonsense", 1);
  NotifyServiceManager("READY=1");
  setenv("NOTIFY_SOCKET", "/no/such/socket", 1);
  NotifyServiceManager("READY=1");
}

}  // namespace
}  // namespace uacced
