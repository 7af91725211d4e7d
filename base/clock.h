// Time, injected: whoever needs it takes a Clock, so that tests own it.
//
// Units:   absolute monotonic nanoseconds; 0 is unspecified but fixed.
// Threads: implementations are thread-safe.
#ifndef UACCED_BASE_CLOCK_H_
#define UACCED_BASE_CLOCK_H_

#include <atomic>
#include <cstdint>
#include <ctime>
#include <limits>

namespace uacced {

// Later than every reading of every Clock: "no deadline".
inline constexpr int64_t kInfiniteFutureNs =
    std::numeric_limits<int64_t>::max();

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t NowNs() const = 0;
};

// CLOCK_MONOTONIC, the same clock that io_uring timeouts use.
class MonotonicClock final : public Clock {
 public:
  int64_t NowNs() const override {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
  }
};

// Stands still until a test moves it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t now_ns = 0) : now_ns_(now_ns) {}
  int64_t NowNs() const override { return now_ns_.load(); }
  void Advance(int64_t ns) { now_ns_.fetch_add(ns); }

 private:
  std::atomic<int64_t> now_ns_;
};

}  // namespace uacced

#endif  // UACCED_BASE_CLOCK_H_
