// DeviceHealth is whether a device is in use, and for which operations: what
// placement asks before it chooses and what lanes and tasks report to.
//
// Threads: thread-safe; what is called for each job takes no lock and writes
//          nothing while the device is well.
#ifndef UACCED_DAEMON_HEALTH_DEVICE_HEALTH_H_
#define UACCED_DAEMON_HEALTH_DEVICE_HEALTH_H_

#include <cstdint>

#include "hw/algorithm.h"

namespace uacced {

class DeviceHealth {
 public:
  DeviceHealth() = default;
  DeviceHealth(const DeviceHealth&) = delete;
  DeviceHealth& operator=(const DeviceHealth&) = delete;

  // Whether a job of this operation may be placed on the device now.
  bool Admits(hw::Operation /*operation*/, int64_t /*now_ns*/) { return true; }

  // Whether everything that the device does is to be checked now.
  bool VerifyAll() const { return false; }

  // The device's output was wrong, and said to be right.
  void ReportMismatch() {}
};

}  // namespace uacced

#endif  // UACCED_DAEMON_HEALTH_DEVICE_HEALTH_H_
