#include "daemon/metrics/request_stats.h"

#include <limits>
#include <numeric>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using hw::Algorithm;
using hw::Operation;

TEST(TimeBucketTest, EachBoundIsInclusive) {
  EXPECT_EQ(TimeBucket(0), 0u);
  EXPECT_EQ(TimeBucket(1), 0u);
  for (size_t i = 0; i < kTimeBoundCount; ++i) {
    EXPECT_EQ(TimeBucket(TimeBoundNs(i)), i);
    EXPECT_EQ(TimeBucket(TimeBoundNs(i) + 1), i + 1);
  }
  EXPECT_EQ(TimeBucket(std::numeric_limits<int64_t>::max()), kTimeBoundCount);
}

TEST(RequestStatsTest, StartsWithoutSeries) {
  EXPECT_TRUE(RequestStats(3).Read().empty());
}

TEST(RequestStatsTest, SumsPerOperationAlgorithmAndDevice) {
  RequestStats stats(2);
  const RequestSample ok = {.operation = Operation::kCompress,
                            .algorithm = Algorithm::kGzip,
                            .device_index = 1,
                            .bytes_in = 100,
                            .bytes_out = 10,
                            .queue_wait_ns = 1500,
                            .service_time_ns = 3000};
  RequestSample bad = ok;
  bad.code = absl::StatusCode::kDeadlineExceeded;
  bad.bytes_out = 0;
  bad.service_time_ns = -1;
  RequestSample elsewhere = ok;
  elsewhere.device_index = 0;
  for (const RequestSample& sample : {ok, ok, bad, elsewhere}) {
    stats.Record(sample);
  }
  const auto all = stats.Read();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].device_index, 0);
  const RequestSeries& series = all[1];
  EXPECT_EQ(series.operation, Operation::kCompress);
  EXPECT_EQ(series.algorithm, Algorithm::kGzip);
  EXPECT_EQ(series.device_index, 1);
  EXPECT_EQ(series.by_code[0], 2u);
  EXPECT_EQ(series.by_code[4], 1u);
  EXPECT_EQ(series.bytes_in, 300u);
  EXPECT_EQ(series.bytes_out, 20u);
  EXPECT_EQ(series.queue_wait.counts[1], 3u);
  EXPECT_EQ(series.queue_wait.sum_ns, 4500u);
  EXPECT_EQ(series.service_time.counts[2], 2u);
  EXPECT_EQ(series.service_time.sum_ns, 6000u);
}

TEST(RequestStatsTest, EveryPairThatCanBeHasItsOwnSeries) {
  RequestStats stats(0);
  for (size_t o = 0; o < hw::kOperationCount; ++o) {
    for (size_t a = 0; a < hw::kAlgorithmCount; ++a) {
      stats.Record({.operation = static_cast<Operation>(o),
                    .algorithm = static_cast<Algorithm>(a)});
    }
  }
  const auto all = stats.Read();
  // none for each of 6; 5 formats twice; 14 ciphers twice; 12 hashes and HMACs.
  EXPECT_EQ(all.size(), 6u + 2 * 5 + 2 * 15 + 12);
  uint64_t requests = 0;
  for (const RequestSeries& series : all) {
    EXPECT_EQ(series.device_index, kNoDevice);
    // What cannot be was counted as none.
    if (series.algorithm != Algorithm::kNone) {
      EXPECT_EQ(series.by_code[0], 1u);
    }
    requests += series.by_code[0];
  }
  EXPECT_EQ(requests, hw::kOperationCount * hw::kAlgorithmCount);
}

TEST(RequestStatsTest, WhatIsOutOfRangeIsStillCounted) {
  RequestStats stats(1);
  stats.Record({.device_index = 7, .code = static_cast<absl::StatusCode>(99)});
  const auto all = stats.Read();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].device_index, kNoDevice);
  EXPECT_EQ(all[0].by_code[2], 1u);
}

TEST(RequestStatsTest, ThreadsLoseNoCount) {
  RequestStats stats(1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5000; ++n) {
        stats.Record({.device_index = 0,
                      .bytes_in = 2,
                      .queue_wait_ns = n * 1000,
                      .service_time_ns = 10});
        if (n % 1000 == 0) {
          EXPECT_EQ(stats.Read().size(), 1u);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto all = stats.Read();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].by_code[0], 20'000u);
  EXPECT_EQ(all[0].bytes_in, 40'000u);
  EXPECT_EQ(std::accumulate(all[0].queue_wait.counts.begin(),
                            all[0].queue_wait.counts.end(), uint64_t{0}),
            20'000u);
  EXPECT_EQ(all[0].service_time.sum_ns, 200'000u);
}

}  // namespace
}  // namespace uacced
