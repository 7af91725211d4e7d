// The Inbox is where jobs change from any thread to the polling thread:
// bounded, many to one, without locks.
//
// Threads: TryPush() is thread-safe; the rest belongs to the Reactor.
#ifndef UACCED_DAEMON_REACTOR_INBOX_H_
#define UACCED_DAEMON_REACTOR_INBOX_H_

#include <cstddef>
#include <memory>

#include "base/bounded_ring.h"
#include "base/wakeup.h"
#include "daemon/core/job.h"

namespace uacced {

class Inbox {
 public:
  // `capacity_entries` is rounded up to a power of two.
  explicit Inbox(size_t capacity_entries) : ring_(capacity_entries) {}
  ~Inbox() {
    while (TryPop() != nullptr) {
    }
  }

  // Takes `job`, or returns false and leaves it alone when the inbox is full.
  // The caller sees to it that somebody looks: wakeup().Notify() at the least.
  bool TryPush(std::unique_ptr<Job>& job) {
    return ring_.TryPush(std::move(job));
  }

  // Null when empty.
  std::unique_ptr<Job> TryPop() {
    std::unique_ptr<Job> job;
    ring_.TryPop(job);
    return job;
  }

  size_t ApproximateSize() const { return ring_.ApproximateSize(); }
  size_t capacity() const { return ring_.capacity(); }
  Wakeup& wakeup() { return wakeup_; }

 private:
  BoundedRing<std::unique_ptr<Job>> ring_;
  Wakeup wakeup_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_INBOX_H_
