#include "tests/bench/comparison.h"

#include <string>

#include "gtest/gtest.h"

namespace uacced::bench {
namespace {

Round OfOneSecond(int64_t operations) {
  return {.operations = operations,
          .payload_bytes = 1'000'000 * operations,
          .wall_ns = 1'000'000'000,
          .client_cpu_ns = 2'000'000 * operations,
          .server_cpu_ns = 1'000'000 * operations,
          .latencies_ns = {1000, 2000, 3000}};
}

TEST(ComparisonTest, SidesTakeTurnsInMirrorOrder) {
  std::string order;
  const absl::StatusOr<Comparison> comparison = Compare(
      3,
      [&]() -> absl::StatusOr<Round> {
        order += 'A';
        return Round();
      },
      [&]() -> absl::StatusOr<Round> {
        order += 'B';
        return Round();
      });
  ASSERT_TRUE(comparison.ok());
  EXPECT_EQ(order, "ABBAAB");
  EXPECT_EQ(comparison->ours.size(), 3u);
  EXPECT_EQ(comparison->reference.size(), 3u);
}

TEST(ComparisonTest, FailedRoundEndsIt) {
  int rounds = 0;
  const absl::StatusOr<Comparison> comparison = Compare(
      3,
      [&]() -> absl::StatusOr<Round> {
        ++rounds;
        return Round();
      },
      []() -> absl::StatusOr<Round> { return absl::DataLossError("wrong"); });
  EXPECT_EQ(comparison.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(rounds, 1);
}

TEST(ComparisonTest, WritesMedianOfRatiosLatenciesAndCpu) {
  Comparison comparison;
  // Ratios 0.5, 0.9, 1: the machine was disturbed in one pair.
  comparison.ours = {OfOneSecond(50), OfOneSecond(90), OfOneSecond(40)};
  comparison.reference = {OfOneSecond(100), OfOneSecond(100), OfOneSecond(40)};
  ::testing::internal::CaptureStdout();
  Report report(/*json=*/true, {});
  AddFigures("x", comparison, Throughput::kMegabytes, "", report);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            "{\"name\":\"x.throughput\",\"unit\":\"MB/s\",\"value\":50,"
            "\"reference\":100,\"ratio\":0.9}\n"
            "{\"name\":\"x.p50\",\"unit\":\"us\",\"value\":2,"
            "\"reference\":2,\"ratio\":1}\n"
            "{\"name\":\"x.p99\",\"unit\":\"us\",\"value\":3,"
            "\"reference\":3,\"ratio\":1}\n"
            "{\"name\":\"x.p99_9\",\"unit\":\"us\",\"value\":3,"
            "\"reference\":3,\"ratio\":1}\n"
            "{\"name\":\"x.cpu\",\"unit\":\"s/GB\",\"value\":3,"
            "\"reference\":3,\"ratio\":1}\n"
            "{\"name\":\"x.server_cpu\",\"unit\":\"s/GB\",\"value\":1,"
            "\"reference\":1,\"ratio\":1}\n");
}

}  // namespace
}  // namespace uacced::bench
