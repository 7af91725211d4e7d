#include "daemon/health/health_log.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "hw/algorithm.h"

namespace uacced {
namespace {

bool IsGood(DeviceState state) {
  return state == DeviceState::kUp || state == DeviceState::kProbation ||
         state == DeviceState::kResetting;
}

}  // namespace

void LogEvent(const hw::DeviceInfo& info, const HealthEvent& event,
              int64_t now_ns) {
  const std::string retry_in_ms =
      event.retry_at_ns == 0
          ? "none"
          : absl::StrCat(std::max<int64_t>(0, event.retry_at_ns - now_ns) /
                         1'000'000);
  switch (event.kind) {
    case HealthEvent::Kind::kState:
      Log(IsGood(event.state) ? LogLevel::kInfo : LogLevel::kError, "health",
          "device",
          {{"name", info.name},
           {"state", Name(event.state)},
           {"reason", Name(event.reason)},
           {"retry_in_ms", retry_in_ms}});
      break;
    case HealthEvent::Kind::kBreakerOpened:
      Log(LogLevel::kWarning, "health",
          "operation out of use: it failed too often in a row",
          {{"name", info.name},
           {"operation", hw::Name(event.operation)},
           {"retry_in_ms", retry_in_ms}});
      break;
    case HealthEvent::Kind::kBreakerClosed:
      Log(LogLevel::kInfo, "health", "operation in use again",
          {{"name", info.name}, {"operation", hw::Name(event.operation)}});
      break;
  }
}

void LogOpenFailure(const hw::DeviceInfo& info, const absl::Status& status) {
  Log(LogLevel::kError, "health", "cannot open a queue",
      {{"device", info.name}, {"error", status.ToString()}});
}

}  // namespace uacced
