#include "client/cli/latency_histogram.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

TEST(LatencyHistogramTest, EmptyIsZero) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.PercentileNs(0.5), 0);
  EXPECT_EQ(histogram.max_ns(), 0);
}

TEST(LatencyHistogramTest, SmallValuesAreExact) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.Record(i);
  EXPECT_EQ(histogram.PercentileNs(0.5), 50);
  EXPECT_EQ(histogram.PercentileNs(0.99), 99);
  EXPECT_EQ(histogram.PercentileNs(1), 100);
  EXPECT_EQ(histogram.PercentileNs(0), 1);
}

TEST(LatencyHistogramTest, EveryMagnitudeIsRightToOnePercent) {
  for (int64_t value = 1; value < int64_t{1} << 39; value += 1 + value / 7) {
    LatencyHistogram histogram;
    histogram.Record(value);
    histogram.Record(int64_t{1} << 39);  // so that the maximum does not help
    const double got = static_cast<double>(histogram.PercentileNs(0.5));
    EXPECT_NEAR(got / static_cast<double>(value), 1, 0.008) << value;
  }
}

TEST(LatencyHistogramTest, PercentilesOfManyMatchThoseOfASortedList) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> latency(11, 1.5);  // median 60 us
  LatencyHistogram histogram;
  std::vector<int64_t> all;
  for (int i = 0; i < 100'000; ++i) {
    all.push_back(static_cast<int64_t>(latency(random)));
    histogram.Record(all.back());
  }
  std::sort(all.begin(), all.end());
  for (const double fraction : {0.01, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
    const auto exact = static_cast<double>(
        all[static_cast<size_t>(fraction * static_cast<double>(all.size())) -
            1]);
    EXPECT_NEAR(static_cast<double>(histogram.PercentileNs(fraction)) / exact,
                1, 0.008)
        << fraction;
  }
  EXPECT_EQ(histogram.max_ns(), all.back());
}

TEST(LatencyHistogramTest, ValuesOutOfRangeCountAsTheNearest) {
  LatencyHistogram histogram;
  histogram.Record(-5);
  histogram.Record(INT64_MAX);
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.PercentileNs(0.5), 0);
  EXPECT_EQ(histogram.max_ns(), (int64_t{1} << 40) - 1);
}

TEST(LatencyHistogramTest, RecordsFromSeveralThreadsAreAllCounted) {
  LatencyHistogram histogram;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&histogram, i] {
      for (int j = 0; j < 10'000; ++j) histogram.Record(i * 1000 + j);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(histogram.count(), 40'000u);
  EXPECT_EQ(histogram.max_ns(), 12'999);
}

}  // namespace
}  // namespace uacced::cli
