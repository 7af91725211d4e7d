// Tells when devices of uacce come and go, as the kernel announces it on
// netlink. It only says that something happened: what, sysfs knows better, and
// an announcement may be lost.
//
// Threads: thread-compatible.
#ifndef UACCED_UACCE_SYSFS_UEVENTS_H_
#define UACCED_UACCE_SYSFS_UEVENTS_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"

namespace uacced {

class UeventSocket {
 public:
  // Announcements of later than this. INTERNAL, PERMISSION_DENIED: there are
  // none to be had here, as in a container or without AF_NETLINK.
  static absl::StatusOr<std::unique_ptr<UeventSocket>> Open();

  // Readable when there is something to drain.
  int fd() const { return fd_.get(); }

  // Takes what has come. True: some of it was about uacce, or some was lost.
  bool Drain();

  // Whether a message of the kernel is about uacce: fields that end in NUL, of
  // which one is "SUBSYSTEM=uacce".
  static bool IsAboutUacce(absl::string_view message);

 private:
  explicit UeventSocket(UniqueFd fd) : fd_(std::move(fd)) {}

  const UniqueFd fd_;
};

}  // namespace uacced

#endif  // UACCED_UACCE_SYSFS_UEVENTS_H_
