// What one operation of a codec came to. The codes are those of
// hw::Completion::code.
#ifndef UACCED_HW_SOFT_RESULT_H_
#define UACCED_HW_SOFT_RESULT_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace uacced::hw {

struct Result {
  absl::StatusCode code;
  uint32_t produced_bytes;  // Valid only when code is kOk.

  static Result Produced(size_t bytes) {
    return {absl::StatusCode::kOk, static_cast<uint32_t>(bytes)};
  }
  static Result Corrupt() { return {absl::StatusCode::kInvalidArgument, 0}; }
  static Result TooSmall() { return {absl::StatusCode::kOutOfRange, 0}; }
  static Result Unsupported() { return {absl::StatusCode::kUnimplemented, 0}; }
  // Out of memory, mostly: another try, or another device, may succeed.
  static Result Unavailable() { return {absl::StatusCode::kUnavailable, 0}; }
  static Result Internal() { return {absl::StatusCode::kInternal, 0}; }

  bool ok() const { return code == absl::StatusCode::kOk; }
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_RESULT_H_
