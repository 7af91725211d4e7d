// The devices of a Daemon, as the configuration has them.
#include <memory>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/main/daemon.h"
#include "hw/soft/soft_device.h"

namespace uacced {
namespace {

constexpr uint32_t kFallbackQueueDepth = 32;

LaneTimeouts TimeoutsNs(const PolicyConfig& policy) {
  LaneTimeouts timeouts_ns{};
  for (size_t i = 0; i < timeouts_ns.size(); ++i) {
    timeouts_ns[i] = absl::ToInt64Nanoseconds(policy.timeouts[i]);
  }
  return timeouts_ns;
}

}  // namespace

// In the order of the configuration, as their names in the metrics.
absl::Status Daemon::OpenDevices() {
  for (const DeviceConfig& device : config_.devices) {
    UACCED_ASSIGN_OR_RETURN(DeviceSpec spec, OpenDevice(device));
    if (spec.device->info().hardware) {
      spec.timeouts_ns = TimeoutsNs(config_.policy);
    }
    devices_.push_back(std::move(spec));
  }
  if (!HasFallback(config_)) return absl::OkStatus();
  UACCED_ASSIGN_OR_RETURN(
      DeviceSpec fallback,
      OpenSoftDevice({.name = kFallbackDeviceName,
                      .workers = config_.policy.fallback_workers,
                      .queue_depth = kFallbackQueueDepth,
                      .inline_budget = absl::ZeroDuration()}));
  devices_.push_back(std::move(fallback));
  return absl::OkStatus();
}

absl::StatusOr<Daemon::DeviceSpec> Daemon::OpenDevice(
    const DeviceConfig& device) const {
  if (const auto* soft = std::get_if<SoftDeviceConfig>(&device)) {
    return OpenSoftDevice(*soft);
  }
  // MERGE POINT: make the model, and enter its FaultTarget in fault_targets_.
  return absl::UnimplementedError(absl::StrCat(
      "device ", Name(device), ": this build has no models of devices"));
}

absl::StatusOr<Daemon::DeviceSpec> Daemon::OpenSoftDevice(
    const SoftDeviceConfig& device) const {
  const uint32_t queues = reactor_count();
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<hw::SoftDevice> soft,
      hw::SoftDevice::Create({.name = device.name,
                              // Of each queue, rounded up.
                              .workers = (device.workers + queues - 1) / queues,
                              .queue_depth = device.queue_depth,
                              .inline_budget_ns = absl::ToInt64Nanoseconds(
                                  device.inline_budget)}));
  Log(LogLevel::kInfo, "main", "device",
      {{"name", device.name},
       {"kind", soft->info().kind},
       {"workers", device.workers},
       {"queues", queues},
       {"queue_depth", device.queue_depth}});
  return DeviceSpec{.device = std::move(soft)};
}

}  // namespace uacced
