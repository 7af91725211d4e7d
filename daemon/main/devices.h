// Makes the devices of the configuration.
#ifndef UACCED_DAEMON_MAIN_DEVICES_H_
#define UACCED_DAEMON_MAIN_DEVICES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/config/config.h"
#include "daemon/core/fault.h"
#include "daemon/reactor/lane.h"
#include "hw/device.h"

namespace uacced {

struct DeviceSpec {
  std::unique_ptr<hw::Device> device;
  // Null: it cannot be told to fail. Refers to `device`.
  std::unique_ptr<FaultTarget> faults;
  // Of the configuration, for BeginFaults().
  std::vector<FaultSpec> first_faults;
  uint32_t queues_per_kind = 1;  // Of each reactor.
  LaneTimeouts timeouts_ns{};
  bool fallback_only = false;
};

// Their names, before they are made.
std::vector<std::string> DeviceNames(const Config& config);

// In the order of the configuration. The last one is the CPU that what fails on
// accelerators falls back to, when there are accelerators and the policy wants
// it. `reactor_count` reactors share the workers of a soft device.
// REQUIRES: what is to be discovered has been (discovery.h).
absl::StatusOr<std::vector<DeviceSpec>> OpenDevices(const Config& config,
                                                    uint32_t reactor_count);

// Has the devices fail as they are configured to: once they have their queues,
// because one that is to be gone opens none.
absl::Status BeginFaults(const std::vector<DeviceSpec>& devices);

}  // namespace uacced

#endif  // UACCED_DAEMON_MAIN_DEVICES_H_
