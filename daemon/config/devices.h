// Reads the devices of the configuration.
#ifndef UACCED_DAEMON_CONFIG_DEVICES_H_
#define UACCED_DAEMON_CONFIG_DEVICES_H_

#include <cstdint>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/section.h"
#include "uacced/v1/config.pb.h"

namespace uacced {

// `proto` is what `file` reads. `reactor_count` as in ReactorConfig.
std::vector<DeviceConfig> ReadDevices(const v1::Config& proto,
                                      const Section& file, uint32_t cpu_count,
                                      uint32_t reactor_count);

}  // namespace uacced

#endif  // UACCED_DAEMON_CONFIG_DEVICES_H_
