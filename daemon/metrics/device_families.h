// The metric families of devices.
//
// Threads: pure functions.
#ifndef UACCED_DAEMON_METRICS_DEVICE_FAMILIES_H_
#define UACCED_DAEMON_METRICS_DEVICE_FAMILIES_H_

#include <string>
#include <vector>

#include "daemon/metrics/families.h"
#include "daemon/metrics/metrics.h"

namespace uacced {

// What the devices do. `names` are at least as many as `devices`.
void AddDevices(const std::vector<std::string>& names,
                const std::vector<DeviceGauges>& devices, Families& families);

// How they are and have fared.
void AddHealth(const std::vector<std::string>& names,
               const std::vector<DeviceGauges>& devices, Families& families);

}  // namespace uacced

#endif  // UACCED_DAEMON_METRICS_DEVICE_FAMILIES_H_
