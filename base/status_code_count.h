// How many canonical codes there are: arrays that count by code.
#ifndef UACCED_BASE_STATUS_CODE_COUNT_H_
#define UACCED_BASE_STATUS_CODE_COUNT_H_

#include <cstddef>

namespace uacced {

// absl::StatusCode, kOk..kUnauthenticated.
inline constexpr size_t kStatusCodeCount = 17;

}  // namespace uacced

#endif  // UACCED_BASE_STATUS_CODE_COUNT_H_
