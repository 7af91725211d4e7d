// Wakeup puts one consumer to sleep on an eventfd and lets any producer wake
// it, without a system call while the consumer is awake.
//
//   consumer: PrepareSleep(); if (nothing to do) wait until fd() is readable;
//             EndSleep();
//   producer: publish work; Notify();
//
// No wake-up is lost: both sides do a read-modify-write of one flag, so either
// the producer sees the consumer asleep, or the consumer sees the work.
// (Read-modify-writes instead of fences, because TSan understands them.)
//
// Threads: Notify() is thread-safe; the rest belongs to the consumer.
#ifndef UACCED_BASE_WAKEUP_H_
#define UACCED_BASE_WAKEUP_H_

#include <atomic>

#include "base/unique_fd.h"

namespace uacced {

class Wakeup {
 public:
  // Starts awake. fd() is -1 when the process is out of descriptors.
  Wakeup();

  // Readable after a Notify() that found the consumer asleep, until EndSleep().
  int fd() const { return fd_.get(); }

  void Notify() {
    if (asleep_.exchange(false, std::memory_order_acq_rel)) Signal();
  }

  // A guess, for whoever could spare the consumer its waking: only Notify()
  // may rely on it.
  bool MayBeAsleep() const { return asleep_.load(std::memory_order_relaxed); }

  // From here on Notify() signals fd(). The caller must look for work once
  // more before it sleeps.
  void PrepareSleep() { asleep_.exchange(true, std::memory_order_acq_rel); }

  // Awake again. Clears fd() when it had been signalled.
  void EndSleep();

 private:
  void Signal();

  UniqueFd fd_;
  std::atomic<bool> asleep_{false};
};

}  // namespace uacced

#endif  // UACCED_BASE_WAKEUP_H_
