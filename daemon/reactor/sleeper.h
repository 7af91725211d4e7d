// Sleeper is where the polling thread sleeps: an io_uring with a multishot
// poll on each watched descriptor, so that going to sleep and waking up is one
// system call, however many devices there are.
//
// Units:   timeouts in nanoseconds.
// Threads: thread-compatible; the Reactor makes every call.
// Needs Linux 5.13 or newer with io_uring allowed (sysctl
// kernel.io_uring_disabled, seccomp profiles of containers).
#ifndef UACCED_DAEMON_REACTOR_SLEEPER_H_
#define UACCED_DAEMON_REACTOR_SLEEPER_H_

#include <liburing.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace uacced {

class Sleeper {
 public:
  static constexpr int64_t kNoTimeout = -1;

  static absl::StatusOr<std::unique_ptr<Sleeper>> Create();
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper();

  // From now on Sleep() returns when `fd` becomes readable, until Unwatch().
  // REQUIRES: it is not watched.
  void Watch(int fd);

  // When this returns, nothing here holds on to `fd` or the file behind it: it
  // may be closed, and its number be used again. Does nothing when it is not
  // watched.
  void Unwatch(int fd);

  // Returns after a watched descriptor became readable since the last call, at
  // the timeout, or now and then without either. An error means that sleeping
  // does not work at all.
  absl::Status Sleep(int64_t timeout_ns);

 private:
  Sleeper() = default;
  absl::Status ArmPolls();
  io_uring_sqe* GetSqe();
  void ReapEvents();

  // A slot is used again when neither is set.
  struct Watched {
    int fd;      // -1: nobody wants to know.
    bool armed;  // The kernel has a poll whose last entry is yet to come.
  };
  io_uring ring_{};
  bool initialised_ = false;
  std::vector<Watched> watched_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_SLEEPER_H_
