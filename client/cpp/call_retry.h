// Whether a failed call is sent again, and when: exponential back-off with
// jitter, inside the call's deadline and a bounded number of attempts.
//
// Units:   times are Clock nanoseconds.
// Threads: CallRetry is thread-compatible.
#ifndef UACCED_CLIENT_CPP_CALL_RETRY_H_
#define UACCED_CLIENT_CPP_CALL_RETRY_H_

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace uacced::client {

struct RetryPolicy {
  // The first try included; 1 never retries.
  int max_attempts = 5;
  // Wait before the second try; doubles from try to try up to `max_backoff`.
  absl::Duration initial_backoff = absl::Milliseconds(100);
  absl::Duration max_backoff = absl::Seconds(5);
};

// Which failures of a method may be retried.
enum class RetrySafety {
  // Any UNAVAILABLE: doing it twice does no harm.
  kPure,
  // Only an UNAVAILABLE that carries RetryInfo. The daemon adds it when it
  // refuses a call before doing anything; without it (a broken connection,
  // say) the work may have been done.
  kOnlyWhenRefused,
};

// Uniform in [0, 1). Thread-safe.
using Jitter = std::function<double()>;
Jitter RandomJitter();

// The wait before try number `tries` + 1: what the daemon asked for
// (RetryInfo), and on top of it between one half and the whole of a back-off
// that doubles from try to try, so that clients which failed together do not
// come back together.
absl::Duration RetryDelay(const RetryPolicy& policy, int tries,
                          std::optional<absl::Duration> asked,
                          const Jitter& jitter);

struct OperationTries {
  int count = 0;  // that failed
  bool damaged = false;
};

// Whether an operation that Process answered with `error` is sent again, and
// after what wait, which is shorter than `left_ns`. Counts one try.
//   UNAVAILABLE       within the policy's attempts; without counting them when
//                     the daemon or this client's load is the reason
//                     (INBOX_FULL, SHUTTING_DOWN)
//   RESOURCE_EXHAUSTED  of JOBS_LIMIT and BYTES_LIMIT: too much is in flight,
//                     which passes
//   DATA_LOSS         of CRC32C_MISMATCH: once, at once
std::optional<int64_t> OperationRetryDelayNs(const RetryPolicy& policy,
                                             const absl::Status& error,
                                             OperationTries& tries,
                                             int64_t left_ns,
                                             const Jitter& jitter);

class CallRetry {
 public:
  CallRetry(const RetryPolicy& policy, RetrySafety safety, Jitter jitter,
            int64_t deadline_ns);

  // How long to wait, from `now_ns`, before the next try; nothing when `error`
  // is final: its code is not UNAVAILABLE, the attempts are used up, or the
  // next one could not start before the deadline. Counts one attempt. Payload
  // that arrived damaged (CRC32C_MISMATCH) is sent again once, at once, when
  // that does no harm. The wait is RetryDelay().
  std::optional<int64_t> NextDelayNs(const absl::Status& error, int64_t now_ns);

 private:
  const RetryPolicy policy_;
  const RetrySafety safety_;
  const Jitter jitter_;
  const int64_t deadline_ns_;
  int attempts_ = 0;
  bool damaged_ = false;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_CALL_RETRY_H_
