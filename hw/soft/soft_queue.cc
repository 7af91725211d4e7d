#include "hw/soft/soft_queue.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/errno_status.h"
#include "hw/soft/cost_model.h"

namespace uacced::hw {
absl::Status SoftQueue::Validate(const SoftQueueOptions& options) {
  if (options.workers > kMaxWorkers) {
    return absl::InvalidArgumentError(absl::StrCat(
        "workers is ", options.workers, ", more than ", kMaxWorkers));
  }
  if (options.depth == 0 || options.depth > kMaxDepth) {
    return absl::InvalidArgumentError(absl::StrCat(
        "queue depth is ", options.depth, ", not in 1..", kMaxDepth));
  }
  if (options.inline_budget_ns < 0) {
    return absl::InvalidArgumentError("the inline budget is negative");
  }
  return absl::OkStatus();
}

SoftQueue::SoftQueue(const EvpAlgorithms& algorithms,
                     const SoftQueueOptions& options)
    : options_(options),
      capabilities_(EngineCapabilities(algorithms)),
      algorithms_(algorithms),
      wakeup_(options.workers > 0 ? std::make_unique<Wakeup>() : nullptr),
      slots_(options.depth),
      inline_(options.depth),
      outgoing_(options.depth),
      inline_engine_(algorithms),
      work_(options.depth),
      done_(options.depth) {}

SoftQueue::~SoftQueue() { StopWorkers(); }

absl::StatusOr<std::unique_ptr<SoftQueue>> SoftQueue::Create(
    const EvpAlgorithms& algorithms, const SoftQueueOptions& options) {
  absl::Status status = Validate(options);
  if (!status.ok()) return status;
  std::unique_ptr<SoftQueue> queue(new SoftQueue(algorithms, options));
  if (queue->wakeup_ != nullptr && queue->wakeup_->fd() < 0) {
    return ErrnoStatus(errno, "eventfd of a software queue");
  }
  status = queue->StartWorkers();
  if (!status.ok()) return status;
  return queue;
}

absl::Status SoftQueue::StartWorkers() {
  workers_.reserve(options_.workers);
  // Threads inherit the mask: signals belong to the daemon's main thread.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = 0;
  for (uint32_t i = 0; i < options_.workers && error == 0; ++i) {
    pthread_t worker;
    error = pthread_create(&worker, nullptr, &SoftQueue::WorkerMain, this);
    if (error != 0) break;
    char name[16];  // All that the kernel takes; the modulo says it fits.
    std::snprintf(name, sizeof(name), "uacced-soft-%u", i % kMaxWorkers);
    pthread_setname_np(worker, name);
    workers_.push_back(worker);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return error == 0 ? absl::OkStatus()
                    : ErrnoStatus(error, "thread of a software queue");
}

void SoftQueue::StopWorkers() {
  stop_.store(true, std::memory_order_release);
  gate_.NotifyAll();
  for (const pthread_t worker : workers_) pthread_join(worker, nullptr);
  workers_.clear();
}

void* SoftQueue::WorkerMain(void* queue) {
  static_cast<SoftQueue*>(queue)->Work();
  return nullptr;
}

void SoftQueue::Work() {
  Engine engine(algorithms_);
  uint16_t tag = 0;
  while (!stop_.load(std::memory_order_acquire)) {
    if (work_.TryPop(tag)) {
      RunOne(tag, engine);
      continue;
    }
    engine.Scrub();
    const uint32_t ticket = gate_.Prepare();
    if (work_.TryPop(tag)) {
      gate_.Cancel();
      RunOne(tag, engine);
    } else if (stop_.load(std::memory_order_acquire)) {
      gate_.Cancel();
    } else {
      gate_.Wait(ticket);
    }
  }
  engine.Scrub();
}

void SoftQueue::RunOne(uint16_t tag, Engine& engine) {
  const Result result = engine.Execute(slots_[tag]);
  const Completion completion{Tag{tag}, result.code, result.produced_bytes};
  // Has room for every tag, so a full ring is only seen when another thread is
  // halfway through its push or pop.
  while (!done_.TryPush(Completion(completion))) sched_yield();
  wakeup_->Notify();
}

absl::Status SoftQueue::Submit(const Request& request, Tag tag) {
  if (!capabilities_.Has(request.operation, request.algorithm)) {
    return absl::Status(absl::StatusCode::kUnimplemented, "");
  }
  const auto index = static_cast<uint16_t>(tag);
  slots_[index] = request;
  (GoesInline(request) ? inline_ : outgoing_).Push(index);
  ++in_flight_;
  return absl::OkStatus();
}

bool SoftQueue::GoesInline(const Request& request) const {
  return options_.workers == 0 ||
         (options_.inline_budget_ns > 0 &&
          EstimateNs(request) <= options_.inline_budget_ns);
}

void SoftQueue::Flush() {
  inline_.Flush();
  outgoing_.Flush();
  HandOver();
}

void SoftQueue::HandOver() {
  uint32_t pushed = 0;
  // The ring has as many cells as there are tags, but a worker that was put
  // aside in the middle of a pop holds up its cell: the rest goes next time.
  while (outgoing_.ready() > 0 && work_.TryPush(outgoing_.Front())) {
    outgoing_.Pop();
    ++pushed;
  }
  // Each worker goes on until the ring is empty, so one call for each of them
  // is enough; and one costs no system call while none sleeps.
  for (uint32_t i = std::min(pushed, options_.workers); i > 0; --i) {
    gate_.Notify();
  }
}

uint32_t SoftQueue::Poll(std::span<Completion> out) {
  if (outgoing_.ready() > 0) HandOver();
  size_t count = 0;
  while (count < out.size() && done_.TryPop(out[count])) ++count;
  count += PollInline(out.subspan(count));
  in_flight_ -= static_cast<uint32_t>(count);
  return static_cast<uint32_t>(count);
}

uint32_t SoftQueue::PollInline(std::span<Completion> out) {
  uint32_t count = 0;
  if (out.empty() || inline_.ready() == 0) return 0;
  const MonotonicClock clock;
  const int64_t stop_ns = clock.NowNs() + kPollBudgetNs;
  // Measured, not estimated: input may be made to take longer than it looks.
  do {
    const uint16_t tag = inline_.Front();
    inline_.Pop();
    const Result result = inline_engine_.Execute(slots_[tag]);
    out[count++] = {Tag{tag}, result.code, result.produced_bytes};
  } while (count < out.size() && inline_.ready() > 0 &&
           clock.NowNs() < stop_ns);
  return count;
}

bool SoftQueue::Arm() {
  if (wakeup_ == nullptr) {
    if (in_flight_ > 0) return false;
    inline_engine_.Scrub();
    return true;
  }
  if (inline_.ready() > 0 || outgoing_.ready() > 0) return false;
  if (!armed_) wakeup_->PrepareSleep();
  armed_ = true;
  if (done_.ApproximateSize() > 0) {
    Disarm();
    return false;
  }
  inline_engine_.Scrub();
  return true;
}

void SoftQueue::Disarm() {
  if (armed_) wakeup_->EndSleep();
  armed_ = false;
}

}  // namespace uacced::hw
