// One hardware queue of a modelled device: its rings in memory, its doorbells,
// its interrupt. Workers take descriptors from it in the order of the ring, do
// with each what they will, and hand in completions, in any order.
//
// What it reads of the rings is copied once; what it writes is the dwords of a
// descriptor that changed, then the completion, its phase word last: a 16-bit
// store with release, for a reader that acquires that word.
//
// Threads: Open(), Close(), Start(), Stop() and StopByDevice() by one thread at
//          a time; they may wait for workers, but not the other way round.
//          The rest is thread-safe.
#ifndef UACCED_HW_HISI_MODEL_MODEL_QUEUE_H_
#define UACCED_HW_HISI_MODEL_MODEL_QUEUE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "base/unique_fd.h"
#include "hw/hisi/model/doorbell_unit.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/service_pacer.h"
#include "hw/hisi/model/worker_bell.h"

namespace uacced::hw::hisi {

class ModelQueue {
 public:
  // `bell` is rung when a doorbell brought work; null: workers look by
  // themselves. It must outlive the queue.
  ModelQueue(const DoorbellUnit::Options& options, WorkerBell* bell);

  // Makes fresh memory. RESOURCE_EXHAUSTED: no memory or descriptors.
  absl::Status Open(uint32_t qc_type);
  void Close();
  bool open() const { return dus_ != nullptr; }

  // Rings begin at 0, the CQ is cleared, its first completion is signalled.
  // UNAVAILABLE: the device stopped it; a queue opened anew is needed.
  absl::Status Start();
  // Afterwards workers touch no memory for it. Waits for the engine to end
  // what it is at; completions that are not written by then never are.
  void Stop();
  // As Stop(), with the stop words around it as the kernel writes them.
  void StopByDevice();

  bool running() const { return running_.load(std::memory_order_relaxed); }
  uint16_t sqn() const { return options_.sqn; }
  QueueKind kind() const { return kind_; }
  uint8_t* dus() { return dus_.get(); }
  uint32_t dus_bytes() const;
  const DoorbellUnit& doorbells() const { return doorbells_; }
  int event_fd() const { return event_.get(); }
  void DrainEvents();
  // For MmioRegion; `queue` is a ModelQueue.
  static void OnStore(void* queue, uint32_t offset_bytes, uint64_t value);

  // For workers.
  struct Claim {
    uint32_t count = 0;  // 0: nothing to do, or not now.
    uint32_t first_slot = 0;
    uint64_t generation = 0;
    ServicePacer::Grant grant;
  };
  struct Completion {
    enum class Fault : uint8_t {
      kNone,
      kLost,        // Is not written.
      kDuplicate,   // Twice.
      kFreeTag,     // Names a slot that is not in flight.
      kBadTag,      // Names no slot.
      kWrongPhase,  // As if it were of the lap before.
    };
    uint16_t slot = 0;
    Fault fault = Fault::kNone;
  };

  // Whether a claim would find something; a guess while others claim.
  bool Ready();
  // The next descriptors, at most `wanted` and what `pacer` grants. Each
  // claimed slot must be retired by Publish(), and completed by the same or a
  // later one.
  Claim Take(uint32_t wanted, int64_t now_ns, ServicePacer& pacer);
  // False when the queue was stopped since: what is left is not to be done.
  bool Current(const Claim& claim) const {
    return generation_.load(std::memory_order_relaxed) == claim.generation;
  }
  uint32_t SlotOf(const Claim& claim, uint32_t position) const {
    const uint32_t slot = claim.first_slot + position;
    return slot < options_.sq_depth ? slot : slot - options_.sq_depth;
  }
  // Twice, for WriteBack() to compare.
  void Read(uint32_t slot, Descriptor& before, Descriptor& after) const;
  void Prefetch(uint32_t slot) const;
  void WriteBack(uint32_t slot, const Descriptor& before,
                 const Descriptor& after);
  // Writes completions, unless the queue was stopped since. The worker is done
  // with the memory of `retired` claimed slots, those that wait included.
  void Publish(uint64_t generation, std::span<const Completion> completions,
               uint32_t retired);
  // No more claims until it is stopped.
  void Stick(const Claim& claim);

  uint64_t completions() const {
    return completions_.load(std::memory_order_relaxed);
  }
  uint64_t interrupts() const {
    return interrupts_.load(std::memory_order_relaxed);
  }

 private:
  struct Free {
    void operator()(uint8_t* memory) const { std::free(memory); }
  };

  // A completion on its way into the CQ.
  struct Entry {
    uint16_t sq_head = 0;
    bool wrong_phase = false;
  };

  uint8_t* Cqe(uint32_t index) const;
  void WriteStopWord(uint32_t from_end);
  uint32_t CqUsed() const;
  bool HasRoom() const;
  void LookOnceMore();

  // REQUIRE `mutex_`.
  void RetireLocked(uint32_t count);
  void Complete(const Completion& completion);
  void Told(uint32_t slot);
  void FindRoom();
  void Post(Entry entry);
  void WriteHeld();
  void WriteCqe(Entry entry);
  void ShowTail();
  void SignalIfArmed();

  // Constant after construction.
  const DoorbellUnit::Options options_;
  WorkerBell* const bell_;

  // Constant from Open() to Close().
  QueueKind kind_;
  std::unique_ptr<uint8_t, Free> dus_;
  UniqueFd event_;

  // A line of their own, which goes back and forth between the two.
  alignas(64) DoorbellUnit doorbells_;
  // A worker found the CQ full: the next head is news.
  std::atomic<bool> wants_head_{false};
  std::atomic<uint64_t> interrupts_{0};

  // Written under the lock, looked at without.
  alignas(64) std::atomic<bool> running_{false};
  std::atomic<bool> stuck_{false};
  std::atomic<uint32_t> sq_head_{0};  // The next to be claimed.
  std::atomic<uint32_t> cq_tail_{0};  // As shown: where the next CQE stands.
  std::atomic<uint32_t> outstanding_{0};  // Claimed, no CQE yet.
  std::atomic<uint32_t> held_count_{0};
  std::atomic<uint64_t> generation_{0};  // Counts starts and stops.
  std::atomic<uint64_t> completions_{0};

  std::mutex mutex_;
  std::condition_variable retired_;
  // Guarded by `mutex_`.
  bool dead_ = false;         // Stopped by the device.
  uint32_t in_hand_ = 0;      // Claimed and not retired.
  uint32_t write_index_ = 0;  // Of the next CQE.
  uint32_t room_ = 0;         // CQEs that fit, as last looked at.
  uint16_t phase_ = 1;
  uint64_t written_ = 0;
  std::deque<Entry> held_;  // Waits for room.
  // The oldest slot whose completion was not written; and later ones whose
  // completion was.
  uint32_t oldest_ = 0;
  std::vector<bool> told_;
  uint32_t told_count_ = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_MODEL_QUEUE_H_
