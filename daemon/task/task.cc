#include "daemon/task/task.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/task/outcome_status.h"
#include "daemon/task/payload.h"
#include "hw/output_room.h"

namespace uacced {
namespace {

using absl::StatusCode;

// Small operations are bound by their number, not by their bytes.
constexpr uint64_t kCostFloorBytes = 4096;

// Until a full inbox has had time to become less full.
constexpr auto kInboxWait = std::chrono::microseconds(50);

absl::Status TooLarge(uint64_t bytes, uint64_t max_bytes) {
  return MakeError(
      StatusCode::kResourceExhausted,
      absl::StrCat("a payload of ", bytes, " bytes is more than this daemon's ",
                   "limits.max_message_bytes, ", max_bytes),
      {.reason = "PAYLOAD_TOO_LARGE",
       .metadata = {{"limit", "limits.max_message_bytes"},
                    {"value", absl::StrCat(max_bytes)}},
       .quota_subject = "daemon",
       .quota_description =
           absl::StrCat("limits.max_message_bytes = ", max_bytes)});
}

absl::Status OutOfMemory() {
  return MakeError(
      StatusCode::kResourceExhausted, "out of memory for the output; retry",
      {.reason = "OUT_OF_MEMORY", .retry_after = absl::Milliseconds(100)});
}

absl::Status JobLost() {
  return MakeError(StatusCode::kInternal,
                   "the daemon lost the request; this is a bug",
                   {.reason = "JOB_LOST"});
}

}  // namespace

Step& Task::AddStep() {
  if (!std::exchange(first_step_used_, true)) return first_;
  return *more_.emplace_back(std::make_unique<Step>());
}

void Task::Launch(LaunchOptions options, Placement::Batch& batch) {
  const absl::Status status = Begin(options, batch);
  // After OK the task may already have ended.
  if (status.ok()) return;
  RecordStep(status.code());
  Ended(status, nullptr);
}

absl::Status Task::Begin(LaunchOptions& options, Placement::Batch& batch) {
  now_ns_ = options.now_ns;
  deadline_ns_ = options.deadline_ns;
  cancelled_ = options.cancelled;
  source_ = options.source;
  ticket_ = std::move(options.ticket);
  ticket_is_given_ = ticket_.valid();
  if (source_.size() > path_.max_payload_bytes) {
    return TooLarge(source_.size(), path_.max_payload_bytes);
  }
  uncounted_bytes_ = options.source_is_counted ? 0 : source_.size();
  for (size_t i = 0; i < step_count(); ++i) {
    uncounted_bytes_ += step(i).request.associated_data.size();
  }
  job_ = std::make_unique<Job>();
  return StartStep(batch);
}

absl::Status Task::StartStep(Placement::Batch& batch) {
  attempts_ = Attempts();
  UACCED_RETURN_IF_ERROR(BindSource(source_, current().request));
  return StartWork(batch);
}

absl::Status Task::StartWork(Placement::Batch& batch) {
  Step& step = current();
  phase_ = Phase::kWork;
  hw::Request& request = step.request;
  if (request.operation == hw::Operation::kDigest &&
      request.stream == nullptr) {
    request.destination = hw::MutableBytes(step.digest)
                              .first(hw::Info(request.algorithm).digest_bytes);
    UACCED_RETURN_IF_ERROR(Reserve(0));
  } else if (request.stream == nullptr) {
    const uint64_t room_bytes =
        hw::FirstOutputRoom(request, step.output_limit_bytes);
    UACCED_RETURN_IF_ERROR(Reserve(room_bytes));
    UACCED_RETURN_IF_ERROR(AllocateOutput(room_bytes));
    request.destination = job_->output.span();
  } else {
    UACCED_RETURN_IF_ERROR(Reserve(0));
  }
  return PlaceJob(request, batch);
}

absl::Status Task::Reserve(uint64_t bytes) {
  if (ticket_is_given_) return absl::OkStatus();
  if (ticket_.valid()) return path_.admission.Grow(ticket_, bytes);
  UACCED_ASSIGN_OR_RETURN(
      ticket_, path_.admission.Admit(TenantId{0}, uncounted_bytes_ + bytes));
  return absl::OkStatus();
}

void Task::GiveBack(hw::DmaBuffer& buffer) {
  const size_t bytes = buffer.size();
  buffer = hw::DmaBuffer();
  if (!ticket_is_given_ && ticket_.valid()) ticket_.ReturnBytes(bytes);
}

absl::Status Task::AllocateOutput(uint64_t bytes) {
  job_->output = hw::DmaBuffer::Allocate(bytes);
  return job_->output.size() == bytes ? absl::OkStatus() : OutOfMemory();
}

absl::Status Task::PlaceJob(const hw::Request& request,
                            Placement::Batch& batch) {
  job_->request = request;
  job_->cost_bytes = std::max<uint64_t>(
      kCostFloorBytes, request.source.size() + request.associated_data.size() +
                           request.destination.size());
  job_->admitted_ns = now_ns_;
  job_->deadline_ns = deadline_ns_;
  job_->cancelled = cancelled_;
  job_->reply = this;
  const bool was_placed = std::exchange(was_placed_, true);
  const Placement::Wish wish = MakeWish();
  std::unique_ptr<Job> job = std::move(job_);
  absl::Status status = path_.placement.Place(job, batch, wish);
  if (status.ok()) return status;
  job->reply = nullptr;
  job_ = std::move(job);
  // The first time the client may come again. What was begun is not refused.
  if (!was_placed || !Placement::IsInboxFull(status)) return status;
  waits_for_inbox_ = true;
  path_.reply_pool.Push(this);
  return absl::OkStatus();
}

Placement::Wish Task::MakeWish() const {
  const bool check = phase_ == Phase::kCheck;
  return {.mode = current().mode,
          .only = current().only_device,
          .excluded = attempts_.excluded,
          .reason = attempts_.reason,
          .cpu = attempts_.cpu,
          .check = check,
          .now_ns =
              check || attempts_.failures > 0 ? path_.clock.NowNs() : now_ns_};
}

Task::Result Task::PlaceNow(const hw::Request& request) {
  Placement::Batch batch(path_.placement);
  const absl::Status status = PlaceJob(request, batch);
  return status.ok() ? Result() : Result(status);
}

// On a reply thread: the polling thread must not wait for itself.
Task::Result Task::PlaceWaiting() {
  std::this_thread::sleep_for(kInboxWait);
  Outcome over;
  if (cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed)) {
    over = {StatusCode::kCancelled, Cause::kCancelled, 0};
  } else if (path_.clock.NowNs() >= deadline_ns_) {
    over = {StatusCode::kDeadlineExceeded, Cause::kExpired, 0};
  } else {
    const hw::Request request = job_->request;
    return PlaceNow(request);
  }
  return OutcomeStatus(over, operation(), current().output_limit_bytes);
}

void Task::Complete(std::unique_ptr<Job> job, DeferredList& deferred) {
  if (phase_ == Phase::kWork) checking_ = ChooseChecking(*job);
  // Failures need text, or more room, and checks and confirmations read all
  // that there is: that is not for the polling thread.
  const bool quick = job->outcome.code == StatusCode::kOk &&
                     job->outcome.produced_bytes <= path_.inline_reply_bytes &&
                     path_.inline_reply_bytes > 0 && phase_ == Phase::kWork &&
                     checking_ == Checking::kNo &&
                     attempts_.charge.device_index == Placement::kNoDevice;
  job_ = std::move(job);
  if (quick) {
    Settle(AfterWork(), &deferred);
  } else {
    path_.reply_pool.Push(this);
  }
}

void Task::Respond() {
  if (std::exchange(waits_for_inbox_, false)) {
    Settle(PlaceWaiting(), nullptr);
  } else {
    Settle(phase_ == Phase::kWork ? AfterWork() : AfterCheck(), nullptr);
  }
}

void Task::Lost() {
  path_.metrics.CountJobLost();
  Log(LogLevel::kError, "task", "a job was dropped without an answer",
      {{"operation", hw::Name(operation())}});
  RecordStep(StatusCode::kInternal);
  Ended(JobLost(), nullptr);
}

void Task::Settle(Result result, DeferredList* deferred) {
  if (!result.has_value()) return;
  if (!result->ok()) RecordStep(result->code());
  Ended(*result, deferred);
}

Task::Result Task::AfterWork() {
  TakeTimes();
  return ActOnOutcome();
}

// The current step is done: its output becomes the source of the next.
Task::Result Task::AfterStep() {
  if (current().request.operation != hw::Operation::kDigest ||
      current().request.stream != nullptr) {
    GiveBack(output_);  // The source, if it came from a step.
    output_ = std::move(job_->output);
    produced_bytes_ = job_->outcome.produced_bytes;
    source_ =
        hw::Bytes(output_.span())
            .first(current().request.stream == nullptr ? produced_bytes_ : 0);
  }
  RecordStep(StatusCode::kOk);
  if (current_index_ + 1 == step_count()) return absl::OkStatus();
  ++current_index_;
  now_ns_ = path_.clock.NowNs();
  Placement::Batch batch(path_.placement);
  const absl::Status status = StartStep(batch);
  return status.ok() ? Result() : Result(status);
}

// From the job, which may serve again.
void Task::TakeTimes() {
  Step& step = current();
  if (step.queue_wait_ns < 0) step.queue_wait_ns = job_->queue_wait_ns;
  step.device_index = job_->device_index;
  step.fallback = job_->fallback;
  step.service_time_ns += job_->service_time_ns;
  job_->queue_wait_ns = -1;
  job_->service_time_ns = 0;
}

void Task::RecordStep(StatusCode code) const {
  const Step& step = current();
  const bool served = step.queue_wait_ns >= 0;
  const size_t digest_bytes = hw::Info(step.request.algorithm).digest_bytes;
  if (served && step.fallback != Fallback::kNone) {
    path_.metrics.CountFallback(step.request.operation, step.fallback);
  }
  path_.metrics.RecordRequest(
      {.operation = step.request.operation,
       .algorithm = step.request.algorithm,
       .device_index = served ? step.device_index : kNoDevice,
       .code = code,
       .bytes_in = step.request.source.size(),
       .bytes_out = code != StatusCode::kOk ? 0
                    : digest_bytes > 0      ? digest_bytes
                                            : produced_bytes_,
       .queue_wait_ns = step.queue_wait_ns,
       .service_time_ns = served ? step.service_time_ns : -1});
}

}  // namespace uacced
