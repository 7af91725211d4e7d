// Puts the outcome of a job into words: the polling thread sets only codes.
#ifndef UACCED_DAEMON_TASK_OUTCOME_STATUS_H_
#define UACCED_DAEMON_TASK_OUTCOME_STATUS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "daemon/core/job.h"

namespace uacced {

// OK for an outcome that is OK. `output_limit_bytes` is named when the output
// did not fit.
absl::Status OutcomeStatus(const Outcome& outcome, hw::Operation operation,
                           uint64_t output_limit_bytes);

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_OUTCOME_STATUS_H_
