// What a Task does when a job of its comes back: whose word counts, what is
// done again and where, and what is checked before it is believed.
//
//   an accelerator's OK       believed, unless it is to be checked; a check
//                             that fails means: again
//   its word on the input     the CPU is asked, too: task_confirm.cc
//   its failure, its loss     again: on another accelerator, then on the CPU,
//                             as far as the mode allows
//   the CPU's word            final
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/task/outcome_status.h"
#include "daemon/task/task.h"
#include "hw/stream.h"

namespace uacced {
namespace {

using absl::StatusCode;

// How much more room an output gets that did not fit, and how much at least:
// headers may have promised none at all.
constexpr uint64_t kGrowthFactor = 4;
constexpr uint64_t kMinGrownBytes = 4096;

absl::Status VerifyFailed(int times) {
  return MakeError(StatusCode::kDataLoss,
                   absl::StrCat("the output was found to be wrong, ", times,
                                " times; nothing was delivered"),
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

// Whether a device may say so because of the input. What is compressed never
// grows beyond the room that it is given.
bool MayBeRight(const Outcome& outcome, hw::Operation operation) {
  return IsWordOnInput(outcome) &&
         (!DoesNotFit(outcome) || operation == hw::Operation::kDecompress);
}

// Samples need not be secret, but must not keep step with the requests.
uint64_t NextRandom() {
  thread_local uint64_t state =
      reinterpret_cast<uintptr_t>(&state) ^ 0x9e3779b97f4a7c15;
  state += 0x9e3779b97f4a7c15;
  uint64_t mixed = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

}  // namespace

// Who had the job.
const Placement::Target& Task::worker() const {
  return path_.placement.targets()[job_->device_index];
}

Task::Result Task::ActOnOutcome() {
  if (std::optional<Result> heard = HearConfirmation()) return *heard;
  switch (Judge()) {
    case Verdict::kDone:
      return checking_ == Checking::kNo ? AfterStep() : StartCheck();
    case Verdict::kGrow:
      return Grow();
    case Verdict::kConfirm:
      return Confirm();
    case Verdict::kAgain:
      break;
    case Verdict::kEnd:
      return OutcomeError();
  }
  const Outcome& outcome = job_->outcome;
  const hw::Request& request = current().request;
  if (DoesNotFit(outcome) && attempts_.grown &&
      IsAmple(request.destination.size(), request.source.size())) {
    path_.metrics.CountVerified(job_->device_index, false);
    ReportMismatch(job_->device_index);
  }
  const Fallback reason =
      outcome.cause == Cause::kDeviceLost          ? Fallback::kDeviceLost
      : outcome.code == StatusCode::kUnimplemented ? Fallback::kNotCapable
                                                   : Fallback::kDeviceError;
  return Again(reason, OutcomeError());
}

Task::Verdict Task::Judge() const {
  const Outcome& outcome = job_->outcome;
  if (outcome.code == StatusCode::kOk) return Verdict::kDone;
  // The state of a stream is where it was made.
  if (current().request.stream != nullptr) return Verdict::kEnd;
  switch (outcome.cause) {
    case Cause::kExpired:
    case Cause::kCancelled:
    case Cause::kShuttingDown:
      return Verdict::kEnd;
    case Cause::kDeviceLost:
      return Verdict::kAgain;
    case Cause::kUnsupported:
    case Cause::kDevice:
      break;
  }
  if (DoesNotFit(outcome) && MayGrow()) return Verdict::kGrow;
  return worker().info().hardware ? JudgeAccelerator() : Verdict::kEnd;
}

Task::Verdict Task::JudgeAccelerator() const {
  return MayBeRight(job_->outcome, operation()) ? Verdict::kConfirm
                                                : Verdict::kAgain;
}

// Output of a compression always fits, unless the device needs more room than
// others do: it gets that once.
bool Task::MayGrow() const {
  const Step& step = current();
  if (job_->output.size() >= step.output_limit_bytes) return false;
  return step.request.operation == hw::Operation::kDecompress ||
         (step.request.operation == hw::Operation::kCompress &&
          worker().info().hardware && !attempts_.grown);
}

Task::Result Task::Grow() {
  attempts_.grown = true;
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
  return PlaceNow(current().request);
}

// The output's memory is there, and nobody writes to it any more. `failure` is
// the client's when there is nobody to ask any more.
Task::Result Task::Again(Fallback reason, const absl::Status& failure) {
  phase_ = Phase::kWork;
  const uint16_t device_index = current().device_index;
  const bool hardware = path_.placement.targets()[device_index].info().hardware;
  attempts_.excluded |= uint64_t{1} << device_index;
  attempts_.reason = reason;
  if (++attempts_.failures >= kMaxFailures) {
    if (!hardware || current().mode == ExecutionMode::kHardwareOnly) {
      return failure;
    }
    attempts_.cpu = true;
  }
  Result result = PlaceNow(current().request);
  // Others could not do it either, or are not asked.
  const bool cannot = result.has_value() && reason == Fallback::kNotCapable;
  return cannot ? Result(failure) : result;
}

absl::Status Task::OutcomeError() const {
  const Outcome& outcome = job_->outcome;
  const bool streams = current().request.stream != nullptr;
  if (worker().info().hardware && outcome.cause == Cause::kDevice &&
      outcome.code != StatusCode::kUnimplemented) {
    const absl::string_view name = worker().info().name;
    if (!MayBeRight(outcome, operation())) return AcceleratorFailed(name);
    // Nor is a stream's state for the CPU to look at. Windows that are too
    // large are those of formats which only the CPU reads.
    if (streams) {
      return DoesNotFit(outcome) || operation() != hw::Operation::kDecompress
                 ? AcceleratorFailed(name)
                 : InputNotConfirmed(name);
    }
  }
  if (streams && DoesNotFit(outcome)) return WindowTooLarge();
  return OutcomeStatus(outcome, operation(), current().output_limit_bytes);
}

// On the polling thread.
Task::Checking Task::ChooseChecking(const Job& job) const {
  const Step& step = current();
  if (job.outcome.code != StatusCode::kOk) return Checking::kNo;
  if (step.verify) return Checking::kMust;
  const Placement::Target& target = path_.placement.targets()[job.device_index];
  if (!target.info().hardware || step.request.stream != nullptr) {
    return Checking::kNo;
  }
  // It has yet to show that it is well again.
  if (target.health->VerifyAll()) return Checking::kMust;
  switch (path_.verify.mode) {
    case VerifyPolicy::Mode::kOff:
      break;
    case VerifyPolicy::Mode::kSampled:
      if (NextRandom() % path_.verify.sample_one_in == 0) {
        return Checking::kIfPossible;
      }
      break;
    case VerifyPolicy::Mode::kAll:
      return Checking::kMust;
  }
  return Checking::kNo;
}

Task::Result Task::StartCheck() {
  unverified_bytes_ = job_->outcome.produced_bytes;
  unverified_ = std::move(job_->output);
  const uint64_t room_bytes = OutputCheck::RoomBytes(current().request);
  absl::Status status = Reserve(room_bytes);
  if (status.ok()) status = AllocateOutput(room_bytes);
  if (!status.ok()) return Unchecked(status);
  phase_ = Phase::kCheck;
  attempts_.check_count = 0;
  Result result = PlaceCheck();
  return result.has_value() ? Unchecked(*result) : result;
}

// There is no check, which is what `failure` says. A sample goes without: the
// client has no worse an answer for having been drawn.
Task::Result Task::Unchecked(const absl::Status& failure) {
  if (checking_ == Checking::kMust) return failure;
  phase_ = Phase::kWork;
  GiveBack(job_->output);
  job_->output = std::move(unverified_);
  job_->outcome.produced_bytes = unverified_bytes_;
  return AfterStep();
}

Task::Result Task::PlaceCheck() {
  ++attempts_.check_count;
  const hw::Request& done = current().request;
  const hw::Bytes output = done.operation == hw::Operation::kDigest
                               ? hw::Bytes(done.destination)
                               : hw::Bytes(unverified_.span());
  return PlaceNow(
      check_.Begin(done, output.first(unverified_bytes_), job_->output.span()));
}

Task::Result Task::AfterCheck() {
  Step& step = current();
  const Outcome outcome = job_->outcome;
  step.service_time_ns += std::exchange(job_->service_time_ns, 0);
  if (outcome.cause == Cause::kDeviceLost &&
      attempts_.check_count < kMaxFailures) {
    Result result = PlaceCheck();
    return result.has_value() ? Unchecked(*result) : result;
  }
  if (outcome.code != StatusCode::kOk && !IsWordOnInput(outcome)) {
    return Unchecked(OutcomeError());
  }
  const bool matched = check_.Matches(step.request, outcome);
  path_.metrics.CountVerified(step.device_index, matched);
  if (matched) {
    GiveBack(job_->output);
    job_->output = std::move(unverified_);
    job_->outcome.produced_bytes = unverified_bytes_;
    return AfterStep();
  }
  ReportMismatch(step.device_index);
  if (OutputCheck::IsRepetition(step.request) &&
      step.mode != ExecutionMode::kHardwareOnly) {
    return TakeCheckedResult();
  }
  GiveBack(job_->output);
  job_->output = std::move(unverified_);
  return Again(Fallback::kNotVerified, VerifyFailed(kMaxFailures));
}

// The check did the work, too: what it gave takes the place of what was wrong.
Task::Result Task::TakeCheckedResult() {
  Step& step = current();
  phase_ = Phase::kWork;
  checking_ = Checking::kNo;
  GiveBack(unverified_);
  step.device_index = job_->device_index;
  step.fallback = Fallback::kNotVerified;
  attempts_.reason = Fallback::kNotVerified;
  attempts_.cpu = true;
  ++attempts_.failures;
  if (job_->outcome.code == StatusCode::kOk) check_.Adopt(step.request);
  if (step.request.operation != hw::Operation::kDigest) {
    step.request.destination = job_->output.span();
  }
  return ActOnOutcome();
}

void Task::ReportMismatch(uint16_t device_index) {
  const Placement::Target& target = path_.placement.targets()[device_index];
  Log(LogLevel::kError, "task", "the result of a device is wrong",
      {{"device", target.info().name},
       {"operation", hw::Name(operation())},
       {"algorithm", hw::Info(current().request.algorithm).name},
       {"source_bytes", current().request.source.size()}});
  if (target.info().hardware) target.health->ReportMismatch();
}

}  // namespace uacced
