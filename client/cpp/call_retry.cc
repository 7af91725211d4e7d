#include "client/cpp/call_retry.h"

#include <algorithm>
#include <random>
#include <utility>

#include "client/cpp/error.h"

namespace uacced::client {
namespace {

bool IsDamage(const absl::Status& error, const ErrorDetails& details) {
  return error.code() == absl::StatusCode::kDataLoss &&
         details.reason == "CRC32C_MISMATCH";
}

}  // namespace

Jitter RandomJitter() {
  return [] {
    thread_local std::minstd_rand generator(std::random_device{}());
    return std::uniform_real_distribution<double>(0, 1)(generator);
  };
}

absl::Duration RetryDelay(const RetryPolicy& policy, int tries,
                          std::optional<absl::Duration> asked,
                          const Jitter& jitter) {
  absl::Duration backoff = policy.initial_backoff;
  for (int i = 1; i < tries && backoff < policy.max_backoff; ++i) backoff *= 2;
  backoff = std::min(backoff, policy.max_backoff);
  return asked.value_or(absl::ZeroDuration()) +
         backoff * (0.5 + 0.5 * jitter());
}

std::optional<int64_t> OperationRetryDelayNs(const RetryPolicy& policy,
                                             const absl::Status& error,
                                             OperationTries& tries,
                                             int64_t left_ns,
                                             const Jitter& jitter) {
  const ErrorDetails details = GetErrorDetails(error);
  ++tries.count;
  if (IsDamage(error, details)) {
    if (tries.damaged || left_ns <= 0) return std::nullopt;
    tries.damaged = true;
    return 0;
  }
  switch (error.code()) {
    case absl::StatusCode::kUnavailable:
      if (tries.count >= policy.max_attempts &&
          details.reason != "INBOX_FULL" && details.reason != "SHUTTING_DOWN") {
        return std::nullopt;
      }
      break;
    case absl::StatusCode::kResourceExhausted:
      if (details.reason != "JOBS_LIMIT" && details.reason != "BYTES_LIMIT") {
        return std::nullopt;
      }
      break;
    default:
      return std::nullopt;
  }
  const int64_t delay_ns = absl::ToInt64Nanoseconds(
      RetryDelay(policy, tries.count, details.retry_delay, jitter));
  if (delay_ns >= left_ns) return std::nullopt;
  return delay_ns;
}

CallRetry::CallRetry(const RetryPolicy& policy, RetrySafety safety,
                     Jitter jitter, int64_t deadline_ns)
    : policy_(policy),
      safety_(safety),
      jitter_(std::move(jitter)),
      deadline_ns_(deadline_ns) {}

std::optional<int64_t> CallRetry::NextDelayNs(const absl::Status& error,
                                              int64_t now_ns) {
  if (++attempts_ >= policy_.max_attempts) return std::nullopt;
  const ErrorDetails details = GetErrorDetails(error);
  if (IsDamage(error, details) && safety_ == RetrySafety::kPure) {
    if (damaged_ || now_ns >= deadline_ns_) return std::nullopt;
    damaged_ = true;
    return 0;
  }
  if (error.code() != absl::StatusCode::kUnavailable) return std::nullopt;
  if (safety_ == RetrySafety::kOnlyWhenRefused && !details.retry_delay) {
    return std::nullopt;
  }
  const int64_t delay_ns = absl::ToInt64Nanoseconds(
      RetryDelay(policy_, attempts_, details.retry_delay, jitter_));
  if (delay_ns >= deadline_ns_ - now_ns) return std::nullopt;
  return delay_ns;
}

}  // namespace uacced::client
