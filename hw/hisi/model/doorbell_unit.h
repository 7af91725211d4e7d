// The doorbells of one queue as its device sees them: takes each 64-bit store,
// decodes it (abi/qm.h) and keeps what counts, the latest tail of the SQ and
// the latest head of the CQ with the arm flag. A store that no driver of this
// queue makes changes nothing and is counted.
//
// Threads: Store() may be called by several at a time, everything else by
//          others meanwhile. Nothing blocks.
#ifndef UACCED_HW_HISI_MODEL_DOORBELL_UNIT_H_
#define UACCED_HW_HISI_MODEL_DOORBELL_UNIT_H_

#include <atomic>
#include <cstdint>

namespace uacced::hw::hisi {

class DoorbellUnit {
 public:
  struct Options {
    uint32_t version = 2;  // Of the queue manager: 1 has its own layout.
    uint16_t sqn = 0;
    uint32_t sq_depth = 0;
    uint32_t cq_depth = 0;
  };
  enum class Event : uint8_t { kNone, kSqTail, kCqHead };

  explicit DoorbellUnit(const Options& options) : options_(options) {}

  // What must be mapped of the MMIO region.
  uint32_t mmio_bytes() const;

  // What the store changed.
  Event Store(uint32_t offset_bytes, uint64_t value);

  // As when the contexts of the queue are loaded: 0, 0, and armed.
  void Reset();

  // Everything that was written to the SQ before the doorbell is visible.
  uint32_t sq_tail() const { return sq_tail_.load(std::memory_order_acquire); }

  // Sequentially consistent, as is Store().
  uint32_t cq_head() const {
    return cq_.load(std::memory_order_seq_cst) & kHeadMask;
  }
  bool armed() const {
    return (cq_.load(std::memory_order_relaxed) & kArmed) != 0;
  }

  // True, once for each arming, when there are completions beyond the head:
  // the caller signals the event. `cq_tail` is where the next will stand.
  bool TakeArm(uint32_t cq_tail);

  uint64_t stores() const { return stores_.load(std::memory_order_relaxed); }
  uint64_t bad_stores() const {
    return bad_stores_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr uint32_t kHeadMask = 0xffff;
  static constexpr uint32_t kArmed = 0x10000;

  Event Bad();

  const Options options_;
  // The driver writes these, and the device reads them.
  std::atomic<uint32_t> sq_tail_{0};
  std::atomic<uint32_t> cq_{kArmed};
  std::atomic<uint64_t> stores_{0};
  std::atomic<uint64_t> bad_stores_{0};
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_DOORBELL_UNIT_H_
