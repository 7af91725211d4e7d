#include "hw/hisi/model/device_worker.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>

namespace uacced::hw::hisi {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
// A sleep ends at least this often, should the injected clock run otherwise.
constexpr int64_t kMaxSleepNs = 100'000'000;
// Completions are written together, which spares a spinning driver's cache,
// only as long as the engine had next to nothing to do.
constexpr uint64_t kGatherBytes = 4096;
constexpr uint32_t kPrefetchAhead = 4;

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
  for (uint32_t i = 0; i < claim.count && queue.Current(claim); ++i) {
    if (i + kPrefetchAhead < claim.count) {
      queue.Prefetch(queue.SlotOf(claim, i + kPrefetchAhead));
    }
    const uint32_t slot = queue.SlotOf(claim, i);
    Execute(queue, slot);
    ++retired;
    const uint64_t bytes = meter_.TakeBytes();
    const ModelQueue::Completion completion{static_cast<uint16_t>(slot)};
    if (device_.pacer.active() || !pending_.empty()) {
      Delay(queue, claim, EndNs(claim, i, bytes), completion);
      continue;
    }
    done[done_count++] = completion;
    gathered_bytes += bytes;
    if (!device_.poll || gathered_bytes > kGatherBytes) {
      queue.Publish(claim.generation, std::span(done).first(done_count),
                    retired);
      left -= std::exchange(retired, 0);
      done_count = 0;
      gathered_bytes = 0;
    }
  }
  // What was not begun, because the queue was stopped, is given back as well.
  queue.Publish(claim.generation, std::span(done).first(done_count), left);
}

void DeviceWorker::Execute(ModelQueue& queue, uint32_t slot) {
  Descriptor before;
  queue.Read(slot, before);
  Descriptor after = before;
  device_.engine.Execute(queue.kind(), meter_, after);
  queue.WriteBack(slot, before, after);
  executed_.store(executed_.load(std::memory_order_relaxed) + 1,
                  std::memory_order_relaxed);
}

int64_t DeviceWorker::EndNs(const ModelQueue::Claim& claim, uint32_t position,
                            uint64_t bytes) const {
  return device_.pacer.active()
             ? device_.pacer.EndNs(claim.grant, position, bytes)
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
