// What is stored to ring a doorbell, and where.
//
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_QM_DOORBELL_H_
#define UACCED_HW_HISI_QM_DOORBELL_H_

#include <cstdint>

#include "hw/hisi/abi/qm.h"
#include "hw/hisi/qm_version.h"

namespace uacced::hw::hisi {

inline uint32_t QmDoorbellOffset(QmVersion version) {
  return version == QmVersion::kV1 ? HISI_QM_V1_DOORBELL_OFFSET
                                   : HISI_QM_V2_DOORBELL_OFFSET;
}

// What is too large for its bits loses the upper ones.
struct QmDoorbell {
  uint32_t sqn = 0;
  uint32_t command = HISI_QM_DOORBELL_SQ;
  uint32_t index = 0;
  uint32_t priority = 0;

  uint64_t Value(QmVersion version) const {
    const uint64_t low = version == QmVersion::kV1
                             ? (sqn & HISI_QM_V1_DOORBELL_SQN_MASK) |
                                   (command & HISI_QM_V1_DOORBELL_CMD_MASK)
                                       << HISI_QM_V1_DOORBELL_CMD_SHIFT
                             : (sqn & HISI_QM_V2_DOORBELL_SQN_MASK) |
                                   (command & HISI_QM_V2_DOORBELL_CMD_MASK)
                                       << HISI_QM_V2_DOORBELL_CMD_SHIFT;
    return low |
           uint64_t{index & HISI_QM_DOORBELL_INDEX_MASK}
               << HISI_QM_DOORBELL_INDEX_SHIFT |
           uint64_t{priority & HISI_QM_DOORBELL_PRIORITY_MASK}
               << HISI_QM_DOORBELL_PRIORITY_SHIFT;
  }
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_QM_DOORBELL_H_
