// The canonical codes as indices of arrays.
#ifndef UACCED_DAEMON_CORE_STATUS_CODES_H_
#define UACCED_DAEMON_CORE_STATUS_CODES_H_

#include <cstddef>

namespace uacced {

// absl::StatusCode, kOk..kUnauthenticated.
inline constexpr size_t kStatusCodeCount = 17;

}  // namespace uacced

#endif  // UACCED_DAEMON_CORE_STATUS_CODES_H_
