// What can be read of a device's health, and what happens to it.
//
// Units:   times in nanoseconds of the daemon's clock.
// Threads: plain values.
#ifndef UACCED_DAEMON_HEALTH_HEALTH_SNAPSHOT_H_
#define UACCED_DAEMON_HEALTH_HEALTH_SNAPSHOT_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "daemon/health/loss_reason.h"
#include "hw/algorithm.h"

namespace uacced {

enum class DeviceState : uint8_t {
  kUp,
  kProbation,    // Back, with a few jobs at a time.
  kResetting,    // No jobs, no queues.
  kDown,         // The same, until retry_at_ns.
  kQuarantined,  // The same; its output was wrong.
  kIsolated,     // The system took it out of use.
  kGone,         // Unplugged, or its driver unloaded.
};
inline constexpr int kDeviceStateCount = 7;

// Why it is in this state.
enum class HealthReason : uint8_t {
  kNone,        // Nothing has happened yet.
  kBrokeRules,  // Queues were lost: see LossReason.
  kStopped,
  kTimeout,
  kOpenFailed,  // A lost queue could not be opened again.
  kResetFailed,
  kProbationFailed,  // A job failed that should have shown it is well.
  kMismatch,         // Its output was wrong.
  kIsolated,         // By the system.
  kGone,
  kReturned,  // It was isolated or gone.
  kReset,     // It was reset, and proves itself.
  kProven,    // It did.
};
inline constexpr int kHealthReasonCount = 13;

enum class BreakerState : uint8_t { kClosed, kOpen, kOnTrial };

struct HealthSnapshot {
  DeviceState state = DeviceState::kUp;
  HealthReason reason = HealthReason::kNone;
  int64_t since_ns = 0;
  int64_t retry_at_ns = 0;  // In kDown and kQuarantined.
  std::array<BreakerState, hw::kOperationCount> breakers{};

  // Since the start.
  std::array<uint64_t, kLossReasonCount> losses{};  // Queues.
  uint64_t queue_resets = 0;   // Queues opened again, after its reset too.
  uint64_t device_resets = 0;  // Tried.
  uint64_t mismatches = 0;
  uint64_t breaker_opens = 0;
};

// One thing that happened: a new state, or a breaker that opened or closed.
struct HealthEvent {
  enum class Kind : uint8_t { kState, kBreakerOpened, kBreakerClosed };
  Kind kind;
  DeviceState state;        // kState
  HealthReason reason;      // kState
  hw::Operation operation;  // The other two.
  int64_t retry_at_ns;      // 0: nothing is planned.
};

inline absl::string_view Name(DeviceState state) {
  constexpr absl::string_view kNames[kDeviceStateCount] = {
      "up",          "probation", "resetting", "down",
      "quarantined", "isolated",  "gone"};
  return kNames[static_cast<int>(state)];
}

inline absl::string_view Name(HealthReason reason) {
  constexpr absl::string_view kNames[kHealthReasonCount] = {
      "none",        "broke-rules",  "stopped",          "timeout",
      "open-failed", "reset-failed", "probation-failed", "mismatch",
      "isolated",    "gone",         "returned",         "reset",
      "proven"};
  return kNames[static_cast<int>(reason)];
}

}  // namespace uacced

#endif  // UACCED_DAEMON_HEALTH_HEALTH_SNAPSHOT_H_
