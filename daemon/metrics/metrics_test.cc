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
  Metrics metrics({}, 2);
  metrics.CountConnectionAccepted();
  metrics.CountConnectionRefused(ConnectionRefusal::kLimit);
  metrics.CountConnectionRefused(ConnectionRefusal::kLimit);
  metrics.CountJobLost();
  metrics.CountUnknownTag();
  metrics.reactor(1).wakeups.store(5);
  EXPECT_EQ(metrics.connections_accepted(), 1u);
  EXPECT_EQ(metrics.connections_refused(ConnectionRefusal::kLimit), 2u);
  EXPECT_EQ(metrics.connections_refused(ConnectionRefusal::kDraining), 0u);
  EXPECT_EQ(metrics.jobs_lost(), 1u);
  EXPECT_EQ(metrics.unknown_tags(), 1u);
  EXPECT_EQ(metrics.reactor_count(), 2u);
  const Metrics& reader = metrics;
  EXPECT_EQ(reader.reactor(1).wakeups.load(), 5u);
  EXPECT_EQ(reader.reactor(0).wakeups.load(), 0u);
}

TEST(MetricsTest, WithoutSourcesEverythingIsZero) {
  const Metrics metrics({"cpu"});
  EXPECT_EQ(metrics.ReadGauges().jobs_limit, 0u);
  EXPECT_TRUE(metrics.ReadDevices().empty());
}

TEST(MetricsTest, DevicesThatNobodyNamedAreCutOff) {
  Metrics metrics({"cpu"});
  metrics.SetDeviceSource([] {
    return std::vector<DeviceGauges>{{.jobs_done = 1}, {.jobs_done = 2}};
  });
  ASSERT_EQ(metrics.ReadDevices().size(), 1u);
  EXPECT_EQ(metrics.ReadDevices()[0].jobs_done, 1u);
}

TEST(MetricsTest, AReplacedSourceIsNotCalledAnyMore) {
  Metrics metrics({"cpu"});
  std::atomic<bool> stop{false};
  std::thread scraper([&] {
    while (!stop.load()) {
      metrics.ReadGauges();
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 200; ++i) {
    auto alive = std::make_unique<Gauges>();
    alive->keys = 7;
    metrics.SetGaugeSource([gauges = alive.get()] { return *gauges; });
    EXPECT_EQ(metrics.ReadGauges().keys, 7u);
    metrics.SetGaugeSource({});
    alive.reset();  // A late call would read freed memory.
  }
  stop.store(true);
  scraper.join();
  EXPECT_EQ(metrics.ReadGauges().keys, 0u);
}

}  // namespace
}  // namespace uacced
