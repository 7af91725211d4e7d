#include "daemon/reactor/lane.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

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

Lane::Lane(LaneOptions options, std::unique_ptr<hw::Queue> queue,
           const std::vector<uint64_t>& quanta_bytes, DeferredList* deferred)
    : options_(std::move(options)),
      deferred_(deferred),
      depth_(queue->depth()),
      queue_(std::move(queue)),
      waiting_(quanta_bytes),
      in_flight_(depth()),
      batch_(kBatch) {}

Lane::~Lane() { Stop(Cause::kShuttingDown); }

void Lane::Enqueue(std::unique_ptr<Job> job) {
  if (queue_ == nullptr) {
    End(std::move(job), kUnavailable(refusal_));
    return;
  }
  waiting_.Enqueue(std::move(job));
  UpdateGauges();
}

uint32_t Lane::PollCompletions(int64_t now_ns) {
  if (queue_ == nullptr) return 0;
  const uint32_t count = Reap(now_ns);
  if (queue_ != nullptr) {
    switch (queue_->fault()) {
      case hw::QueueFault::kNone:
        // What is finished and not yet polled is in time.
        if (now_ns >= next_expiry_ns_ && count < kBatch) {
          LookForTimeouts(now_ns);
        }
        break;
      case hw::QueueFault::kStopped:
        Lose(LossReason::kStopped, 0);
        break;
      case hw::QueueFault::kBrokeRules:
        Lose(LossReason::kBrokeRules, 0);
        break;
    }
  }
  return has_lost() ? count + 1 : count;
}

uint32_t Lane::Reap(int64_t now_ns) {
  if (in_flight_.size() == 0) return 0;
  const uint32_t count = queue_->Poll(batch_);
  for (uint32_t i = 0; i < count; ++i) {
    std::unique_ptr<Job> job = in_flight_.Take(batch_[i].tag);
    if (job == nullptr) {
      Increment(stats_.unknown_tags);
      Lose(LossReason::kBrokeRules, static_cast<uint32_t>(batch_[i].tag));
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
  if (outcome.code != absl::StatusCode::kOk) {
    Increment(stats_.errors[static_cast<size_t>(outcome.code)]);
    // Too little room is a question, not a failure: mostly it is asked again.
    if (outcome.code != absl::StatusCode::kOutOfRange) {
      Increment(stats_.jobs_failed);
    }
  }
  Tell(job->request.operation, outcome.code);
  Answer(std::move(job), outcome, *deferred_);
}

uint32_t Lane::SubmitWaiting(int64_t now_ns) {
  if (waiting_.size() == 0) return 0;
  // Look before you take: a job leaves the scheduler only for a free slot.
  const size_t room =
      std::min<size_t>(in_flight_.free_tags(), queue_->free_slots());
  uint32_t moved = 0;
  uint32_t submitted = 0;
  while (moved < kBatch && submitted < room) {
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
      submitted += Submit(std::move(job), now_ns) ? 1 : 0;
    }
  }
  if (submitted > 0) queue_->Flush();
  UpdateGauges();
  return moved;
}

// False: the queue refused it, and the job has its answer.
bool Lane::Submit(std::unique_ptr<Job> job, int64_t now_ns) {
  const absl::Status status =
      queue_->Submit(job->request, in_flight_.NextTag());
  if (!status.ok()) {
    Refuse(std::move(job), status);
    return false;
  }
  // Given more room and done again, a job keeps its first wait. The round's
  // clock may have been read before the job was admitted.
  if (job->queue_wait_ns < 0) {
    job->queue_wait_ns = std::max<int64_t>(0, now_ns - job->admitted_ns);
  }
  job->submitted_ns = now_ns;
  next_expiry_ns_ = std::min(next_expiry_ns_, ExpiryNs(*job));
  in_flight_.Insert(std::move(job));
  return true;
}

// A queue that refuses everything must not look like a fast one, so its device
// hears of it as of a completion.
void Lane::Refuse(std::unique_ptr<Job> job, const absl::Status& status) {
  const bool lost = status.code() == absl::StatusCode::kUnavailable;
  if (lost) Tell(job->request.operation, status.code());
  End(std::move(job),
      {status.code(), lost ? Cause::kDeviceLost : Cause::kUnsupported, 0});
}

void Lane::Tell(hw::Operation operation, absl::StatusCode code) {
  if (options_.health == nullptr) return;
  options_.health->OnResult(operation, code == absl::StatusCode::kUnavailable ||
                                           code == absl::StatusCode::kInternal);
}

void Lane::End(std::unique_ptr<Job> job, const Outcome& outcome) {
  Answer(std::move(job), outcome, *deferred_);
}

void Lane::RefuseWaiting(Cause cause) {
  while (std::unique_ptr<Job> job = waiting_.Next()) {
    End(std::move(job), kUnavailable(cause));
  }
  UpdateGauges();
}

int64_t Lane::ExpiryNs(const Job& job) const {
  const int64_t timeout_ns =
      options_.timeouts_ns[static_cast<size_t>(job.request.operation)];
  return timeout_ns > 0 ? job.submitted_ns + timeout_ns : kInfiniteFutureNs;
}

// Jobs that ended since left their expiry behind, so this may find none: then
// there is one look for each timeout that passes, not for each job.
void Lane::LookForTimeouts(int64_t now_ns) {
  next_expiry_ns_ = kInfiniteFutureNs;
  in_flight_.ForEach([this](const Job& job) {
    next_expiry_ns_ = std::min(next_expiry_ns_, ExpiryNs(job));
  });
  if (now_ns < next_expiry_ns_) return;
  Increment(stats_.timeouts);
  Lose(LossReason::kTimeout, 0);
}

void Lane::Lose(LossReason reason, uint32_t tag) {
  if (queue_ == nullptr) return;
  stats_.attached.store(false, std::memory_order_relaxed);
  next_expiry_ns_ = kInfiniteFutureNs;
  LostQueue& lost = lost_.emplace();
  lost.queue = std::move(queue_);
  lost.job_count = in_flight_.DrainTo(lost.jobs);
  lost.reason = reason;
  lost.tag = tag;
  lost.key = options_.key;
  RefuseWaiting(refusal_);
}

void Lane::HandOver() {
  LostQueue lost = *std::exchange(lost_, std::nullopt);
  if (options_.sink != nullptr) {
    options_.sink->TakeLost(std::move(lost));
  } else {
    EndLostQueue(std::move(lost), refusal_, *deferred_);
  }
}

void Lane::Attach(std::unique_ptr<hw::Queue> queue) {
  if (queue->depth() != depth()) {
    in_flight_ = InflightTable(queue->depth());
    depth_.store(queue->depth(), std::memory_order_relaxed);
  }
  queue_ = std::move(queue);
  Increment(stats_.resets);
  stats_.attached.store(true, std::memory_order_relaxed);
}

// Jobs that were already lost end with the others.
void Lane::Stop(Cause cause) {
  refusal_ = cause;
  Lose(LossReason::kRequested, 0);
  if (!has_lost()) return;
  EndLostQueue(*std::exchange(lost_, std::nullopt), cause, *deferred_);
}

void Lane::UpdateGauges() {
  stats_.jobs_in_flight.store(static_cast<uint32_t>(in_flight_.size()),
                              std::memory_order_relaxed);
  stats_.jobs_waiting.store(static_cast<uint32_t>(waiting_.size()),
                            std::memory_order_relaxed);
}

}  // namespace uacced
