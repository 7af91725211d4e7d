#include "hw/hisi/model/service_pacer.h"

#include <algorithm>

namespace uacced::hw::hisi {
namespace {

// Intervals are kept finer than the clock's, or a limit would be off by a
// percent; an uptime of years still fits.
constexpr int64_t kTicksPerNs = 64;
constexpr int64_t kTicksPerSecond = kTicksPerNs * 1'000'000'000;

}  // namespace

ServicePacer::ServicePacer(const ServiceTime& service)
    : service_(service),
      active_(service.fixed_ns != 0 || service.ps_per_byte != 0 ||
              service.operations_per_second != 0),
      interval_ticks_(service.operations_per_second == 0
                          ? 0
                          : kTicksPerSecond / service.operations_per_second) {}

ServicePacer::Grant ServicePacer::Take(int64_t now_ns, uint32_t wanted) {
  if (interval_ticks_ == 0) return {wanted, now_ns};
  int64_t next = next_start_ticks_.load(std::memory_order_relaxed);
  for (;;) {
    const int64_t start =
        std::max(next, (now_ns - kMaxCatchUpNs) * kTicksPerNs);
    const int64_t late = now_ns * kTicksPerNs - start;
    if (late < 0) return {};
    const int64_t count = std::min<int64_t>(wanted, late / interval_ticks_ + 1);
    if (next_start_ticks_.compare_exchange_weak(
            next, start + count * interval_ticks_, std::memory_order_relaxed)) {
      return {static_cast<uint32_t>(count), start / kTicksPerNs};
    }
  }
}

int64_t ServicePacer::EndNs(const Grant& grant, uint32_t position,
                            uint64_t bytes) const {
  return grant.first_start_ns + position * interval_ticks_ / kTicksPerNs +
         service_.fixed_ns +
         static_cast<int64_t>(bytes * service_.ps_per_byte / 1000);
}

void ServicePacer::Idle(int64_t now_ns) {
  if (interval_ticks_ == 0) return;
  const int64_t now = now_ns * kTicksPerNs;
  int64_t next = next_start_ticks_.load(std::memory_order_relaxed);
  while (next < now && !next_start_ticks_.compare_exchange_weak(
                           next, now, std::memory_order_relaxed)) {
  }
}

int64_t ServicePacer::next_start_ns() const {
  return (next_start_ticks_.load(std::memory_order_relaxed) + kTicksPerNs - 1) /
         kTicksPerNs;
}

}  // namespace uacced::hw::hisi
