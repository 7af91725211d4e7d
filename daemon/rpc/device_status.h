// What service Admin tells of a device: its lanes, its health, what it can do.
//
// Threads: thread-safe; reads what others write meanwhile.
#ifndef UACCED_DAEMON_RPC_DEVICE_STATUS_H_
#define UACCED_DAEMON_RPC_DEVICE_STATUS_H_

#include <cstddef>
#include <cstdint>

#include "daemon/metrics/metrics.h"
#include "daemon/reactor/placement.h"
#include "uacced/v1/admin.pb.h"

namespace uacced {

// Of the target at `index`. `now_ns` is of the clock that its health knows.
void FillDeviceStatus(const Placement& placement, const Metrics& metrics,
                      size_t index, int64_t now_ns, v1::DeviceStatus& out);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_DEVICE_STATUS_H_
