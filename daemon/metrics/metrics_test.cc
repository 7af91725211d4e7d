#include "daemon/metrics/metrics.h"

#include <atomic>
#include <thread>

#include "gtest/gtest.h"

namespace uacced {
namespace {

TEST(MetricsTest, TotalsTellFailedRequestsApart) {
  Metrics metrics({"cpu"});
  EXPECT_EQ(metrics.requests_total(), 0u);
  metrics.RecordRequest({.device_index = 0});
  metrics.RecordRequest({.code = absl::StatusCode::kUnavailable});
  metrics.RecordRequest({.operation = hw::Operation::kDigest,
                         .code = absl::StatusCode::kInvalidArgument});
  EXPECT_EQ(metrics.requests_total(), 3u);
  EXPECT_EQ(metrics.requests_failed_total(), 2u);
}

TEST(MetricsTest, CountsEvents) {
  Metrics metrics({});
  metrics.CountConnectionAccepted();
  metrics.CountConnectionRefused(ConnectionRefusal::kLimit);
  metrics.CountConnectionRefused(ConnectionRefusal::kLimit);
  metrics.CountJobLost();
  EXPECT_EQ(metrics.connections_accepted(), 1u);
  EXPECT_EQ(metrics.connections_refused(ConnectionRefusal::kLimit), 2u);
  EXPECT_EQ(metrics.connections_refused(ConnectionRefusal::kError), 0u);
  EXPECT_EQ(metrics.jobs_lost(), 1u);
}

TEST(MetricsTest, StreamsAreOpenUntilTheyEnd) {
  Metrics metrics({});
  metrics.CountStreamStarted();
  metrics.CountStreamStarted();
  EXPECT_EQ(metrics.streams_open(), 2u);
  metrics.CountStreamEnded(absl::StatusCode::kUnavailable);
  EXPECT_EQ(metrics.streams_open(), 1u);
  constexpr auto kUnavailable =
      static_cast<size_t>(absl::StatusCode::kUnavailable);
  EXPECT_EQ(metrics.streams_ended(kUnavailable), 1u);
  EXPECT_EQ(metrics.streams_ended(0), 0u);
}

TEST(MetricsTest, WithoutSourcesEverythingIsZero) {
  const Metrics metrics({"cpu"});
  EXPECT_EQ(metrics.ReadLive().gauges.jobs_limit, 0u);
  EXPECT_TRUE(metrics.ReadLive().devices.empty());
}

TEST(MetricsTest, DevicesThatNobodyNamedAreCutOff) {
  Metrics metrics({"cpu"});
  metrics.SetLiveSource([] {
    return LiveFigures{.devices = {{.jobs_done = 1}, {.jobs_done = 2}}};
  });
  ASSERT_EQ(metrics.ReadLive().devices.size(), 1u);
  EXPECT_EQ(metrics.ReadLive().devices[0].jobs_done, 1u);
}

TEST(MetricsTest, AReplacedSourceIsNotCalledAnyMore) {
  Metrics metrics({"cpu"});
  std::atomic<bool> stop{false};
  std::thread scraper([&] {
    while (!stop.load()) {
      metrics.ReadLive();
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 200; ++i) {
    auto alive = std::make_unique<LiveFigures>();
    alive->gauges.keys = 7;
    metrics.SetLiveSource([live = alive.get()] { return *live; });
    EXPECT_EQ(metrics.ReadLive().gauges.keys, 7u);
    metrics.SetLiveSource({});
    alive.reset();  // A late call would read freed memory.
  }
  stop.store(true);
  scraper.join();
  EXPECT_EQ(metrics.ReadLive().gauges.keys, 0u);
}

}  // namespace
}  // namespace uacced
