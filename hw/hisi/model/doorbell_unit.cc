#include "hw/hisi/model/doorbell_unit.h"

#include "hw/hisi/abi/qm.h"

namespace uacced::hw::hisi {

uint32_t DoorbellUnit::mmio_bytes() const {
  return options_.version == 1 ? HISI_QM_V1_MMIO_BYTES : HISI_QM_V2_MMIO_BYTES;
}

DoorbellUnit::Event DoorbellUnit::Bad() {
  bad_stores_.fetch_add(1, std::memory_order_relaxed);
  return Event::kNone;
}

DoorbellUnit::Event DoorbellUnit::Store(uint32_t offset_bytes, uint64_t value) {
  stores_.fetch_add(1, std::memory_order_relaxed);
  const bool v1 = options_.version == 1;
  if (offset_bytes !=
      (v1 ? HISI_QM_V1_DOORBELL_OFFSET : HISI_QM_V2_DOORBELL_OFFSET)) {
    return Bad();
  }
  const uint64_t sqn = value & (v1 ? HISI_QM_V1_DOORBELL_SQN_MASK
                                   : HISI_QM_V2_DOORBELL_SQN_MASK);
  const uint64_t command =
      v1 ? value >> HISI_QM_V1_DOORBELL_CMD_SHIFT & HISI_QM_V1_DOORBELL_CMD_MASK
         : value >> HISI_QM_V2_DOORBELL_CMD_SHIFT &
               HISI_QM_V2_DOORBELL_CMD_MASK;
  const uint32_t index =
      value >> HISI_QM_DOORBELL_INDEX_SHIFT & HISI_QM_DOORBELL_INDEX_MASK;
  if (sqn != options_.sqn) return Bad();
  if (command == HISI_QM_DOORBELL_SQ && index < options_.sq_depth) {
    sq_tail_.store(index, std::memory_order_release);
    return Event::kSqTail;
  }
  if (command == HISI_QM_DOORBELL_CQ && index < options_.cq_depth) {
    const bool arm = (value >> HISI_QM_DOORBELL_PRIORITY_SHIFT & 1) != 0;
    cq_.store(index | (arm ? kArmed : 0), std::memory_order_seq_cst);
    return Event::kCqHead;
  }
  return Bad();
}

void DoorbellUnit::Reset() {
  sq_tail_.store(0, std::memory_order_release);
  cq_.store(kArmed, std::memory_order_seq_cst);
}

bool DoorbellUnit::TakeArm(uint32_t cq_tail) {
  uint32_t now = cq_.load(std::memory_order_seq_cst);
  while ((now & kArmed) != 0 && (now & kHeadMask) != cq_tail) {
    // Fails when a later doorbell came, which then counts.
    if (cq_.compare_exchange_weak(now, now & ~kArmed,
                                  std::memory_order_seq_cst)) {
      return true;
    }
  }
  return false;
}

}  // namespace uacced::hw::hisi
