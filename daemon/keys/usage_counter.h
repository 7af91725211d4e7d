// UsageCounter counts the messages of one version of a key, and never lets more
// through than were reserved: what is reserved has been written down, so that
// the count cannot run backwards over a crash.
//
// Units:   messages.
// Threads: thread-safe; TryCount() is one compare-and-swap and no lock.
//          Whoever calls Reserve() makes sure that it is one at a time.
#ifndef UACCED_DAEMON_KEYS_USAGE_COUNTER_H_
#define UACCED_DAEMON_KEYS_USAGE_COUNTER_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

namespace uacced {

class UsageCounter {
 public:
  static constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

  // So many messages more are reserved at once, or a sixteenth of a low limit:
  // a crash loses what was reserved and not used.
  static constexpr uint64_t kStep = uint64_t{1} << 20;

  enum class Outcome {
    kCounted,
    kLimitReached,
    kNotReserved,  // Reserve() more, or give up; nothing was counted.
  };

  // `limit`: how many there may ever be. `used` of them have been and may be
  // more than a limit that was lowered. REQUIRES: used <= reserved.
  UsageCounter(uint64_t limit, uint64_t used, uint64_t reserved)
      : limit_(limit), used_(used), reserved_(reserved) {}
  UsageCounter(const UsageCounter&) = delete;
  UsageCounter& operator=(const UsageCounter&) = delete;

  Outcome TryCount() {
    uint64_t used = used_.load(std::memory_order_relaxed);
    do {
      if (used >= limit_) return Outcome::kLimitReached;
      if (used >= reserved_.load(std::memory_order_acquire)) {
        return Outcome::kNotReserved;
      }
    } while (!used_.compare_exchange_weak(used, used + 1,
                                          std::memory_order_relaxed));
    return Outcome::kCounted;
  }

  uint64_t limit() const { return limit_; }
  uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  uint64_t reserved() const {
    return reserved_.load(std::memory_order_acquire);
  }

  // What reserved() should become next.
  uint64_t NextReserved() const {
    const uint64_t step = std::clamp<uint64_t>(limit_ / 16, 1, kStep);
    const uint64_t from = std::max(used(), reserved());
    return from >= limit_ ? from : from + std::min(step, limit_ - from);
  }

  // REQUIRES: reserved() <= reserved; no other thread in here.
  void Reserve(uint64_t reserved) {
    reserved_.store(reserved, std::memory_order_release);
  }

 private:
  const uint64_t limit_;
  std::atomic<uint64_t> used_;
  std::atomic<uint64_t> reserved_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_KEYS_USAGE_COUNTER_H_
