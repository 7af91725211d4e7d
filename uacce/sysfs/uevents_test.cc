#include "uacce/sysfs/uevents.h"

#include <fcntl.h>

#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using namespace std::string_literals;  // NOLINT

TEST(UeventsTest, TheSubsystemDecides) {
  EXPECT_TRUE(UeventSocket::IsAboutUacce(
      "remove@/devices/platform/uacce_sim.0/uacce/hisi_zip-0\0"
      "ACTION=remove\0SUBSYSTEM=uacce\0DEVNAME=hisi_zip-0\0SEQNUM=9\0"s));
  EXPECT_TRUE(UeventSocket::IsAboutUacce("SUBSYSTEM=uacce"s));
  for (const std::string& message :
       {""s, "\0"s, "add@/devices/x\0ACTION=add\0SUBSYSTEM=block\0"s,
        "SUBSYSTEM=uacce2\0"s, "XSUBSYSTEM=uacce\0"s, "SUBSYSTEM="s,
        "add@/SUBSYSTEM=uacce\0ACTION=add\0"s}) {
    EXPECT_FALSE(UeventSocket::IsAboutUacce(message)) << message;
  }
}

TEST(UeventsTest, ASocketIsQuietAndDoesNotBlock) {
  const auto socket = UeventSocket::Open();
  if (!socket.ok()) GTEST_SKIP() << socket.status();
  EXPECT_TRUE((fcntl((*socket)->fd(), F_GETFL) & O_NONBLOCK) != 0);
  EXPECT_FALSE((*socket)->Drain());
}

}  // namespace
}  // namespace uacced
