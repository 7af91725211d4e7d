// SoftQueue is the ring of an accelerator whose engines are the host's own
// cores: worker threads, or nothing but Poll() itself.
//
//   workers == 0  Poll() does the work, oldest entry first, as much as fits in
//                 a small estimate of time, so that the reactor's loop goes on.
//   workers > 0   Flush() hands entries to worker threads. Entries estimated
//                 at no more than `inline_budget_ns` are done by Poll() all the
//                 same: a hop to another thread and back costs more.
//
// Threads: as hw::Queue says; the workers are the queue's own, named
//          "uacced-soft-N", with all signals blocked.
// Memory:  everything at creation, apart from what codecs make on first use.
#ifndef UACCED_HW_SOFT_SOFT_QUEUE_H_
#define UACCED_HW_SOFT_SOFT_QUEUE_H_

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/bounded_ring.h"
#include "base/wakeup.h"
#include "base/worker_gate.h"
#include "hw/capability.h"
#include "hw/queue.h"
#include "hw/soft/engine.h"
#include "hw/soft/tag_fifo.h"

namespace uacced::hw {

struct SoftQueueOptions {
  uint32_t workers = 1;          // 0..kMaxWorkers
  uint32_t depth = 256;          // Entries, 1..65536.
  int64_t inline_budget_ns = 0;  // 0: nothing inline. Ignored without workers.
};

class SoftQueue : public Queue {
 public:
  static constexpr uint32_t kMaxWorkers = 256;
  static constexpr uint32_t kMaxDepth = 65'536;
  // Poll() starts no further inline entry once it has done this much.
  static constexpr int64_t kPollBudgetNs = 50'000;

  // INVALID_ARGUMENT when an option is out of range.
  static absl::Status Validate(const SoftQueueOptions& options);

  // `algorithms` must outlive the queue.
  // INVALID_ARGUMENT: see Validate(). RESOURCE_EXHAUSTED: the
  // process is out of descriptors; UNAVAILABLE: or of threads.
  static absl::StatusOr<std::unique_ptr<SoftQueue>> Create(
      const EvpAlgorithms& algorithms, const SoftQueueOptions& options);

  // Waits for the workers to end the requests they are at.
  ~SoftQueue() override;

  uint32_t depth() const override { return options_.depth; }
  uint32_t free_slots() const override { return options_.depth - in_flight_; }
  absl::Status Submit(const Request& request, Tag tag) override;
  void Flush() override;
  uint32_t Poll(std::span<Completion> out) override;
  int event_fd() const override { return wakeup_ ? wakeup_->fd() : -1; }
  bool Arm() override;
  void Disarm() override;

 private:
  SoftQueue(const EvpAlgorithms& algorithms, const SoftQueueOptions& options);
  absl::Status StartWorkers();
  void StopWorkers();
  static void* WorkerMain(void* queue);
  void Work();
  void RunOne(uint16_t tag, Engine& engine);

  bool GoesInline(const Request& request) const;
  void HandOver();
  uint32_t PollInline(std::span<Completion> out);

  // Constant after construction.
  const SoftQueueOptions options_;
  const CapabilitySet capabilities_;
  const EvpAlgorithms& algorithms_;
  const std::unique_ptr<Wakeup> wakeup_;  // Null without workers.

  // By tag. Written by Submit(), then read by whoever does the request: the
  // rings order one after the other.
  std::vector<Request> slots_;

  // The owner's alone.
  uint32_t in_flight_ = 0;
  TagFifo inline_;    // For Poll() to do.
  TagFifo outgoing_;  // For workers, not in `work_` yet.
  Engine inline_engine_;
  bool armed_ = false;

  // Shared with the workers.
  BoundedRing<uint16_t> work_;
  BoundedRing<Completion> done_;
  WorkerGate gate_;
  std::atomic<bool> stop_{false};
  std::vector<pthread_t> workers_;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_SOFT_QUEUE_H_
