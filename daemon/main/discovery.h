// Puts the devices that are there in the place of the configuration's entry for
// all of them.
#ifndef UACCED_DAEMON_MAIN_DISCOVERY_H_
#define UACCED_DAEMON_MAIN_DISCOVERY_H_

#include "absl/status/statusor.h"
#include "daemon/config/config.h"

namespace uacced {

// The rest stays as it is. FAILED_PRECONDITION: that leaves no device, or more
// than there may be, or two of one name.
absl::StatusOr<Config> DiscoverDevices(Config config);

}  // namespace uacced

#endif  // UACCED_DAEMON_MAIN_DISCOVERY_H_
