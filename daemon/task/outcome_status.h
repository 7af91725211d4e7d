// Puts the outcome of a job into words: the polling thread sets only codes.
#ifndef UACCED_DAEMON_TASK_OUTCOME_STATUS_H_
#define UACCED_DAEMON_TASK_OUTCOME_STATUS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "daemon/core/job.h"

namespace uacced {

// Too little room for the output, says the device.
inline bool DoesNotFit(const Outcome& outcome) {
  return outcome.code == absl::StatusCode::kOutOfRange &&
         outcome.cause == Cause::kDevice;
}

// Whether no device that works can want more room for so much output, however
// much it likes to spare.
inline bool IsAmple(uint64_t room_bytes, uint64_t output_bytes) {
  constexpr uint64_t kSpareBytes = 1024;
  return room_bytes / 2 >= output_bytes + kSpareBytes;
}

// The device's own word on the input.
inline bool IsWordOnInput(const Outcome& outcome) {
  return DoesNotFit(outcome) ||
         (outcome.code == absl::StatusCode::kInvalidArgument &&
          outcome.cause == Cause::kDevice);
}

// OK for an outcome that is OK. `output_limit_bytes` is named when the output
// did not fit.
absl::Status OutcomeStatus(const Outcome& outcome, hw::Operation operation,
                           uint64_t output_limit_bytes);

// To whoever would not have another device than the accelerator `name`, it is
// out of use for now.
absl::Status AcceleratorFailed(absl::string_view name);

// Of a stream: the accelerator `name` calls the input corrupt. Nobody else
// knows the stream's state, so nobody can say whether it is.
absl::Status InputNotConfirmed(absl::string_view name);

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_OUTCOME_STATUS_H_
