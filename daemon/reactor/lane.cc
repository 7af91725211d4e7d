#include "daemon/reactor/lane.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "base/log.h"

namespace uacced {
namespace {

// Most that one lane does before the next one has its turn.
constexpr uint32_t kBatch = 64;

constexpr Outcome kUnavailable(Cause cause) {
  return {absl::StatusCode::kUnavailable, cause, 0};
}

// A single writer needs no read-modify-write.
template <typename T>
void Increment(std::atomic<T>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1,
                std::memory_order_relaxed);
}

}  // namespace

Lane::Lane(std::string name, std::unique_ptr<hw::Queue> queue,
           const std::vector<uint64_t>& quanta_bytes, DeferredList* deferred)
    : name_(std::move(name)),
      depth_(queue->depth()),
      event_fd_(queue->event_fd()),
      deferred_(deferred),
      queue_(std::move(queue)),
      waiting_(quanta_bytes),
      in_flight_(depth_),
      batch_(kBatch) {}

Lane::~Lane() { Stop(Cause::kShuttingDown); }

void Lane::Enqueue(std::unique_ptr<Job> job) {
  if (queue_ == nullptr) {
    End(std::move(job), kUnavailable(stop_cause_));
    return;
  }
  waiting_.Enqueue(std::move(job));
  UpdateGauges();
}

uint32_t Lane::PollCompletions(int64_t now_ns) {
  if (in_flight_.size() == 0) return 0;
  const uint32_t count = queue_->Poll(batch_);
  for (uint32_t i = 0; i < count; ++i) {
    std::unique_ptr<Job> job = in_flight_.Take(batch_[i].tag);
    if (job == nullptr) {
      Isolate(static_cast<uint32_t>(batch_[i].tag));
      break;
    }
    Finish(std::move(job), batch_[i], now_ns);
  }
  if (count > 0) UpdateGauges();
  return count;
}

void Lane::Finish(std::unique_ptr<Job> job, const hw::Completion& completion,
                  int64_t now_ns) {
  job->service_time_ns += now_ns - job->submitted_ns;
  Outcome outcome{completion.code, Cause::kDevice, completion.produced_bytes};
  // The device's word is not trusted with memory either.
  if (outcome.code == absl::StatusCode::kOk &&
      outcome.produced_bytes > job->request.destination.size()) {
    outcome = {absl::StatusCode::kInternal, Cause::kDevice, 0};
  }
  Increment(stats_.jobs_done);
  // Too little room is a question, not a failure: mostly it is asked again.
  if (outcome.code != absl::StatusCode::kOk &&
      outcome.code != absl::StatusCode::kOutOfRange) {
    Increment(stats_.jobs_failed);
  }
  End(std::move(job), outcome);
}

uint32_t Lane::SubmitWaiting(int64_t now_ns) {
  if (waiting_.size() == 0) return 0;
  uint32_t moved = 0;
  uint32_t submitted = 0;
  // Look before you take: a job leaves the scheduler only for a free slot.
  while (moved < kBatch && !in_flight_.full() && queue_->free_slots() > 0) {
    std::unique_ptr<Job> job = waiting_.Next();
    if (job == nullptr) break;
    ++moved;
    if (job->cancelled != nullptr &&
        job->cancelled->load(std::memory_order_relaxed)) {
      End(std::move(job), {absl::StatusCode::kCancelled, Cause::kCancelled, 0});
    } else if (now_ns >= job->deadline_ns) {
      End(std::move(job),
          {absl::StatusCode::kDeadlineExceeded, Cause::kExpired, 0});
    } else {
      Submit(std::move(job), now_ns);
      ++submitted;
    }
  }
  if (submitted > 0) queue_->Flush();
  UpdateGauges();
  return moved;
}

void Lane::Submit(std::unique_ptr<Job> job, int64_t now_ns) {
  const absl::Status status =
      queue_->Submit(job->request, in_flight_.NextTag());
  if (!status.ok()) {
    End(std::move(job), {status.code(), Cause::kUnsupported, 0});
    return;
  }
  // Given more room and done again, a job keeps its first wait. The round's
  // clock may have been read before the job was admitted.
  if (job->queue_wait_ns < 0) {
    job->queue_wait_ns = std::max<int64_t>(0, now_ns - job->admitted_ns);
  }
  job->submitted_ns = now_ns;
  in_flight_.Insert(std::move(job));
}

void Lane::End(std::unique_ptr<Job> job, Outcome outcome) {
  Answer(std::move(job), outcome, *deferred_);
}

void Lane::RefuseWaiting(Cause cause) {
  while (std::unique_ptr<Job> job = waiting_.Next()) {
    End(std::move(job), kUnavailable(cause));
  }
  UpdateGauges();
}

void Lane::Isolate(uint32_t tag) {
  Increment(stats_.unknown_tags);
  stats_.isolated.store(true, std::memory_order_relaxed);
  Log(LogLevel::kError, "reactor",
      "queue isolated: it completed a request that it does not hold",
      {{"device", name_}, {"tag", tag}});
  Stop(Cause::kDeviceLost);
}

void Lane::Stop(Cause cause) {
  if (queue_ == nullptr) return;
  stop_cause_ = cause;
  // First the device, so that it can no longer write to a job's buffers.
  queue_.reset();
  while (std::unique_ptr<Job> job = in_flight_.TakeAny()) {
    End(std::move(job), kUnavailable(cause));
  }
  RefuseWaiting(cause);
}

void Lane::UpdateGauges() {
  stats_.jobs_in_flight.store(static_cast<uint32_t>(in_flight_.size()),
                              std::memory_order_relaxed);
  stats_.jobs_waiting.store(static_cast<uint32_t>(waiting_.size()),
                            std::memory_order_relaxed);
}

}  // namespace uacced
