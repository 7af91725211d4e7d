// Reads what is to run where.
#ifndef UACCED_DAEMON_CONFIG_POLICY_H_
#define UACCED_DAEMON_CONFIG_POLICY_H_

#include <cstdint>

#include "daemon/config/config.h"
#include "daemon/config/section.h"
#include "uacced/v1/config.pb.h"

namespace uacced {

// `proto` is what `file` reads; `devices` are those of the same file.
PolicyConfig ReadPolicy(const v1::Config& proto, const Section& file,
                        const std::vector<DeviceConfig>& devices,
                        uint32_t cpu_count);

}  // namespace uacced

#endif  // UACCED_DAEMON_CONFIG_POLICY_H_
