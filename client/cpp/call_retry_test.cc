#include "client/cpp/call_retry.h"

#include <limits>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace uacced::client {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kNoDeadline = std::numeric_limits<int64_t>::max();
constexpr RetryPolicy kPolicy = {4, absl::Milliseconds(100),
                                 absl::Milliseconds(300)};

Jitter Always(double value) {
  return [value] { return value; };
}

absl::Status Refused(absl::Duration retry_delay) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(retry_delay));
  absl::Status status = absl::UnavailableError("busy");
  status.SetPayload("type.googleapis.com/google.rpc.RetryInfo",
                    absl::Cord(info.SerializeAsString()));
  return status;
}

TEST(CallRetryTest, BackOffDoublesUpToItsMaximumAndAttemptsAreBounded) {
  CallRetry retry(kPolicy, RetrySafety::kPure, Always(1), kNoDeadline);
  const absl::Status error = absl::UnavailableError("gone");
  EXPECT_EQ(retry.NextDelayNs(error, 0), 100 * kMs);
  EXPECT_EQ(retry.NextDelayNs(error, 0), 200 * kMs);
  EXPECT_EQ(retry.NextDelayNs(error, 0), 300 * kMs);
  EXPECT_EQ(retry.NextDelayNs(error, 0), std::nullopt);
}

TEST(CallRetryTest, JitterTakesAtMostHalfOfTheBackOffAway) {
  CallRetry retry(kPolicy, RetrySafety::kPure, Always(0), kNoDeadline);
  EXPECT_EQ(retry.NextDelayNs(absl::UnavailableError(""), 0), 50 * kMs);
}

TEST(CallRetryTest, RandomJitterStaysInItsRange) {
  const Jitter jitter = RandomJitter();
  for (int i = 0; i < 1000; ++i) {
    const double value = jitter();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
  }
}

TEST(CallRetryTest, WaitsAtLeastAsLongAsTheDaemonAsks) {
  CallRetry retry(kPolicy, RetrySafety::kPure, Always(0), kNoDeadline);
  EXPECT_EQ(retry.NextDelayNs(Refused(absl::Seconds(2)), 0), 2050 * kMs);
}

TEST(CallRetryTest, OnlyUnavailableIsRetried) {
  for (int code = 1; code <= 16; ++code) {
    if (code == static_cast<int>(absl::StatusCode::kUnavailable)) continue;
    CallRetry retry(kPolicy, RetrySafety::kPure, Always(0), kNoDeadline);
    EXPECT_EQ(retry.NextDelayNs(
                  absl::Status(static_cast<absl::StatusCode>(code), ""), 0),
              std::nullopt)
        << code;
  }
}

TEST(CallRetryTest, NeverWaitsPastTheDeadline) {
  CallRetry late(kPolicy, RetrySafety::kPure, Always(1), 150 * kMs);
  EXPECT_EQ(late.NextDelayNs(absl::UnavailableError(""), 50 * kMs),
            std::nullopt);
  CallRetry in_time(kPolicy, RetrySafety::kPure, Always(1), 150 * kMs);
  EXPECT_EQ(in_time.NextDelayNs(absl::UnavailableError(""), 49 * kMs),
            100 * kMs);
  CallRetry asked_too_long(kPolicy, RetrySafety::kPure, Always(0), 1000 * kMs);
  EXPECT_EQ(asked_too_long.NextDelayNs(Refused(absl::Seconds(1)), 0),
            std::nullopt);
}

TEST(CallRetryTest, WhatChangesStateIsRetriedOnlyWhenItWasRefused) {
  CallRetry unsure(kPolicy, RetrySafety::kOnlyWhenRefused, Always(0),
                   kNoDeadline);
  EXPECT_EQ(unsure.NextDelayNs(absl::UnavailableError("reset"), 0),
            std::nullopt);
  CallRetry refused(kPolicy, RetrySafety::kOnlyWhenRefused, Always(0),
                    kNoDeadline);
  EXPECT_EQ(refused.NextDelayNs(Refused(absl::Seconds(1)), 0), 1050 * kMs);
}

}  // namespace
}  // namespace uacced::client
