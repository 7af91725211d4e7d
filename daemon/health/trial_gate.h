// TrialGate lets everybody through, nobody, or a few at a time: those are
// trials, and as one comes back the next may go.
//
// Units:   times in nanoseconds of one clock.
// Threads: Admit() and Release() are thread-safe and lock-free; the rest by one
//          thread at a time.
// A trial that never comes back (its client left before a device took it)
// blocks a place for `trial_timeout_ns` only.
#ifndef UACCED_DAEMON_HEALTH_TRIAL_GATE_H_
#define UACCED_DAEMON_HEALTH_TRIAL_GATE_H_

#include <atomic>
#include <cstdint>
#include <limits>

#include "base/clock.h"

namespace uacced {

class TrialGate {
 public:
  struct Options {
    uint32_t max_trials;
    int64_t trial_timeout_ns;
  };

  bool Admit(int64_t now_ns, const Options& options) {
    const int64_t trials_from_ns =
        trials_from_ns_.load(std::memory_order_acquire);
    if (trials_from_ns == kWideOpen) return true;
    return now_ns >= trials_from_ns && TryTrial(now_ns, options);
  }

  // A trial came back, or never went. Does nothing when there was none.
  void Release() {
    uint32_t trials = trials_.load(std::memory_order_relaxed);
    while (trials > 0 && !trials_.compare_exchange_weak(
                             trials, trials - 1, std::memory_order_relaxed)) {
    }
  }

  // Everybody.
  void Open() { Change(kWideOpen); }
  // Nobody until then, a few from then on.
  void CloseUntil(int64_t trials_from_ns) { Change(trials_from_ns); }
  // Nobody.
  void Close() { Change(kInfiniteFutureNs); }

  bool is_open() const {
    return trials_from_ns_.load(std::memory_order_relaxed) == kWideOpen;
  }
  // Whether trials go through.
  bool is_on_trial(int64_t now_ns) const {
    return !is_open() &&
           now_ns >= trials_from_ns_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr int64_t kWideOpen = std::numeric_limits<int64_t>::min();

  void Change(int64_t trials_from_ns) {
    trials_.store(0, std::memory_order_relaxed);
    trials_from_ns_.store(trials_from_ns, std::memory_order_release);
  }

  bool TryTrial(int64_t now_ns, const Options& options) {
    uint32_t trials = trials_.load(std::memory_order_relaxed);
    while (trials < options.max_trials) {
      if (trials_.compare_exchange_weak(trials, trials + 1,
                                        std::memory_order_relaxed)) {
        last_trial_ns_.store(now_ns, std::memory_order_relaxed);
        return true;
      }
    }
    // All places are taken. If nothing has moved for so long, they are lost.
    int64_t last_ns = last_trial_ns_.load(std::memory_order_relaxed);
    if (now_ns - last_ns < options.trial_timeout_ns ||
        !last_trial_ns_.compare_exchange_strong(last_ns, now_ns,
                                                std::memory_order_relaxed)) {
      return false;
    }
    trials_.store(1, std::memory_order_relaxed);
    return true;
  }

  std::atomic<int64_t> trials_from_ns_{kWideOpen};
  std::atomic<uint32_t> trials_{0};
  std::atomic<int64_t> last_trial_ns_{0};
};

}  // namespace uacced

#endif  // UACCED_DAEMON_HEALTH_TRIAL_GATE_H_
