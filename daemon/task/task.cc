#include "daemon/task/task.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/task/outcome_status.h"
#include "daemon/task/payload.h"
#include "hw/output_room.h"
#include "hw/stream.h"

namespace uacced {
namespace {

using absl::StatusCode;

// Small operations are bound by their number, not by their bytes.
constexpr uint64_t kCostFloorBytes = 4096;

// How much more room an output gets that did not fit, and how much at least:
// headers may have promised none at all.
constexpr uint64_t kGrowthFactor = 4;
constexpr uint64_t kMinGrownBytes = 4096;

// How often a step is done until its output verifies.
constexpr int kMaxTries = 3;

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

absl::Status VerifyFailed() {
  return MakeError(StatusCode::kDataLoss,
                   absl::StrCat("the compressed output did not decompress to "
                                "the input, ",
                                kMaxTries, " times; nothing was delivered"),
                   {.reason = "VERIFY_FAILED"});
}

absl::Status WindowTooLarge() {
  return MakeError(
      StatusCode::kOutOfRange,
      absl::StrCat("the input needs a window of more than ",
                   hw::kMaxStreamWindowBytes,
                   " bytes, which streams do not give; Decompress takes it"),
      {.reason = "WINDOW_TOO_LARGE"});
}

absl::Status JobLost() {
  return MakeError(StatusCode::kInternal,
                   "the daemon lost the request; this is a bug",
                   {.reason = "JOB_LOST"});
}

bool DoesNotFit(const Outcome& outcome) {
  return outcome.code == StatusCode::kOutOfRange &&
         outcome.cause == Cause::kDevice;
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
  tries_ = 0;
  avoided_device_ = Placement::kNoDevice;
  UACCED_RETURN_IF_ERROR(BindSource(source_, current().request));
  return StartWork(batch);
}

absl::Status Task::StartWork(Placement::Batch& batch) {
  Step& step = current();
  phase_ = Phase::kWork;
  ++tries_;
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

// The output of a compression goes back to what it was made of.
absl::Status Task::StartVerify() {
  phase_ = Phase::kVerify;
  unverified_bytes_ = job_->outcome.produced_bytes;
  unverified_ = std::move(job_->output);
  UACCED_RETURN_IF_ERROR(Reserve(source_.size()));
  UACCED_RETURN_IF_ERROR(AllocateOutput(source_.size()));
  hw::Request request;
  request.operation = hw::Operation::kDecompress;
  request.algorithm = current().request.algorithm;
  request.fragment = current().request.fragment;
  request.source = hw::Bytes(unverified_.span()).first(unverified_bytes_);
  request.destination = job_->output.span();
  Placement::Batch batch(path_.placement);
  return PlaceJob(request, batch);
}

absl::Status Task::GrowOutput() {
  const uint64_t limit_bytes = current().output_limit_bytes;
  const uint64_t before_bytes = job_->output.size();
  const uint64_t room_bytes =
      before_bytes > limit_bytes / kGrowthFactor
          ? limit_bytes
          : std::min(limit_bytes,
                     std::max(kMinGrownBytes, before_bytes * kGrowthFactor));
  // The old buffer goes first: the two never count together.
  GiveBack(job_->output);
  UACCED_RETURN_IF_ERROR(Reserve(room_bytes));
  UACCED_RETURN_IF_ERROR(AllocateOutput(room_bytes));
  current().request.destination = job_->output.span();
  Placement::Batch batch(path_.placement);
  return PlaceJob(current().request, batch);
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
  const Placement::Wish wish{.only = current().only_device,
                             .avoid = avoided_device_};
  std::unique_ptr<Job> job = std::move(job_);
  absl::Status status = path_.placement.Place(job, batch, wish);
  if (!status.ok()) {
    job->reply = nullptr;
    job_ = std::move(job);
  }
  return status;
}

void Task::Complete(std::unique_ptr<Job> job, DeferredList& deferred) {
  // Failures need text, or more room, and verifying reads all that there is:
  // that is not for the polling thread.
  const bool quick = job->outcome.code == StatusCode::kOk &&
                     job->outcome.produced_bytes <= path_.inline_reply_bytes &&
                     path_.inline_reply_bytes > 0 && !current().verify;
  job_ = std::move(job);
  if (quick) {
    Continue(&deferred);
  } else {
    path_.reply_pool.Push(this);
  }
}

void Task::Lost() {
  path_.metrics.CountJobLost();
  Log(LogLevel::kError, "task", "a job was dropped without an answer",
      {{"operation", hw::Name(operation())}});
  RecordStep(StatusCode::kInternal);
  Ended(JobLost(), nullptr);
}

void Task::Continue(DeferredList* deferred) {
  const Result result = phase_ == Phase::kWork ? AfterWork() : AfterVerify();
  if (!result.has_value()) return;
  if (!result->ok()) RecordStep(result->code());
  Ended(*result, deferred);
}

Task::Result Task::AfterWork() {
  TakeTimes();
  const Step& step = current();
  const Outcome& outcome = job_->outcome;
  absl::Status started;
  if (DoesNotFit(outcome) && job_->output.size() < step.output_limit_bytes &&
      step.request.stream == nullptr &&
      step.request.operation == hw::Operation::kDecompress) {
    started = GrowOutput();
  } else if (DoesNotFit(outcome) && step.request.stream != nullptr) {
    return WindowTooLarge();
  } else if (outcome.code != StatusCode::kOk) {
    return OutcomeStatus(outcome, step.request.operation,
                         step.output_limit_bytes);
  } else if (step.verify) {
    started = StartVerify();
  } else {
    return AfterStep();
  }
  return started.ok() ? Result() : Result(started);
}

Task::Result Task::AfterVerify() {
  const Outcome outcome = job_->outcome;
  const uint16_t device_index = current().device_index;
  const bool judged = outcome.code == StatusCode::kOk ||
                      outcome.code == StatusCode::kInvalidArgument ||
                      DoesNotFit(outcome);
  current().service_time_ns += std::exchange(job_->service_time_ns, 0);
  if (!judged) {
    return OutcomeStatus(outcome, hw::Operation::kCompress,
                         current().output_limit_bytes);
  }
  const bool matched = IsVerified();
  path_.metrics.CountVerified(device_index, matched);
  GiveBack(job_->output);
  if (matched) {
    job_->output = std::move(unverified_);
    job_->outcome.produced_bytes = unverified_bytes_;
    return AfterStep();
  }
  Log(LogLevel::kError, "task", "compressed output does not verify",
      {{"device", path_.placement.targets()[device_index].info().name},
       {"algorithm", hw::Info(current().request.algorithm).name},
       {"source_bytes", source_.size()}});
  GiveBack(unverified_);
  if (tries_ >= kMaxTries) return VerifyFailed();
  avoided_device_ = device_index;
  Placement::Batch batch(path_.placement);
  const absl::Status status = StartWork(batch);
  return status.ok() ? Result() : Result(status);
}

bool Task::IsVerified() const {
  const Outcome& outcome = job_->outcome;
  return outcome.code == StatusCode::kOk &&
         outcome.produced_bytes == source_.size() &&
         (source_.empty() || std::memcmp(job_->output.data(), source_.data(),
                                         source_.size()) == 0);
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
  step.service_time_ns += job_->service_time_ns;
  job_->queue_wait_ns = -1;
  job_->service_time_ns = 0;
}

void Task::RecordStep(StatusCode code) const {
  const Step& step = current();
  const bool served = step.queue_wait_ns >= 0;
  const size_t digest_bytes = hw::Info(step.request.algorithm).digest_bytes;
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
