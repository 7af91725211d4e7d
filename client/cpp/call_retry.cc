#include "client/cpp/call_retry.h"

#include <algorithm>
#include <random>
#include <utility>

#include "client/cpp/error.h"

namespace uacced::client {

Jitter RandomJitter() {
  return [] {
    thread_local std::minstd_rand generator(std::random_device{}());
    return std::uniform_real_distribution<double>(0, 1)(generator);
  };
}

CallRetry::CallRetry(const RetryPolicy& policy, RetrySafety safety,
                     Jitter jitter, int64_t deadline_ns)
    : policy_(policy),
      safety_(safety),
      jitter_(std::move(jitter)),
      deadline_ns_(deadline_ns),
      backoff_(policy.initial_backoff) {}

std::optional<int64_t> CallRetry::NextDelayNs(const absl::Status& error,
                                              int64_t now_ns) {
  if (++attempts_ >= policy_.max_attempts) return std::nullopt;
  if (error.code() != absl::StatusCode::kUnavailable) return std::nullopt;
  const std::optional<absl::Duration> asked =
      GetErrorDetails(error).retry_delay;
  if (safety_ == RetrySafety::kOnlyWhenRefused && !asked) return std::nullopt;

  const absl::Duration backoff = std::min(backoff_, policy_.max_backoff);
  backoff_ = backoff * 2;
  const absl::Duration delay =
      asked.value_or(absl::ZeroDuration()) + backoff * (0.5 + 0.5 * jitter_());
  const int64_t delay_ns = absl::ToInt64Nanoseconds(delay);
  if (delay_ns >= deadline_ns_ - now_ns) return std::nullopt;
  return delay_ns;
}

}  // namespace uacced::client
