// A thread that plays a device: goes round the queues, takes descriptors, has
// the engine execute them and writes completions when they are due.
//
// With one worker the completions of a queue come in its order; with several
// they may overtake each other. A worker takes a burst of at most kBurst from
// one queue before it looks at the next, so queues are served evenly.
//
// Time: an operation is executed when it begins, and its completion written
//       when the ServicePacer says that it ends, so that any number of them are
//       in service at once. The last kSpinNs before that are spun away, because
//       a sleep ends that late; before them the thread sleeps.
#ifndef UACCED_HW_HISI_MODEL_DEVICE_WORKER_H_
#define UACCED_HW_HISI_MODEL_DEVICE_WORKER_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "hw/hisi/model/dma_space.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/fault_plan.h"
#include "hw/hisi/model/fault_rule.h"
#include "hw/hisi/model/model_queue.h"
#include "hw/hisi/model/service_pacer.h"
#include "hw/hisi/model/worker_bell.h"
#include "hw/hisi/port.h"

namespace uacced::hw::hisi {

class DeviceWorker {
 public:
  static constexpr uint32_t kBurst = 32;
  static constexpr int64_t kSpinNs = 100'000;

  // What the workers of a device share; outlives them.
  struct Device {
    const Port::Engine engine_kind;
    const Engine& engine;
    DmaSpace& memory;
    const Clock& clock;
    ServicePacer& pacer;
    WorkerBell& bell;
    FaultPlan& faults;
    std::vector<std::unique_ptr<ModelQueue>>& queues;
    // Carries out what is beyond one operation: stops the queue, if it is still
    // that of the claim, or takes the device away for `away_us`. Called with no
    // descriptor in hand.
    std::function<void(FaultKind, ModelQueue&, const ModelQueue::Claim&,
                       uint64_t away_us)>
        halt;
    uint32_t workers = 1;
    bool poll = false;  // Never sleeps while a queue is started.
    std::atomic<uint32_t> started_queues{0};
    std::atomic<bool> stop{false};
    // Faults that had an effect, by kind.
    std::array<std::atomic<uint64_t>, kFaultKindCount> fault_counts{};
  };

  DeviceWorker(Device& device, uint32_t index);

  // Until Device::stop, after which the bell must ring.
  void Run();

  uint64_t executed() const {
    return executed_.load(std::memory_order_relaxed);
  }

 private:
  // Counts what the engine moves.
  class Meter final : public DmaSpace {
   public:
    explicit Meter(DmaSpace& memory) : memory_(memory) {}
    bool Read(uint64_t address, MutableBytes out) override {
      bytes_ += out.size();
      return memory_.Read(address, out);
    }
    bool Write(uint64_t address, Bytes in) override {
      bytes_ += in.size();
      return memory_.Write(address, in);
    }
    uint64_t TakeBytes() { return std::exchange(bytes_, 0); }

   private:
    DmaSpace& memory_;
    uint64_t bytes_ = 0;
  };

  // A completion that waits for its time.
  struct Pending {
    int64_t due_ns = 0;
    uint64_t order = 0;
    ModelQueue* queue = nullptr;
    uint64_t generation = 0;
    ModelQueue::Completion completion;

    // For a heap with the first one due on top.
    bool operator<(const Pending& other) const {
      return due_ns != other.due_ns ? due_ns > other.due_ns
                                    : order > other.order;
    }
  };
  // The latest due time of a queue, which completions in order keep to.
  struct Last {
    uint64_t generation = 0;
    int64_t due_ns = 0;
  };

  bool Round();
  bool Serve(ModelQueue& queue, int64_t now_ns);
  void Burst(ModelQueue& queue, const ModelQueue::Claim& claim);
  FaultVerdict Decide(ModelQueue& queue, const Descriptor& descriptor);
  bool Execute(ModelQueue& queue, uint32_t slot, FaultVerdict& verdict);
  void RunEngine(const QueueKind& kind, const FaultVerdict& verdict,
                 Descriptor& descriptor);
  void Count(FaultKind kind);
  ModelQueue::Completion::Fault CompletionFault(const FaultVerdict& verdict);
  int64_t EndNs(const ModelQueue::Claim& claim, uint32_t position) const;
  void Delay(ModelQueue& queue, const ModelQueue::Claim& claim, int64_t end_ns,
             ModelQueue::Completion completion);
  bool PublishDue(int64_t now_ns);
  bool AnyReady();
  bool Polls() const;
  void Rest();

  Device& device_;
  const uint32_t index_;
  const bool in_order_;
  const uint32_t burst_;
  Meter meter_;
  uint64_t bytes_ = 0;  // Moved by the operation that was executed last.
  uint32_t first_queue_ = 0;
  bool throttled_ = false;  // Work is there, the pacer grants none.
  uint64_t order_ = 0;
  uint32_t spins_ = 0;
  std::vector<Pending> pending_;  // A heap.
  std::vector<Last> last_;        // By queue.
  std::atomic<uint64_t> executed_{0};
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_DEVICE_WORKER_H_
