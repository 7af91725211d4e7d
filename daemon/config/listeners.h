// The rules of where the daemon listens: `listener` and `metrics`.
#ifndef UACCED_DAEMON_CONFIG_LISTENERS_H_
#define UACCED_DAEMON_CONFIG_LISTENERS_H_

#include <optional>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/section.h"

namespace uacced {

// `file` is the v1::Config. What is wrong is reported there, and left out of
// what is returned.
std::vector<ListenerConfig> ReadListeners(const Section& file);

// Reports an address that one of `listeners` has too.
std::optional<MetricsConfig> ReadMetrics(
    const Section& file, const std::vector<ListenerConfig>& listeners);

}  // namespace uacced

#endif  // UACCED_DAEMON_CONFIG_LISTENERS_H_
