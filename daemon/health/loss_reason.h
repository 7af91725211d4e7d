// Why a lane lost its queue.
#ifndef UACCED_DAEMON_HEALTH_LOSS_REASON_H_
#define UACCED_DAEMON_HEALTH_LOSS_REASON_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace uacced {

enum class LossReason : uint8_t {
  kBrokeRules,  // It completed what was not in flight, or wrote nonsense.
  kStopped,     // The device, or the system below it, stopped the queue.
  kTimeout,     // It held a job for longer than its operation may take.
  kRequested,   // Its device is out of use: nothing is wrong with the queue.
};
inline constexpr int kLossReasonCount = 4;

inline absl::string_view Name(LossReason reason) {
  switch (reason) {
    case LossReason::kBrokeRules:
      return "broke-rules";
    case LossReason::kStopped:
      return "stopped";
    case LossReason::kTimeout:
      return "timeout";
    case LossReason::kRequested:
      return "requested";
  }
  return "unknown";
}

}  // namespace uacced

#endif  // UACCED_DAEMON_HEALTH_LOSS_REASON_H_
