#include "client/cpp/call_retry.h"

#include <limits>

#include "absl/strings/cord.h"
#include "client/cpp/error.h"
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

absl::Status Damaged() {
  return MakeLocalError(absl::StatusCode::kDataLoss, "CRC32C_MISMATCH", "");
}

TEST(CallRetryTest, DamageIsRetriedOnceAndAtOnceWhereThatDoesNoHarm) {
  CallRetry pure(kPolicy, RetrySafety::kPure, Always(0), kNoDeadline);
  EXPECT_EQ(pure.NextDelayNs(Damaged(), 0), 0);
  EXPECT_EQ(pure.NextDelayNs(Damaged(), 0), std::nullopt);
  CallRetry changing(kPolicy, RetrySafety::kOnlyWhenRefused, Always(0),
                     kNoDeadline);
  EXPECT_EQ(changing.NextDelayNs(Damaged(), 0), std::nullopt);
}

absl::Status WithReason(absl::StatusCode code, const std::string& reason) {
  return MakeLocalError(code, reason, "");
}

// Tries until there is no next one.
int TriesOf(const absl::Status& error) {
  OperationTries tries;
  int64_t left_ns = 3600 * 1000 * kMs;
  while (tries.count < 100 &&
         OperationRetryDelayNs(kPolicy, error, tries, left_ns, Always(0))) {
  }
  return tries.count;
}

TEST(OperationRetryTest, PressureAndRestartsDoNotCountAttempts) {
  constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;
  constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
  EXPECT_EQ(TriesOf(WithReason(kExhausted, "JOBS_LIMIT")), 100);
  EXPECT_EQ(TriesOf(WithReason(kExhausted, "BYTES_LIMIT")), 100);
  EXPECT_EQ(TriesOf(WithReason(kUnavailable, "INBOX_FULL")), 100);
  EXPECT_EQ(TriesOf(WithReason(kUnavailable, "SHUTTING_DOWN")), 100);
  EXPECT_EQ(TriesOf(WithReason(kUnavailable, "DEVICE_LOST")),
            kPolicy.max_attempts);
  EXPECT_EQ(TriesOf(WithReason(kExhausted, "PAYLOAD_TOO_LARGE")), 1);
  EXPECT_EQ(TriesOf(WithReason(absl::StatusCode::kInternal, "JOB_LOST")), 1);
  EXPECT_EQ(TriesOf(Damaged()), 2);
}

TEST(OperationRetryTest, WaitsAsAskedButNotPastTheDeadline) {
  OperationTries tries;
  EXPECT_EQ(OperationRetryDelayNs(kPolicy, Refused(absl::Seconds(1)), tries,
                                  2000 * kMs, Always(0)),
            1050 * kMs);
  EXPECT_EQ(OperationRetryDelayNs(kPolicy, Refused(absl::Seconds(1)), tries,
                                  1100 * kMs, Always(0)),
            std::nullopt);
  EXPECT_EQ(OperationRetryDelayNs(kPolicy, Damaged(), tries, 0, Always(0)),
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
