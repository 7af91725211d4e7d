// What a Task does when an accelerator has something to say against the input.
// A sick one calls good input bad, too, so the CPU is asked before the client
// hears of it, whatever the mode: what the CPU makes of the input is delivered
// only to those whom it may serve.
//
//   the CPU agrees     it is the client's error
//   it does not        the CPU's output, or under HARDWARE_ONLY that of another
//                      accelerator; what no device that works would have said
//                      counts against the first one
//   there is no CPU    the accelerator's word has to do
#include <cstdint>
#include <optional>
#include <utility>

#include "daemon/task/outcome_status.h"
#include "daemon/task/strict_inflate.h"
#include "daemon/task/task.h"

namespace uacced {
namespace {

using absl::StatusCode;

// Whether input that the CPU took is good by every reader's lights. Of the
// deflate family it is not always: see strict_inflate.h.
bool IsBeyondDispute(const hw::Request& request) {
  if (request.operation != hw::Operation::kDecompress) return true;
  switch (request.algorithm) {
    case hw::Algorithm::kGzip:
    case hw::Algorithm::kZlib:
    case hw::Algorithm::kDeflate:
      // Nobody but a check reads fragments, and on the CPU.
      return !request.fragment &&
             IsStrictlyValid(request.algorithm, request.source);
    default:
      return true;
  }
}

// `word` was said of `request` with `room_bytes` for its output, of which the
// CPU made `output_bytes` without complaint. Clients choose what is looked at,
// so only what no device that works may say is wrong.
bool IsWrong(const Outcome& word, uint64_t room_bytes, uint64_t output_bytes,
             const hw::Request& request) {
  if (DoesNotFit(word) && !IsAmple(room_bytes, output_bytes)) return false;
  return IsBeyondDispute(request);
}

}  // namespace

Task::Result Task::Confirm() {
  const Attempts before = attempts_;
  const absl::Status failure = OutcomeError();
  attempts_.charge = {.device_index = job_->device_index,
                      .word = job_->outcome,
                      .room_bytes = current().request.destination.size()};
  attempts_.excluded |= uint64_t{1} << job_->device_index;
  attempts_.reason = Fallback::kNotConfirmed;
  attempts_.cpu = true;
  ++attempts_.failures;
  Result result = PlaceNow(current().request);
  if (!result.has_value()) return result;
  // There is no CPU to ask.
  attempts_ = before;
  return failure;
}

// The CPU may have looked at what an accelerator had called bad. Nothing: what
// it says is dealt with as any outcome is.
std::optional<Task::Result> Task::HearConfirmation() {
  if (attempts_.charge.device_index == Placement::kNoDevice) {
    return std::nullopt;
  }
  const Outcome& outcome = job_->outcome;
  const bool is_ok = outcome.code == StatusCode::kOk;
  if (!is_ok && !IsWordOnInput(outcome)) return std::nullopt;
  if (DoesNotFit(outcome) && MayGrow()) return std::nullopt;  // Not yet.
  const Charge charge = std::exchange(attempts_.charge, Charge());
  const bool hardware_only = current().mode == ExecutionMode::kHardwareOnly;
  if (!is_ok || hardware_only) current().fallback = Fallback::kNone;
  if (hardware_only) current().device_index = charge.device_index;
  const bool is_wrong =
      is_ok && IsWrong(charge.word, charge.room_bytes, outcome.produced_bytes,
                       current().request);
  // Of what did not fit, the CPU may not have come to what was bad; and room
  // that does for the CPU may have been just too little.
  if (is_wrong || !(DoesNotFit(charge.word) || DoesNotFit(outcome))) {
    path_.metrics.CountVerified(charge.device_index, !is_wrong);
  }
  if (is_wrong) ReportMismatch(charge.device_index);
  if (!is_ok || !hardware_only) return std::nullopt;
  // Readers differ on it, and only the accelerator's count.
  if (!is_wrong && !DoesNotFit(charge.word)) {
    return OutcomeStatus(charge.word, operation(),
                         current().output_limit_bytes);
  }
  return Refuted(charge);
}

// The output has no place in what the CPU made: on another accelerator.
Task::Result Task::Refuted(const Charge& charge) {
  attempts_.cpu = false;
  attempts_.reason = Fallback::kDeviceError;
  return attempts_.failures < kMaxFailures
             ? PlaceNow(current().request)
             : AcceleratorFailed(
                   path_.placement.targets()[charge.device_index].info().name);
}

}  // namespace uacced
