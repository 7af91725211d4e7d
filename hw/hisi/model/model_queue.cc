#include "hw/hisi/model/model_queue.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "base/errno_status.h"
#include "hw/hisi/abi/qm.h"

namespace uacced::hw::hisi {
namespace {

// Of the kernel that the model stands for, whatever this one's is.
constexpr uint32_t kPageBytes = 4096;

// The rings are shared with a driver that may break every rule: accesses are
// atomic, so that they are defined all the same, and cost no more.
template <typename T>
void StoreRelaxed(uint8_t* to, T value) {
  __atomic_store_n(reinterpret_cast<T*>(to), value, __ATOMIC_RELAXED);
}
template <typename T>
void StoreRelease(uint8_t* to, T value) {
  __atomic_store_n(reinterpret_cast<T*>(to), value, __ATOMIC_RELEASE);
}

uint32_t Distance(uint32_t from, uint32_t to, uint32_t depth) {
  return to >= from ? to - from : to + depth - from;
}

}  // namespace

ModelQueue::ModelQueue(const DoorbellUnit::Options& options, WorkerBell* bell)
    : options_(options), bell_(bell), doorbells_(options) {}

uint32_t ModelQueue::dus_bytes() const {
  return hisi_qm_dus_bytes(options_.sq_depth, options_.cq_depth, kPageBytes);
}

uint8_t* ModelQueue::Cqe(uint32_t index) const {
  return dus_.get() + hisi_qm_cq_offset(options_.sq_depth) +
         size_t{index} * HISI_QM_CQE_BYTES;
}

absl::Status ModelQueue::Open(uint32_t qc_type) {
  UniqueFd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event) return ErrnoStatus(errno, "eventfd of a modelled queue");
  auto* memory =
      static_cast<uint8_t*>(std::aligned_alloc(kPageBytes, dus_bytes()));
  if (memory == nullptr) {
    return absl::ResourceExhaustedError("no memory for a modelled queue");
  }
  std::memset(memory, 0, dus_bytes());
  std::lock_guard<std::mutex> lock(mutex_);
  dus_.reset(memory);
  event_ = std::move(event);
  // The engines of version 1 are those of version 2.
  kind_ = {.version = std::max(options_.version, 2u), .qc_type = qc_type};
  dead_ = false;
  return absl::OkStatus();
}

void ModelQueue::Close() {
  Stop();
  std::lock_guard<std::mutex> lock(mutex_);
  dus_.reset();
  event_.reset();
}

absl::Status ModelQueue::Start() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (dead_) {
    return absl::UnavailableError("the device stopped this queue");
  }
  if (running_.load(std::memory_order_relaxed)) return absl::OkStatus();
  // Or completions of an earlier start would look like new ones.
  std::memset(Cqe(0), 0, size_t{options_.cq_depth} * HISI_QM_CQE_BYTES);
  doorbells_.Reset();
  write_index_ = 0;
  phase_ = HISI_QM_CQE_FIRST_PHASE;
  oldest_ = 0;
  told_.assign(options_.sq_depth, false);
  told_count_ = 0;
  sq_head_.store(0, std::memory_order_relaxed);
  cq_tail_.store(0, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_relaxed);
  stuck_.store(false, std::memory_order_relaxed);
  running_.store(true, std::memory_order_release);
  return absl::OkStatus();
}

void ModelQueue::Stop() {
  std::unique_lock<std::mutex> lock(mutex_);
  running_.store(false, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_relaxed);
  retired_.wait(lock, [this] { return in_hand_ == 0; });
  outstanding_.store(0, std::memory_order_relaxed);
  held_.clear();
  held_count_.store(0, std::memory_order_relaxed);
}

void ModelQueue::StopByDevice() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (dus_ == nullptr || dead_) return;
    dead_ = true;
  }
  WriteStopWord(HISI_QM_DUS_TX_STOP_FROM_END);
  Stop();
  WriteStopWord(HISI_QM_DUS_RX_STOP_FROM_END);
}

void ModelQueue::WriteStopWord(uint32_t from_end) {
  StoreRelease<uint32_t>(dus_.get() + dus_bytes() - from_end, HISI_QM_STOPPED);
}

void ModelQueue::OnStore(void* queue, uint32_t offset_bytes, uint64_t value) {
  auto& self = *static_cast<ModelQueue*>(queue);
  switch (self.doorbells_.Store(offset_bytes, value)) {
    case DoorbellUnit::Event::kSqTail:
      if (self.bell_ != nullptr) self.bell_->Ring();
      return;
    case DoorbellUnit::Event::kCqHead:
      if (self.doorbells_.armed()) self.LookOnceMore();
      if (self.wants_head_.load(std::memory_order_seq_cst) &&
          self.wants_head_.exchange(false) && self.bell_ != nullptr) {
        self.bell_->Ring();
      }
      return;
    case DoorbellUnit::Event::kNone:
      return;
  }
}

// The lock makes that the tail is that of the completions a driver can see: a
// head that is beyond it would look like one that is far behind.
void ModelQueue::LookOnceMore() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (running_.load(std::memory_order_relaxed)) SignalIfArmed();
}

void ModelQueue::SignalIfArmed() {
  if (!doorbells_.TakeArm(write_index_)) return;
  interrupts_.fetch_add(1, std::memory_order_relaxed);
  const uint64_t one = 1;
  // Fails only when the counter is full, and then it is readable anyway.
  [[maybe_unused]] const ssize_t put = write(event_.get(), &one, sizeof(one));
}

void ModelQueue::DrainEvents() {
  uint64_t count;
  [[maybe_unused]] const ssize_t got =
      read(event_.get(), &count, sizeof(count));
}

uint32_t ModelQueue::CqUsed() const {
  return Distance(doorbells_.cq_head(),
                  cq_tail_.load(std::memory_order_relaxed), options_.cq_depth);
}

bool ModelQueue::HasRoom() const {
  const uint32_t held = held_count_.load(std::memory_order_relaxed);
  const uint32_t taken =
      CqUsed() + (held != 0 ? 0 : outstanding_.load(std::memory_order_relaxed));
  return taken < options_.cq_depth - 1;
}

bool ModelQueue::Ready() {
  if (!running_.load(std::memory_order_acquire) ||
      stuck_.load(std::memory_order_relaxed)) {
    return false;
  }
  if (held_count_.load(std::memory_order_relaxed) == 0 &&
      doorbells_.sq_tail() == sq_head_.load(std::memory_order_relaxed)) {
    return false;
  }
  if (HasRoom()) return true;
  // Said before it looks again, as the driver rings before it looks here: one
  // of the two sees the other.
  wants_head_.store(true, std::memory_order_seq_cst);
  return HasRoom();
}

ModelQueue::Claim ModelQueue::Take(uint32_t wanted, int64_t now_ns,
                                   ServicePacer& pacer) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!running_.load(std::memory_order_relaxed) ||
      stuck_.load(std::memory_order_relaxed)) {
    return {};
  }
  if (!held_.empty()) {
    WriteHeld();
    ShowTail();
  }
  const uint32_t head = sq_head_.load(std::memory_order_relaxed);
  const uint32_t outstanding = outstanding_.load(std::memory_order_relaxed);
  const uint32_t taken =
      CqUsed() + outstanding + static_cast<uint32_t>(held_.size());
  const uint32_t room =
      options_.cq_depth - 1 - std::min(taken, options_.cq_depth - 1);
  wanted = std::min(
      {wanted, room, Distance(head, doorbells_.sq_tail(), options_.sq_depth)});
  if (wanted == 0) return {};
  Claim claim;
  claim.grant = pacer.Take(now_ns, wanted);
  claim.count = claim.grant.count;
  claim.first_slot = head;
  claim.generation = generation_.load(std::memory_order_relaxed);
  sq_head_.store(SlotOf(claim, claim.count), std::memory_order_relaxed);
  outstanding_.store(outstanding + claim.count, std::memory_order_relaxed);
  in_hand_ += claim.count;
  return claim;
}

void ModelQueue::Prefetch(uint32_t slot) const {
  const uint8_t* from = dus_.get() + size_t{slot} * HISI_QM_SQE_BYTES;
  __builtin_prefetch(from);
  __builtin_prefetch(from + 64);
}

void ModelQueue::Read(uint32_t slot, Descriptor& before,
                      Descriptor& after) const {
  const uint8_t* from = dus_.get() + size_t{slot} * HISI_QM_SQE_BYTES;
  // To both at once: a copy made of what was just stored would wait for it.
  for (size_t i = 0; i < before.size(); i += 2) {
    const uint64_t pair = __atomic_load_n(
        reinterpret_cast<const uint64_t*>(from + i * sizeof(uint32_t)),
        __ATOMIC_RELAXED);
    std::memcpy(&before[i], &pair, sizeof(pair));
    std::memcpy(&after[i], &pair, sizeof(pair));
  }
}

void ModelQueue::WriteBack(uint32_t slot, const Descriptor& before,
                           const Descriptor& after) {
  uint8_t* to = dus_.get() + size_t{slot} * HISI_QM_SQE_BYTES;
  for (size_t i = 0; i < after.size(); i += 2) {
    if (((before[i] ^ after[i]) | (before[i + 1] ^ after[i + 1])) == 0) {
      continue;
    }
    for (const size_t j : {i, i + 1}) {
      if (before[j] != after[j]) {
        StoreRelaxed(to + j * sizeof(uint32_t), after[j]);
      }
    }
  }
}

void ModelQueue::Stick(const Claim& claim) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (Current(claim)) stuck_.store(true, std::memory_order_relaxed);
}

void ModelQueue::RetireLocked(uint32_t count) {
  in_hand_ -= count;
  if (in_hand_ == 0 && !running_.load(std::memory_order_relaxed)) {
    retired_.notify_all();
  }
}

void ModelQueue::Publish(uint64_t generation,
                         std::span<const Completion> completions,
                         uint32_t retired) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (generation == generation_.load(std::memory_order_relaxed)) {
    FindRoom();
    for (const Completion& completion : completions) Complete(completion);
    outstanding_.store(outstanding_.load(std::memory_order_relaxed) -
                           static_cast<uint32_t>(completions.size()),
                       std::memory_order_relaxed);
    ShowTail();
  }
  RetireLocked(retired);
}

void ModelQueue::Complete(const Completion& completion) {
  using Fault = Completion::Fault;
  const uint16_t slot = completion.slot;
  const uint32_t depth = options_.sq_depth;
  switch (completion.fault) {
    case Fault::kDuplicate:
      Post({slot, false});
      [[fallthrough]];
    case Fault::kNone:
      Post({slot, false});
      Told(slot);
      return;
    case Fault::kLost:
      return;
    case Fault::kFreeTag:
      // By the full rule a driver has not used the slot before the oldest one
      // that is in flight.
      Post({static_cast<uint16_t>((oldest_ + depth - 1) % depth), false});
      return;
    case Fault::kBadTag:
      Post({static_cast<uint16_t>(depth + slot), false});
      return;
    case Fault::kWrongPhase:
      Post({slot, true});
      return;
  }
}

void ModelQueue::Told(uint32_t slot) {
  const uint32_t depth = options_.sq_depth;
  if (slot == oldest_ && told_count_ == 0) {
    oldest_ = slot + 1 == depth ? 0 : slot + 1;
    return;
  }
  if (!told_[slot]) ++told_count_;
  told_[slot] = true;
  while (told_[oldest_]) {
    told_[oldest_] = false;
    --told_count_;
    oldest_ = oldest_ + 1 == depth ? 0 : oldest_ + 1;
  }
}

void ModelQueue::FindRoom() {
  room_ = options_.cq_depth - 1 -
          Distance(doorbells_.cq_head(), write_index_, options_.cq_depth);
}

void ModelQueue::Post(Entry entry) {
  if (room_ != 0 && held_.empty()) {
    WriteCqe(entry);
  } else {
    held_.push_back(entry);
  }
}

void ModelQueue::WriteHeld() {
  FindRoom();
  while (room_ != 0 && !held_.empty()) {
    WriteCqe(held_.front());
    held_.pop_front();
  }
}

void ModelQueue::WriteCqe(Entry entry) {
  uint8_t* cqe = Cqe(write_index_);
  const uint16_t phase = entry.wrong_phase ? phase_ ^ 1 : phase_;
  StoreRelaxed<uint64_t>(cqe, 0);
  StoreRelaxed<uint16_t>(cqe + offsetof(hisi_qm_cqe, sq_head), entry.sq_head);
  StoreRelaxed<uint16_t>(cqe + offsetof(hisi_qm_cqe, sq_num), options_.sqn);
  StoreRelaxed<uint16_t>(cqe + offsetof(hisi_qm_cqe, reserved2), 0);
  // Who sees the completion sees that it was counted.
  completions_.store(++written_, std::memory_order_relaxed);
  StoreRelease<uint16_t>(cqe + offsetof(hisi_qm_cqe, w7), phase);
  --room_;
  if (++write_index_ == options_.cq_depth) {
    write_index_ = 0;
    phase_ ^= HISI_QM_CQE_PHASE_MASK;
  }
}

void ModelQueue::ShowTail() {
  held_count_.store(static_cast<uint32_t>(held_.size()),
                    std::memory_order_relaxed);
  cq_tail_.store(write_index_, std::memory_order_relaxed);
  SignalIfArmed();
}

}  // namespace uacced::hw::hisi
