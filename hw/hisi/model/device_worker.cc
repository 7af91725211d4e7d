#include "hw/hisi/model/device_worker.h"

#include <poll.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>

#include "hw/hisi/model/operation_class.h"

namespace uacced::hw::hisi {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
// A sleep ends at least this often, should the injected clock run otherwise.
constexpr int64_t kMaxSleepNs = 100'000'000;
// Completions are written together, which spares a spinning driver's cache,
// only as long as the engine had next to nothing to do.
constexpr uint64_t kGatherBytes = 4096;
constexpr uint32_t kPrefetchAhead = 4;
constexpr uint32_t kSpinsPerYield = 256;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

DeviceWorker::DeviceWorker(Device& device, uint32_t index)
    : device_(device),
      index_(index),
      in_order_(device.workers == 1),
      // Several share the work more evenly, and wait for one lock, each.
      burst_(in_order_     ? kBurst
             : device.poll ? kBurst / 4
                           : 1),
      meter_(device.memory),
      last_(device.queues.size()) {}

void DeviceWorker::Run() {
  while (!device_.stop.load(std::memory_order_acquire)) {
    if (!Round()) Rest();
  }
}

bool DeviceWorker::Round() {
  const bool timed = device_.pacer.active() || !pending_.empty();
  const int64_t now_ns = timed ? device_.clock.NowNs() : 0;
  bool moved = PublishDue(now_ns);
  throttled_ = false;
  const auto count = static_cast<uint32_t>(device_.queues.size());
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t index = first_queue_ + i;
    if (index >= count) index -= count;
    moved |= Serve(*device_.queues[index], now_ns);
  }
  first_queue_ = first_queue_ + 1 < count ? first_queue_ + 1 : 0;
  if (!moved && !throttled_) device_.pacer.Idle(now_ns);
  return moved;
}

bool DeviceWorker::Serve(ModelQueue& queue, int64_t now_ns) {
  if (!queue.Ready()) return false;
  const ModelQueue::Claim claim = queue.Take(burst_, now_ns, device_.pacer);
  if (claim.count == 0) {
    throttled_ |= device_.pacer.active() && queue.Ready();
    return false;
  }
  Burst(queue, claim);
  return true;
}

void DeviceWorker::Burst(ModelQueue& queue, const ModelQueue::Claim& claim) {
  std::array<ModelQueue::Completion, kBurst> done;
  uint32_t done_count = 0;
  uint32_t retired = 0;  // Those before these were retired when published.
  uint32_t left = claim.count;
  uint64_t gathered_bytes = 0;
  FaultVerdict verdict;
  for (uint32_t i = 0; i < claim.count && queue.Current(claim); ++i) {
    if (i + kPrefetchAhead < claim.count) {
      queue.Prefetch(queue.SlotOf(claim, i + kPrefetchAhead));
    }
    const uint32_t slot = queue.SlotOf(claim, i);
    if (!Execute(queue, slot, verdict)) break;
    ++retired;
    const ModelQueue::Completion completion{static_cast<uint16_t>(slot),
                                            CompletionFault(verdict)};
    if (device_.pacer.active() || !pending_.empty() || verdict.slow_us != 0) {
      Delay(queue, claim,
            EndNs(claim, i) + static_cast<int64_t>(verdict.slow_us) * 1000,
            completion);
      continue;
    }
    done[done_count++] = completion;
    gathered_bytes += bytes_;
    if (!device_.poll || gathered_bytes > kGatherBytes) {
      queue.Publish(claim.generation, std::span(done).first(done_count),
                    retired);
      left -= std::exchange(retired, 0);
      done_count = 0;
      gathered_bytes = 0;
    }
  }
  // What was not begun, because the queue halts, is given back as well.
  queue.Publish(claim.generation, std::span(done).first(done_count), left);
  if (const auto kind = verdict.halt()) {
    Count(*kind);
    device_.halt(*kind, queue, claim, verdict.away_us);
  }
}

FaultVerdict DeviceWorker::Decide(ModelQueue& queue,
                                  const Descriptor& descriptor) {
  return device_.faults.Decide(
      {.operation = ClassOf(device_.engine_kind, queue.kind(), descriptor),
       .qc_type = queue.kind().qc_type,
       .sqn = queue.sqn()});
}

// False: the operation is the one at which everything halts.
bool DeviceWorker::Execute(ModelQueue& queue, uint32_t slot,
                           FaultVerdict& verdict) {
  Descriptor before, after;
  queue.Read(slot, before, after);
  if (device_.faults.active()) {
    verdict = Decide(queue, before);
    if (verdict.halt()) return false;
  } else {
    verdict = {};
  }
  RunEngine(queue.kind(), verdict, after);
  queue.WriteBack(slot, before, after);
  executed_.store(executed_.load(std::memory_order_relaxed) + 1,
                  std::memory_order_relaxed);
  return true;
}

void DeviceWorker::RunEngine(const QueueKind& kind, const FaultVerdict& verdict,
                             Descriptor& descriptor) {
  if (verdict.Has(FaultKind::kStatus)) {
    device_.engine.Fail(verdict.status_code, descriptor);
    bytes_ = 0;
    Count(FaultKind::kStatus);
    return;
  }
  device_.engine.Execute(kind, meter_, descriptor);
  bytes_ = meter_.TakeBytes();
  if (verdict.Has(FaultKind::kCorrupt) &&
      device_.engine.Corrupt(device_.memory, descriptor, verdict.random)) {
    Count(FaultKind::kCorrupt);
  }
}

void DeviceWorker::Count(FaultKind kind) {
  device_.fault_counts[static_cast<size_t>(kind)].fetch_add(
      1, std::memory_order_relaxed);
}

ModelQueue::Completion::Fault DeviceWorker::CompletionFault(
    const FaultVerdict& verdict) {
  using Fault = ModelQueue::Completion::Fault;
  if (verdict.kinds == 0) return Fault::kNone;
  if (verdict.Has(FaultKind::kSlow)) Count(FaultKind::kSlow);
  // One completion has one fault, the first of these.
  if (verdict.Has(FaultKind::kLoseCompletion)) {
    Count(FaultKind::kLoseCompletion);
    return Fault::kLost;
  }
  if (verdict.Has(FaultKind::kUnknownTag)) {
    Count(FaultKind::kUnknownTag);
    return verdict.tag_code == 0 ? Fault::kFreeTag : Fault::kBadTag;
  }
  if (verdict.Has(FaultKind::kWrongPhase)) {
    Count(FaultKind::kWrongPhase);
    return Fault::kWrongPhase;
  }
  if (verdict.Has(FaultKind::kDuplicateCompletion)) {
    Count(FaultKind::kDuplicateCompletion);
    return Fault::kDuplicate;
  }
  return Fault::kNone;
}

int64_t DeviceWorker::EndNs(const ModelQueue::Claim& claim,
                            uint32_t position) const {
  return device_.pacer.active()
             ? device_.pacer.EndNs(claim.grant, position, bytes_)
             : device_.clock.NowNs();
}

void DeviceWorker::Delay(ModelQueue& queue, const ModelQueue::Claim& claim,
                         int64_t end_ns, ModelQueue::Completion completion) {
  if (in_order_) {
    Last& last = last_[queue.sqn()];
    if (last.generation != claim.generation) last = {claim.generation, 0};
    end_ns = last.due_ns = std::max(end_ns, last.due_ns);
  }
  pending_.push_back({end_ns, order_++, &queue, claim.generation, completion});
  std::push_heap(pending_.begin(), pending_.end());
}

bool DeviceWorker::PublishDue(int64_t now_ns) {
  bool moved = false;
  while (!pending_.empty() && pending_.front().due_ns <= now_ns) {
    const Pending first = pending_.front();
    std::array<ModelQueue::Completion, kBurst> done;
    uint32_t count = 0;
    do {
      done[count++] = pending_.front().completion;
      std::pop_heap(pending_.begin(), pending_.end());
      pending_.pop_back();
    } while (count < kBurst && !pending_.empty() &&
             pending_.front().due_ns <= now_ns &&
             pending_.front().queue == first.queue &&
             pending_.front().generation == first.generation);
    first.queue->Publish(first.generation, std::span(done).first(count), 0);
    moved = true;
  }
  return moved;
}

bool DeviceWorker::AnyReady() {
  return std::any_of(device_.queues.begin(), device_.queues.end(),
                     [](auto& queue) { return queue->Ready(); });
}

bool DeviceWorker::Polls() const {
  return device_.poll &&
         device_.started_queues.load(std::memory_order_acquire) != 0;
}

void DeviceWorker::Rest() {
  int64_t next_ns = pending_.empty() ? kNever : pending_.front().due_ns;
  if (throttled_) next_ns = std::min(next_ns, device_.pacer.next_start_ns());
  const int64_t left_ns =
      next_ns == kNever ? kNever : next_ns - device_.clock.NowNs();
  if (left_ns <= kSpinNs || Polls()) {
    // Whoever is waited for may need this processor.
    if (++spins_ % kSpinsPerYield == 0) sched_yield();
    Pause();
    return;
  }
  Wakeup& wakeup = device_.bell.of(index_);
  wakeup.PrepareSleep();
  // What waits for the pacer is no reason to stay awake.
  if (!device_.stop.load(std::memory_order_acquire) && !Polls() &&
      (throttled_ || !AnyReady())) {
    const int64_t sleep_ns = std::min(left_ns - kSpinNs, kMaxSleepNs);
    const timespec timeout{0, sleep_ns};
    pollfd fd{wakeup.fd(), POLLIN, 0};
    ppoll(&fd, 1, next_ns == kNever ? nullptr : &timeout, nullptr);
  }
  wakeup.EndSleep();
  if (!throttled_) device_.pacer.Idle(device_.clock.NowNs());
}

}  // namespace uacced::hw::hisi
