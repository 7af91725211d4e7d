#include "daemon/main/discovery.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/log.h"
#include "hw/hisi/file_port.h"
#include "uacce/sysfs/sysfs.h"

namespace uacced {
namespace {

using hw::hisi::FilePort;

const UacceConfig* AsDiscovery(const DeviceConfig& device) {
  const auto* uacce = std::get_if<UacceConfig>(&device);
  return uacce != nullptr && uacce->is_discovery() ? uacce : nullptr;
}

// What other entries name is theirs.
std::set<std::string> NamedDevices(const Config& config) {
  std::set<std::string> named;
  for (const DeviceConfig& device : config.devices) {
    const auto* uacce = std::get_if<UacceConfig>(&device);
    if (uacce != nullptr) named.insert(uacce->device);
  }
  return named;
}

// One that cannot be used is not in the way of those that can; an entry that
// names it would say so, too, and fail.
bool IsUsable(const UacceConfig& device) {
  const absl::Status status = FilePort::Create({.device = device.device,
                                                .sysfs_root = device.sysfs_root,
                                                .dev_root = device.dev_root})
                                  .status();
  if (status.ok()) return true;
  Log(LogLevel::kWarning, "main", "accelerator left out",
      {{"device", device.device}, {"error", status.message()}});
  return false;
}

std::vector<UacceConfig> Find(const UacceConfig& all,
                              const std::set<std::string>& named) {
  std::vector<UacceConfig> found;
  const auto names = UacceSysfs(all.sysfs_root).List();
  if (!names.ok()) {
    Log(LogLevel::kWarning, "main", "no accelerators found",
        {{"error", names.status().message()}});
    return found;
  }
  for (const std::string& name : *names) {
    if (!FilePort::IsOurs(name) || named.count(name) > 0) continue;
    UacceConfig one = all;
    one.name = name;
    one.device = name;
    if (IsUsable(one)) found.push_back(std::move(one));
  }
  Log(found.empty() ? LogLevel::kWarning : LogLevel::kInfo, "main",
      "accelerators found",
      {{"folder", all.sysfs_root}, {"count", found.size()}});
  return found;
}

absl::Status Check(const std::vector<DeviceConfig>& devices) {
  if (devices.empty()) {
    return absl::FailedPreconditionError(
        "no accelerator was found, and the configuration has no other device");
  }
  std::set<std::string> names;
  bool has_hardware = false;
  for (const DeviceConfig& device : devices) {
    has_hardware |= IsHardware(device);
    if (!names.insert(Name(device)).second) {
      return absl::FailedPreconditionError(
          absl::StrCat("the accelerator \"", Name(device),
                       "\" has the name of another device: give that one "
                       "another in the configuration"));
    }
  }
  const size_t most = kMaxDevices - (has_hardware ? 1 : 0);
  if (devices.size() > most) {
    return absl::FailedPreconditionError(
        absl::StrCat("with the accelerators found there are ", devices.size(),
                     " devices, and more than ", most,
                     " are too many: name those to use in the configuration"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Config> DiscoverDevices(Config config) {
  const bool discovers =
      std::any_of(config.devices.begin(), config.devices.end(),
                  [](const DeviceConfig& d) { return AsDiscovery(d); });
  if (!discovers) return config;
  const std::set<std::string> named = NamedDevices(config);
  std::vector<DeviceConfig> devices;
  for (DeviceConfig& device : config.devices) {
    if (const UacceConfig* all = AsDiscovery(device)) {
      for (UacceConfig& one : Find(*all, named)) {
        devices.emplace_back(std::move(one));
      }
    } else {
      devices.push_back(std::move(device));
    }
  }
  const absl::Status status = Check(devices);
  if (!status.ok()) return status;
  config.devices = std::move(devices);
  return config;
}

}  // namespace uacced
