// What SEC is told for each of our algorithms, and what each version of it can
// do with them: the table of what UADK and Linux have hardware do, because what
// neither sends nobody has seen work.
//
// Units:   bytes.
// Threads: constants.
#ifndef UACCED_HW_HISI_SEC_ALGORITHMS_H_
#define UACCED_HW_HISI_SEC_ALGORITHMS_H_

#include <cstdint>

#include "hw/algorithm.h"
#include "hw/capability.h"

namespace uacced::hw::hisi {

// Values of abi/sec.h; a cipher has the first group, a hash the second.
struct SecAlgorithm {
  uint8_t c_alg = 0;
  uint8_t c_mode = 0;
  uint8_t c_key_len = 0;

  uint8_t a_alg = 0;
  uint8_t block_bytes = 0;  // of the hash; also the longest key of its HMAC

  // The first version of the queue manager whose SEC has it; 0: none has.
  uint8_t min_version = 0;
};

inline constexpr uint32_t kMaxSecBlockBytes = 128;

SecAlgorithm SecAlgorithmOf(Algorithm algorithm);

// REQUIRES: qm_version >= 2.
CapabilitySet SecCapabilities(int qm_version);

// True when the device takes `algorithm` for `operation` at all.
bool SecHas(int qm_version, Operation operation, Algorithm algorithm);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_ALGORITHMS_H_
