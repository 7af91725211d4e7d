#include "hw/hisi/qm_ring.h"

#include <algorithm>
#include <bit>

#include "hw/hisi/io_barrier.h"
#include "hw/hisi/qm_doorbell.h"

namespace uacced::hw::hisi {
namespace {

static_assert(std::endian::native == std::endian::little,
              "rings are little-endian and used as they are");
static_assert(sizeof(Sqe) == HISI_QM_SQE_BYTES);
static_assert(sizeof(hisi_qm_cqe) == HISI_QM_CQE_BYTES);

constexpr uint32_t kArmed = 1;
constexpr size_t kDoorbellBytes = sizeof(uint64_t);

bool IsDepth(uint32_t depth) {
  return depth >= HISI_QM_MIN_DEPTH && depth <= HISI_QM_MAX_DEPTH;
}

uint32_t Next(uint32_t index, uint32_t depth) {
  return index + 1 == depth ? 0 : index + 1;
}

// The device wrote those lines last, so they are in another cache. Completions
// mostly come in the order of their slots.
constexpr uint32_t kPrefetchAhead = 8;

uint32_t Ahead(uint32_t index, uint32_t depth) {
  const uint32_t ahead = index + kPrefetchAhead;
  return ahead < depth ? ahead : 0;
}

void PrefetchToRead(const Sqe& sqe) {
  __builtin_prefetch(&sqe.dword[0], 0);
  __builtin_prefetch(&sqe.dword[kSqeDwords / 2], 0);
}

void PrefetchToWrite(const Sqe& sqe) {
  __builtin_prefetch(&sqe.dword[0], 1);
  __builtin_prefetch(&sqe.dword[kSqeDwords / 2], 1);
}

}  // namespace

absl::Status QmRing::Validate(QueuePort& port, QmVersion version) {
  const QueuePort::Facts& facts = port.facts();
  if (facts.sqe_bytes != HISI_QM_SQE_BYTES || !IsDepth(facts.sq_depth) ||
      !IsDepth(facts.cq_depth)) {
    return absl::InvalidArgumentError("the depths of a queue are out of range");
  }
  if (version != QmVersion::kV1 && facts.sqn > HISI_QM_MAX_SQN) {
    return absl::InvalidArgumentError("a queue's number is out of range");
  }
  const size_t rings_bytes = size_t{HISI_QM_SQE_BYTES} * facts.sq_depth +
                             size_t{HISI_QM_CQE_BYTES} * facts.cq_depth;
  const size_t dus_bytes = port.dus_bytes();
  if (port.dus() == nullptr || dus_bytes % sizeof(uint64_t) != 0 ||
      reinterpret_cast<uintptr_t>(port.dus()) % alignof(Sqe) != 0 ||
      dus_bytes < rings_bytes + HISI_QM_DUS_RX_STOP_FROM_END) {
    return absl::InvalidArgumentError("the rings do not fit in their region");
  }
  if (port.mmio().size_bytes() < QmDoorbellOffset(version) + kDoorbellBytes) {
    return absl::InvalidArgumentError("the region of doorbells is too small");
  }
  return absl::OkStatus();
}

absl::StatusOr<QmRing> QmRing::Create(QueuePort& port, QmVersion version) {
  const absl::Status status = Validate(port, version);
  if (!status.ok()) return status;
  return QmRing(port, version);
}

QmRing::QmRing(QueuePort& port, QmVersion version)
    : mmio_(&port.mmio()),
      sq_(reinterpret_cast<Sqe*>(port.dus() + HISI_QM_SQ_OFFSET)),
      cq_(reinterpret_cast<hisi_qm_cqe*>(
          port.dus() + hisi_qm_cq_offset(port.facts().sq_depth))),
      tx_stop_(reinterpret_cast<uint32_t*>(port.dus() + port.dus_bytes() -
                                           HISI_QM_DUS_TX_STOP_FROM_END)),
      rx_stop_(reinterpret_cast<uint32_t*>(port.dus() + port.dus_bytes() -
                                           HISI_QM_DUS_RX_STOP_FROM_END)),
      version_(version),
      sqn_(port.facts().sqn),
      sq_depth_(port.facts().sq_depth),
      cq_depth_(port.facts().cq_depth),
      capacity_(std::min(sq_depth_, cq_depth_) - 1),
      cq_batch_(std::max(1u, cq_depth_ / 4)),
      slots_(sq_depth_) {}

bool QmRing::LoadStop(uint32_t* word) {
  return LoadStopWord(*word) == HISI_QM_STOPPED;
}

void QmRing::Ring(uint32_t command, uint32_t index, uint32_t priority) {
  const QmDoorbell doorbell = {sqn_, command, index, priority};
  mmio_->Write64(QmDoorbellOffset(version_), doorbell.Value(version_));
}

void QmRing::Push(uint16_t tag) {
  PrefetchToWrite(sq_[Ahead(sq_tail_, sq_depth_)]);
  slots_[sq_tail_] = {tag, true};
  sq_tail_ = Next(sq_tail_, sq_depth_);
  ++used_;
  ++unflushed_;
  ++unasked_;
}

bool QmRing::Flush() {
  if (unflushed_ == 0) return true;
  OrderStoresBeforeDoorbell();
  if (LoadStop(tx_stop_)) return false;
  // A device that has not been told of entries which we took would find its
  // ring full before it is.
  if (unrung_ + used_ >= cq_depth_) RingCq();
  Ring(HISI_QM_DOORBELL_SQ, sq_tail_, 0);
  unflushed_ = 0;
  return true;
}

// Whether the device was given that slot and has not given it back.
bool QmRing::IsWithDevice(uint32_t slot) const {
  if (slot >= sq_depth_ || !slots_[slot].in_flight) return false;
  const uint32_t from_head =
      slot >= sq_head_ ? slot - sq_head_ : slot + sq_depth_ - sq_head_;
  return from_head < used_ - unflushed_;
}

bool QmRing::IsNextThere() const {
  return (LoadPhaseWord(cq_[cq_head_].w7) & HISI_QM_CQE_PHASE_MASK) == phase_;
}

QmRing::Found QmRing::Take(const volatile Sqe*& sqe, uint16_t& tag) {
  if (!IsNextThere()) return Found::kNothing;
  const uint32_t slot = const_cast<const volatile uint16_t&>(
      static_cast<const uint16_t&>(cq_[cq_head_].sq_head));
  if (!IsWithDevice(slot)) return Found::kNonsense;
  PrefetchToRead(sq_[Ahead(slot, sq_depth_)]);
  sqe = &sq_[slot];
  tag = slots_[slot].tag;
  slots_[slot].in_flight = false;
  FreeSlots();
  cq_head_ = Next(cq_head_, cq_depth_);
  if (cq_head_ == 0) phase_ ^= HISI_QM_CQE_PHASE_MASK;
  owed_ = false;
  if (++unrung_ >= cq_batch_) RingCq();
  return Found::kEntry;
}

void QmRing::FreeSlots() {
  while (used_ > unflushed_ && !slots_[sq_head_].in_flight) {
    sq_head_ = Next(sq_head_, sq_depth_);
    --used_;
  }
}

// Every doorbell of the CQ says whether there is to be an interrupt, so one
// that only moves the head must not take back what was asked for.
void QmRing::RingCq() {
  OrderLoadsBeforeDoorbell();
  Ring(HISI_QM_DOORBELL_CQ, cq_head_, armed_ ? kArmed : 0);
  unrung_ = 0;
}

bool QmRing::Arm() {
  if (!armed_ || !owed_) {
    armed_ = true;
    owed_ = true;
    RingCq();
  }
  OrderDoorbellBeforeLoads();
  return !IsNextThere();
}

void QmRing::Disarm() {
  armed_ = false;
  RingCq();
}

}  // namespace uacced::hw::hisi
