// Which work of accelerators is checked on the CPU before anybody sees it,
// besides what requests ask for themselves.
#ifndef UACCED_DAEMON_CORE_VERIFY_POLICY_H_
#define UACCED_DAEMON_CORE_VERIFY_POLICY_H_

#include <cstdint>

namespace uacced {

struct VerifyPolicy {
  enum class Mode : uint8_t {
    kOff,
    kSampled,  // One in so many, at random, if memory can be had.
    kAll,
  };
  Mode mode = Mode::kOff;
  uint32_t sample_one_in = 1;  // Not 0.
};

}  // namespace uacced

#endif  // UACCED_DAEMON_CORE_VERIFY_POLICY_H_
