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

class CallRetry {
 public:
  CallRetry(const RetryPolicy& policy, RetrySafety safety, Jitter jitter,
            int64_t deadline_ns);

  // How long to wait, from `now_ns`, before the next try; nothing when `error`
  // is final: its code is not UNAVAILABLE, the attempts are used up, or the
  // next one could not start before the deadline. Counts one attempt.
  // The wait is what the daemon asked for (RetryInfo) and on top of it between
  // one half and the whole of the current back-off, so that clients which
  // failed together do not come back together.
  std::optional<int64_t> NextDelayNs(const absl::Status& error, int64_t now_ns);

 private:
  const RetryPolicy policy_;
  const RetrySafety safety_;
  const Jitter jitter_;
  const int64_t deadline_ns_;
  absl::Duration backoff_;
  int attempts_ = 0;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_CALL_RETRY_H_
