// When operations of a device begin and end, by a clock: the device serves as
// many at a time as it takes (a pipeline), begins at most so many a second, and
// each one lasts a fixed time and a time for each byte that it moves. The
// published figures of Kunpeng's ZIP are {.fixed_ns = 14'700,
// .operations_per_second = 880'000}.
//
// Units:   absolute nanoseconds of the caller's clock.
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_MODEL_SERVICE_PACER_H_
#define UACCED_HW_HISI_MODEL_SERVICE_PACER_H_

#include <atomic>
#include <cstdint>

namespace uacced::hw::hisi {

struct ServiceTime {
  static constexpr uint32_t kMaxFixedNs = 1'000'000'000;
  static constexpr uint32_t kMaxPsPerByte = 1'000'000;
  static constexpr uint32_t kMaxOperationsPerSecond = 100'000'000;

  uint32_t fixed_ns = 0;
  // Picoseconds for each byte that the engine reads or writes: 143 for 7 GB/s.
  uint32_t ps_per_byte = 0;
  uint32_t operations_per_second = 0;  // Of the device; 0: no limit.
};

class ServicePacer {
 public:
  // A device that is late, because the thread that plays it did not run,
  // catches up at most this much.
  static constexpr int64_t kMaxCatchUpNs = 1'000'000;

  explicit ServicePacer(const ServiceTime& service);

  // False: operations begin and end as soon as the engine has done them.
  bool active() const { return active_; }

  struct Grant {
    uint32_t count = 0;
    int64_t first_start_ns = 0;
  };
  // Up to `wanted` operations that begin by now.
  Grant Take(int64_t now_ns, uint32_t wanted);

  // When the operation at `position` of a grant, which moved `bytes`, ends.
  int64_t EndNs(const Grant& grant, uint32_t position, uint64_t bytes) const;

  // There was nothing to do until now: the time is not made good later.
  void Idle(int64_t now_ns);

  // Before this Take() gives nothing.
  int64_t next_start_ns() const;

 private:
  const ServiceTime service_;
  const bool active_;
  const int64_t interval_ticks_;  // 0: no limit.
  std::atomic<int64_t> next_start_ticks_{0};
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SERVICE_PACER_H_
