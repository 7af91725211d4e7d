// Tells systemd how far the daemon is (sd_notify(3)). Does nothing when no
// service manager asked for it.
#ifndef UACCED_DAEMON_MAIN_SERVICE_MANAGER_H_
#define UACCED_DAEMON_MAIN_SERVICE_MANAGER_H_

#include "absl/strings/string_view.h"

namespace uacced {

// `state` as "READY=1" or "STOPPING=1".
void NotifyServiceManager(absl::string_view state);

}  // namespace uacced

#endif  // UACCED_DAEMON_MAIN_SERVICE_MANAGER_H_
