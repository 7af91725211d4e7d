// WorkerGate puts any number of equal workers to sleep until there is work,
// and wakes one for each Notify(). Costs no system call while all are awake.
//
//   worker:   ticket = Prepare(); if (work) { Cancel(); do it; } else
//             Wait(ticket);
//   producer: publish work; Notify();
//
// Threads: thread-safe. See wakeup.h for why no wake-up is lost.
#ifndef UACCED_BASE_WORKER_GATE_H_
#define UACCED_BASE_WORKER_GATE_H_

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>

namespace uacced {

class WorkerGate {
 public:
  uint32_t Prepare() {
    sleepers_.fetch_add(1, std::memory_order_acq_rel);
    return epoch_.load(std::memory_order_acquire);
  }

  void Cancel() { sleepers_.fetch_sub(1, std::memory_order_acq_rel); }

  // Returns after a Notify() that came later than the Prepare() which gave
  // `ticket`, and now and then without one.
  void Wait(uint32_t ticket) {
    syscall(SYS_futex, Address(), FUTEX_WAIT_PRIVATE, ticket, nullptr, nullptr,
            0);
    Cancel();
  }

  void Notify() { Wake(1); }
  void NotifyAll() { Wake(INT_MAX); }

 private:
  void Wake(int count) {
    // A read-modify-write that changes nothing: it orders the producer's
    // publication against the workers' Prepare().
    if (sleepers_.fetch_add(0, std::memory_order_acq_rel) == 0) return;
    epoch_.fetch_add(1, std::memory_order_release);
    syscall(SYS_futex, Address(), FUTEX_WAKE_PRIVATE, count, nullptr, nullptr,
            0);
  }

  uint32_t* Address() { return reinterpret_cast<uint32_t*>(&epoch_); }

  std::atomic<uint32_t> epoch_{0};
  static_assert(sizeof(epoch_) == sizeof(uint32_t));
  std::atomic<uint32_t> sleepers_{0};
};

}  // namespace uacced

#endif  // UACCED_BASE_WORKER_GATE_H_
