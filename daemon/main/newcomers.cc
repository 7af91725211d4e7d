#include "daemon/main/newcomers.h"

#include <variant>

#include "base/log.h"
#include "hw/hisi/file_port.h"
#include "uacce/sysfs/sysfs.h"

namespace uacced {

Newcomers::Newcomers(const Config& written) {
  for (const DeviceConfig& device : written.devices) {
    const auto* uacce = std::get_if<UacceConfig>(&device);
    if (uacce != nullptr && uacce->is_discovery()) {
      roots_.insert(uacce->sysfs_root);
    }
  }
  for (const std::string& root : roots_) {
    const auto names = UacceSysfs(root).List();
    if (names.ok()) known_.insert(names->begin(), names->end());
  }
}

void Newcomers::MarkUsed(const Config& config) {
  for (const DeviceConfig& device : config.devices) {
    const auto* uacce = std::get_if<UacceConfig>(&device);
    if (uacce != nullptr) known_.insert(uacce->device);
  }
}

std::vector<std::string> Newcomers::Look() {
  std::vector<std::string> found;
  for (const std::string& root : roots_) {
    const auto names = UacceSysfs(root).List();
    if (!names.ok()) continue;
    for (const std::string& name : *names) {
      if (!hw::hisi::FilePort::IsOurs(name)) continue;
      if (!known_.insert(name).second) continue;
      Log(LogLevel::kWarning, "main",
          "an accelerator came that was not there at the start: restart the "
          "daemon to use it",
          {{"device", name}});
      found.push_back(name);
    }
  }
  return found;
}

}  // namespace uacced
