// Which kind of device a request may and should run on. The configuration has a
// default, a request may have its own.
#ifndef UACCED_DAEMON_CORE_EXECUTION_MODE_H_
#define UACCED_DAEMON_CORE_EXECUTION_MODE_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace uacced {

enum class ExecutionMode : uint8_t {
  // An accelerator where one can do it and it is worth it, else the CPU.
  kPreferHardware,
  // An accelerator or an error.
  kHardwareOnly,
  // Whichever is likely to be done first.
  kBalanced,
  // The CPU.
  kSoftwareOnly,
};

// Why an accelerator did not do what it should have: in replies and metrics.
enum class Fallback : uint8_t {
  kNone,
  kNotCapable,    // No accelerator takes such a request.
  kTooSmall,      // Below policy.offload_min_bytes of its operation.
  kBusy,          // kBalanced, and the CPU was likely to be sooner.
  kUnavailable,   // Every accelerator that takes it is out of use.
  kDeviceLost,    // The accelerator was lost with the request.
  kDeviceError,   // The accelerator failed it.
  kNotVerified,   // The accelerator's output was wrong.
  kNotConfirmed,  // The accelerator called the input bad; the CPU did not.
};
inline constexpr size_t kFallbackCount = 9;

// As replies say it, and docs/api.md explains it. Empty for kNone.
inline absl::string_view Name(Fallback fallback) {
  constexpr absl::string_view kNames[kFallbackCount] = {"",
                                                        "NOT_CAPABLE",
                                                        "TOO_SMALL",
                                                        "BUSY",
                                                        "UNAVAILABLE",
                                                        "DEVICE_LOST",
                                                        "DEVICE_ERROR",
                                                        "NOT_VERIFIED",
                                                        "NOT_CONFIRMED"};
  return kNames[static_cast<size_t>(fallback)];
}

}  // namespace uacced

#endif  // UACCED_DAEMON_CORE_EXECUTION_MODE_H_
