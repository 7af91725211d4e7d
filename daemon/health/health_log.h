// What the log says of devices.
//
// Threads: thread-safe.
#ifndef UACCED_DAEMON_HEALTH_HEALTH_LOG_H_
#define UACCED_DAEMON_HEALTH_HEALTH_LOG_H_

#include <cstdint>

#include "absl/status/status.h"
#include "daemon/health/health_snapshot.h"
#include "hw/device.h"

namespace uacced {

void LogEvent(const hw::DeviceInfo& info, const HealthEvent& event,
              int64_t now_ns);

void LogOpenFailure(const hw::DeviceInfo& info, const absl::Status& status);

}  // namespace uacced

#endif  // UACCED_DAEMON_HEALTH_HEALTH_LOG_H_
