#include "daemon/metrics/metrics_collector.h"

#include <array>
#include <string>

#include "daemon/core/execution_mode.h"
#include "daemon/core/status_codes.h"
#include "daemon/health/health_snapshot.h"
#include "daemon/metrics/promtool_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"

namespace uacced {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Render(const Metrics& metrics) {
  return prometheus::TextSerializer().Serialize(
      MetricsCollector(&metrics).Collect());
}

// Every kind of series at least once.
void Fill(Metrics& metrics) {
  metrics.RecordRequest({.operation = hw::Operation::kCompress,
                         .algorithm = hw::Algorithm::kGzip,
                         .device_index = 0,
                         .bytes_in = 4096,
                         .bytes_out = 100,
                         .queue_wait_ns = 900,
                         .service_time_ns = 20'000'000'000});
  metrics.RecordRequest({.operation = hw::Operation::kEncrypt,
                         .code = absl::StatusCode::kInvalidArgument,
                         .bytes_in = 5});
  metrics.CountFallback(hw::Operation::kCompress, Fallback::kDeviceLost);
  HealthSnapshot health;
  health.state = DeviceState::kQuarantined;
  health.losses[static_cast<size_t>(LossReason::kTimeout)] = 3;
  health.queue_resets = 4;
  health.device_resets = 5;
  health.breaker_opens = 6;
  std::array<uint64_t, kStatusCodeCount> errors{};
  errors[static_cast<size_t>(absl::StatusCode::kUnavailable)] = 7;
  metrics.SetLiveSource([health, errors] {
    return LiveFigures{
        .gauges = {.jobs_in_flight = 3, .jobs_limit = 9},
        .devices = {{.jobs_done = 12, .jobs_failed = 2},
                    {.isolated = true, .health = health, .errors = errors}},
        .reactors = {{.busy_ns = 1'000'000'000,
                      .idle_ns = 3'000'000'000,
                      .sleeps = 17}}};
  });
  metrics.CountConnectionRefused(ConnectionRefusal::kCredentials);
}

TEST(MetricsCollectorTest, PromtoolFindsNothingWrong) {
  Metrics metrics({"cpu", "zip-0"});
  EXPECT_EQ(PromtoolComplaints(Render(metrics)), "");
  Fill(metrics);
  EXPECT_EQ(PromtoolComplaints(Render(metrics)), "");
}

TEST(MetricsCollectorTest, DevicesTellTheirStory) {
  Metrics metrics({"cpu", "zip-0"});
  Fill(metrics);
  const std::string text = Render(metrics);
  for (const char* line :
       {"uacced_device_state{device=\"cpu\",state=\"up\"} 1\n",
        "uacced_device_state{device=\"zip-0\",state=\"up\"} 0\n",
        "uacced_device_state{device=\"zip-0\",state=\"quarantined\"} 1\n",
        "uacced_device_losses_total{device=\"zip-0\",reason=\"timeout\"} 3\n",
        "uacced_device_errors_total{device=\"zip-0\",code=\"unavailable\"} 7\n",
        "uacced_queue_resets_total{device=\"zip-0\"} 4\n",
        "uacced_device_resets_total{device=\"zip-0\"} 5\n",
        "uacced_device_breaker_opens_total{device=\"zip-0\"} 6\n",
        "uacced_device_up{device=\"zip-0\"} 0\n",
        "uacced_fallbacks_total{operation=\"compress\",reason=\"device_lost\"} "
        "1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(MetricsCollectorTest, PromtoolIsReallyAsked) {
  EXPECT_THAT(PromtoolComplaints("# TYPE x counter\nx 1\n"),
              HasSubstr("_total"));
}

TEST(MetricsCollectorTest, OnlyRequestsThatHappenedMakeSeries) {
  Metrics metrics({"cpu"});
  EXPECT_THAT(Render(metrics), Not(HasSubstr("uacced_requests_total")));
  EXPECT_THAT(Render(metrics), Not(HasSubstr("uacced_queue_wait_seconds")));
  Fill(metrics);
  const std::string text = Render(metrics);
  EXPECT_THAT(text, HasSubstr("uacced_requests_total{operation=\"compress\","
                              "algorithm=\"gzip\",device=\"cpu\",code=\"ok\"} "
                              "1\n"));
  EXPECT_THAT(text, HasSubstr("uacced_requests_total{operation=\"encrypt\","
                              "algorithm=\"none\",device=\"none\","
                              "code=\"invalid_argument\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("code=\"cancelled\"")));
  EXPECT_THAT(text,
              HasSubstr("uacced_request_bytes_total{operation=\"compress\","
                        "algorithm=\"gzip\",device=\"cpu\",direction=\"in\"} "
                        "4096\n"));
}

TEST(MetricsCollectorTest, HistogramsAreCumulativeSeconds) {
  Metrics metrics({"cpu"});
  Fill(metrics);
  const std::string text = Render(metrics);
  const std::string labels =
      "{operation=\"compress\",algorithm=\"gzip\",device=\"cpu\"";
  const std::string wait = "uacced_queue_wait_seconds";
  EXPECT_THAT(text, HasSubstr(wait + "_count" + labels + "} 1\n"));
  EXPECT_THAT(text, HasSubstr(wait + "_sum" + labels + "} 9e-07\n"));
  EXPECT_THAT(text,
              HasSubstr(wait + "_bucket" + labels + ",le=\"4e-06\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(wait + "_bucket" + labels + ",le=\"+Inf\"} 1\n"));
  // 20 s is above the highest bound.
  const std::string service = "uacced_service_time_seconds";
  EXPECT_THAT(text, HasSubstr(service + "_sum" + labels + "} 20\n"));
  EXPECT_THAT(
      text, HasSubstr(service + "_bucket" + labels + ",le=\"8.388608\"} 0\n"));
  EXPECT_THAT(text,
              HasSubstr(service + "_bucket" + labels + ",le=\"+Inf\"} 1\n"));
  // What reached no device has no time, and no histogram.
  EXPECT_THAT(text, Not(HasSubstr(wait + "_count{operation=\"encrypt\"")));
}

TEST(MetricsCollectorTest, ShowsGaugesDevicesReactorsAndProcess) {
  Metrics metrics({"cpu", "zip-0"});
  Fill(metrics);
  const std::string text = Render(metrics);
  for (const char* line : {
           "uacced_jobs_in_flight 3\n",
           "uacced_jobs_limit 9\n",
           "uacced_draining 0\n",
           "uacced_device_jobs_done_total{device=\"cpu\"} 12\n",
           "uacced_device_jobs_failed_total{device=\"cpu\"} 2\n",
           "uacced_device_up{device=\"cpu\"} 1\n",
           "uacced_device_up{device=\"zip-0\"} 0\n",
           "uacced_reactor_busy_seconds_total{reactor=\"0\"} 1\n",
           "uacced_reactor_busy_ratio{reactor=\"0\"} 0.25\n",
           "uacced_reactor_wakeups_total{reactor=\"0\"} 17\n",
           "uacced_connections_refused_total{reason=\"credentials\"} 1\n",
           "uacced_connections_refused_total{reason=\"limit\"} 0\n",
           "uacced_build_info{version=\"",
           "uacced_start_time_seconds 1",
           "process_resident_memory_bytes ",
           "process_cpu_seconds_total ",
           "process_open_fds ",
           "process_max_fds ",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(MetricsCollectorTest, AnIdleReactorsRatioIsZero) {
  Metrics metrics({});
  metrics.SetLiveSource([] { return LiveFigures{.reactors = {{}}}; });
  EXPECT_THAT(Render(metrics),
              HasSubstr("uacced_reactor_busy_ratio{reactor=\"0\"} 0\n"));
}

}  // namespace
}  // namespace uacced
