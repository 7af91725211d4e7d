#include "uacce/sysfs/uevents.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "absl/memory/memory.h"
#include "absl/strings/str_split.h"
#include "base/errno_status.h"

namespace uacced {
namespace {

// The group that the kernel sends to; udev's own messages go to another.
constexpr unsigned kKernelGroup = 1;

// The kernel's are shorter.
constexpr size_t kMaxMessageBytes = 8192;

// Of one Drain(), so that a flood of them does not keep its caller.
constexpr int kMaxMessages = 1024;

}  // namespace

absl::StatusOr<std::unique_ptr<UeventSocket>> UeventSocket::Open() {
  UniqueFd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                     NETLINK_KOBJECT_UEVENT));
  if (!fd) return ErrnoStatus(errno, "cannot make a socket for uevents");
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  address.nl_groups = kKernelGroup;
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address),
           sizeof(address)) != 0) {
    return ErrnoStatus(errno, "cannot listen to uevents");
  }
  return absl::WrapUnique(new UeventSocket(std::move(fd)));
}

bool UeventSocket::Drain() {
  std::array<char, kMaxMessageBytes> buffer;
  bool news = false;
  for (int i = 0; i < kMaxMessages; ++i) {
    sockaddr_nl sender = {};
    socklen_t sender_bytes = sizeof(sender);
    const ssize_t n =
        recvfrom(fd_.get(), buffer.data(), buffer.size(), 0,
                 reinterpret_cast<sockaddr*>(&sender), &sender_bytes);
    if (n < 0 && errno == ENOBUFS) {
      news = true;
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    // Who may send here is not always the kernel.
    if (sender.nl_pid != 0) continue;
    news |= IsAboutUacce({buffer.data(), static_cast<size_t>(n)});
  }
  return news;
}

bool UeventSocket::IsAboutUacce(absl::string_view message) {
  for (const absl::string_view field : absl::StrSplit(message, '\0')) {
    if (field == "SUBSYSTEM=uacce") return true;
  }
  return false;
}

}  // namespace uacced
