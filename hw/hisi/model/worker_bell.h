// Wakes the threads that play a device: each sleeps on a Wakeup of its own, and
// the bell rings them all, because any of them can serve any queue.
//
// Threads: Ring() is thread-safe; a Wakeup belongs to its worker.
#ifndef UACCED_HW_HISI_MODEL_WORKER_BELL_H_
#define UACCED_HW_HISI_MODEL_WORKER_BELL_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/wakeup.h"

namespace uacced::hw::hisi {

class WorkerBell {
 public:
  explicit WorkerBell(uint32_t workers) : wakeups_(workers) {}

  // False when the process is out of descriptors.
  bool ok() const {
    return std::all_of(wakeups_.begin(), wakeups_.end(),
                       [](const Wakeup& w) { return w.fd() >= 0; });
  }

  void Ring() {
    for (Wakeup& wakeup : wakeups_) wakeup.Notify();
  }

  Wakeup& of(uint32_t worker) { return wakeups_[worker]; }

 private:
  std::vector<Wakeup> wakeups_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_WORKER_BELL_H_
