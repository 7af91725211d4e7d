// A QmRing is one submission ring with its completion ring and their doorbells,
// over the two regions of a QueuePort. It knows places, phases and what is in
// flight, and nothing of what a descriptor says.
//
// Units:   slots number the SQ's descriptors, 0 <= slot < depth of the SQ.
// Threads: thread-compatible.
// Memory:  all at creation; `port` must outlive the ring, which neither starts
//          nor stops it.
// A device is not trusted: what it says of the rings is read once, and compared
// with what we know before it is used.
#ifndef UACCED_HW_HISI_QM_RING_H_
#define UACCED_HW_HISI_QM_RING_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hw/hisi/abi/qm.h"
#include "hw/hisi/port.h"
#include "hw/hisi/qm_version.h"
#include "hw/hisi/sqe_codec.h"

namespace uacced::hw::hisi {

class QmRing {
 public:
  // INVALID_ARGUMENT: what the port says of the queue does not fit its regions
  // or `version`.
  static absl::Status Validate(QueuePort& port, QmVersion version);

  // INVALID_ARGUMENT: see Validate().
  static absl::StatusOr<QmRing> Create(QueuePort& port, QmVersion version);

  // The most that can be in flight: one less than slots, because a full ring
  // and an empty one would look the same.
  uint32_t capacity() const { return capacity_; }

  // How often Push() may be called now. Slots come free in their order: one
  // that is done waits for those before it.
  uint32_t free_slots() const { return capacity_ - used_; }

  // Where the next descriptor is to be written: memory of the ring, unseen by
  // the device. REQUIRES: free_slots() > 0.
  Sqe& tail() { return sq_[sq_tail_]; }

  // What stands at the tail is the next descriptor. `tag` comes back with it.
  // REQUIRES: free_slots() > 0.
  void Push(uint16_t tag);

  // Shows the device what was pushed, with one doorbell. False: the kernel has
  // stopped the queue; the device sees nothing.
  bool Flush();

  // The kernel keeps a place of its own in the CQ, for poll(), and finds it by
  // phases: it loses it when the device has been round since it was asked
  // last, and then wakes nobody for up to a lap. True when that may come with
  // the next Flush(): ask it first, by QueuePort::DrainEvents().
  bool MustAskKernel() const { return unasked_ > cq_depth_; }
  void KernelWasAsked() { unasked_ = used_; }

  enum class Found : uint8_t { kNothing, kEntry, kNonsense };

  // Takes the next completion, and where its descriptor is, which stays until
  // the next Push(). kNonsense: it names what is not in flight.
  Found Take(const volatile Sqe*& sqe, uint16_t& tag);

  // The kernel says that nothing more will come.
  bool IsReceiveStopped() const { return LoadStop(rx_stop_); }

  // Asks for an interrupt with the next completion, and goes on asking while
  // entries are pushed and taken, until Disarm(). False: a completion is there.
  bool Arm();
  bool armed() const { return armed_; }
  // True when nothing was taken since Arm(): the device still owes it.
  bool owed() const { return owed_; }
  // Asks for none.
  void Disarm();

 private:
  struct Slot {
    uint16_t tag = 0;
    bool in_flight = false;
  };

  QmRing(QueuePort& port, QmVersion version);

  static bool LoadStop(uint32_t* word);
  void Ring(uint32_t command, uint32_t index, uint32_t priority);
  bool IsWithDevice(uint32_t slot) const;
  bool IsNextThere() const;
  void FreeSlots();
  void RingCq();

  // Constant after construction.
  MmioRegion* mmio_;
  Sqe* sq_;
  hisi_qm_cqe* cq_;
  uint32_t* tx_stop_;
  uint32_t* rx_stop_;
  QmVersion version_;
  uint32_t sqn_;
  uint32_t sq_depth_;
  uint32_t cq_depth_;
  uint32_t capacity_;
  uint32_t cq_batch_;  // Completions for each doorbell of the CQ.

  // used_ slots from sq_head_ on are not free, the last unflushed_ of them are
  // not the device's yet.
  std::vector<Slot> slots_;
  uint32_t sq_head_ = 0;
  uint32_t sq_tail_ = 0;
  uint32_t used_ = 0;
  uint32_t unflushed_ = 0;
  uint32_t unasked_ = 0;  // Entries that the kernel may not have seen, at most.
  uint32_t cq_head_ = 0;
  uint32_t unrung_ = 0;  // Completions taken since the CQ's last doorbell.
  uint16_t phase_ = HISI_QM_CQE_FIRST_PHASE;
  bool armed_ = false;
  bool owed_ = false;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_QM_RING_H_
