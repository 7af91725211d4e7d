#include "daemon/metrics/metrics_collector.h"

#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/version.h"
#include "daemon/core/execution_mode.h"
#include "daemon/metrics/device_families.h"
#include "daemon/metrics/families.h"
#include "daemon/metrics/process_stats.h"

namespace uacced {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

#if defined(__clang__)
constexpr char kCompiler[] = "clang " __clang_version__;
#else
constexpr char kCompiler[] = "gcc " __VERSION__;
#endif

// Divided by, not multiplied with its inverse: that rounds once, so that bounds
// print as 4e-06 and not as 4.000000000000001e-06.
constexpr double kNsPerSecond = 1e9;

void AppendHistogram(MetricFamily& family, Labels labels,
                     const TimeHistogram& times) {
  ClientMetric::Histogram histogram;
  for (size_t i = 0; i < times.counts.size(); ++i) {
    histogram.sample_count += times.counts[i];
    if (i == kTimeBoundCount) break;  // The serializer adds +Inf itself.
    histogram.bucket.push_back(
        {histogram.sample_count,
         static_cast<double>(TimeBoundNs(i)) / kNsPerSecond});
  }
  if (histogram.sample_count == 0) return;
  histogram.sample_sum = static_cast<double>(times.sum_ns) / kNsPerSecond;
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.histogram = std::move(histogram);
}

void AddRequests(const Metrics& metrics, Families& families) {
  MetricFamily requests = {"uacced_requests_total",
                           "Requests answered, by result.",
                           MetricType::Counter,
                           {}};
  MetricFamily bytes = {"uacced_request_bytes_total",
                        "Payload of requests answered: input and output.",
                        MetricType::Counter,
                        {}};
  MetricFamily wait = {"uacced_queue_wait_seconds",
                       "From admission until a device took the request.",
                       MetricType::Histogram,
                       {}};
  MetricFamily service = {"uacced_service_time_seconds",
                          "From submission to a device until its completion.",
                          MetricType::Histogram,
                          {}};
  for (const RequestSeries& series : metrics.ReadRequests()) {
    const Labels labels = {
        {"operation", std::string(hw::Name(series.operation))},
        {"algorithm", std::string(hw::Info(series.algorithm).name)},
        {"device", series.device_index == kNoDevice
                       ? "none"
                       : metrics.device_names()[series.device_index]}};
    for (size_t code = 0; code < kStatusCodeCount; ++code) {
      if (series.by_code[code] == 0) continue;
      AppendCounter(requests, With(labels, "code", CodeLabel(code)),
                    static_cast<double>(series.by_code[code]));
    }
    AppendCounter(bytes, With(labels, "direction", "in"),
                  static_cast<double>(series.bytes_in));
    AppendCounter(bytes, With(labels, "direction", "out"),
                  static_cast<double>(series.bytes_out));
    AppendHistogram(wait, labels, series.queue_wait);
    AppendHistogram(service, labels, series.service_time);
  }
  families.Add(std::move(requests));
  families.Add(std::move(bytes));
  families.Add(std::move(wait));
  families.Add(std::move(service));
}

void AddGauges(const Gauges& gauges, Families& families) {
  const struct {
    const char* name;
    const char* help;
    uint64_t value;
  } kGauges[] = {
      {"uacced_jobs_in_flight", "Requests admitted and not yet answered.",
       gauges.jobs_in_flight},
      {"uacced_jobs_limit", "limits.max_jobs.", gauges.jobs_limit},
      {"uacced_bytes_in_flight", "Memory reserved for those requests.",
       gauges.bytes_in_flight},
      {"uacced_bytes_limit", "limits.max_bytes.", gauges.bytes_limit},
      {"uacced_connections", "Client connections open.", gauges.connections},
      {"uacced_connections_limit", "limits.max_connections.",
       gauges.connections_limit},
      {"uacced_inbox_entries", "Requests not yet seen by the reactor.",
       gauges.inbox_entries},
      {"uacced_inbox_limit", "Entries that the inbox has room for.",
       gauges.inbox_capacity},
      {"uacced_keys", "Versions of keys in the key store.", gauges.keys},
      {"uacced_keys_limit", "keys.max_keys.", gauges.keys_limit},
      {"uacced_memory_pool_bytes", "memory.pool_mib.", gauges.pool_bytes},
      {"uacced_memory_pool_used_bytes", "Of that, what the heap has had.",
       gauges.pool_used_bytes},
      {"uacced_memory_pool_locked_bytes",
       "Of that, what cannot be swapped out.", gauges.pool_locked_bytes},
      {"uacced_draining", "1 from the request to stop until the end.",
       gauges.draining ? uint64_t{1} : uint64_t{0}},
  };
  for (const auto& gauge : kGauges) {
    families.AddGauge(gauge.name, gauge.help, static_cast<double>(gauge.value));
  }
}

void AddFallbacks(const Metrics& metrics, Families& families) {
  MetricFamily family = {
      "uacced_fallbacks_total",
      "Requests that the CPU did in place of an accelerator, "
      "by why.",
      MetricType::Counter,
      {}};
  for (size_t o = 0; o < hw::kOperationCount; ++o) {
    const auto operation = static_cast<hw::Operation>(o);
    for (size_t r = 1; r < kFallbackCount; ++r) {
      const auto reason = static_cast<Fallback>(r);
      const uint64_t count = metrics.fallbacks(operation, reason);
      if (count == 0) continue;
      AppendCounter(family,
                    {{"operation", std::string(hw::Name(operation))},
                     {"reason", absl::AsciiStrToLower(Name(reason))}},
                    static_cast<double>(count));
    }
  }
  families.Add(std::move(family));
}

void AddReactors(const std::vector<ReactorGauges>& reactors,
                 Families& families) {
  const struct {
    const char* name;
    const char* help;
    uint64_t ReactorGauges::*count;
    double divisor;
  } kCounters[] = {
      {"uacced_reactor_busy_seconds_total", "Time the reactor had work.",
       &ReactorGauges::busy_ns, kNsPerSecond},
      {"uacced_reactor_idle_seconds_total",
       "Time the reactor slept or looked for work in vain.",
       &ReactorGauges::idle_ns, kNsPerSecond},
      {"uacced_reactor_loops_total", "Turns of the reactor's loop.",
       &ReactorGauges::loops, 1},
      {"uacced_reactor_wakeups_total", "Times the reactor woke from sleep.",
       &ReactorGauges::sleeps, 1},
  };
  for (const auto& counter : kCounters) {
    MetricFamily family = {counter.name, counter.help, MetricType::Counter, {}};
    for (size_t i = 0; i < reactors.size(); ++i) {
      AppendCounter(
          family, {{"reactor", absl::StrCat(i)}},
          static_cast<double>(reactors[i].*counter.count) / counter.divisor);
    }
    families.Add(std::move(family));
  }

  MetricFamily ratio = {"uacced_reactor_busy_ratio",
                        "Share of time with work since the daemon's start, "
                        "0..1 (rate() of the busy seconds gives recent ones).",
                        MetricType::Gauge,
                        {}};
  for (size_t i = 0; i < reactors.size(); ++i) {
    const auto busy = static_cast<double>(reactors[i].busy_ns);
    const auto idle = static_cast<double>(reactors[i].idle_ns);
    AppendGauge(ratio, {{"reactor", absl::StrCat(i)}},
                busy + idle > 0 ? busy / (busy + idle) : 0);
  }
  families.Add(std::move(ratio));
}

void AddEvents(const Metrics& metrics, Families& families) {
  families.AddCounter("uacced_connections_accepted_total",
                      "Client connections taken.",
                      static_cast<double>(metrics.connections_accepted()));
  MetricFamily refused = {"uacced_connections_refused_total",
                          "Client connections closed at once, by reason.",
                          MetricType::Counter,
                          {}};
  constexpr std::pair<ConnectionRefusal, const char*> kReasons[] = {
      {ConnectionRefusal::kLimit, "limit"},
      {ConnectionRefusal::kCredentials, "credentials"},
      {ConnectionRefusal::kError, "error"},
  };
  static_assert(std::size(kReasons) == kConnectionRefusalCount);
  for (const auto& [reason, name] : kReasons) {
    AppendCounter(refused, {{"reason", name}},
                  static_cast<double>(metrics.connections_refused(reason)));
  }
  families.Add(std::move(refused));
  families.AddCounter("uacced_jobs_lost_total",
                      "Requests dropped by mistake and answered INTERNAL.",
                      static_cast<double>(metrics.jobs_lost()));
}

void AddStreams(const Metrics& metrics, Families& families) {
  families.AddGauge("uacced_streams",
                    "Calls of CompressStream and its like that are open.",
                    static_cast<double>(metrics.streams_open()));
  MetricFamily ended = {"uacced_streams_total",
                        "Calls of CompressStream and its like that ended, by "
                        "result.",
                        MetricType::Counter,
                        {}};
  for (size_t code = 0; code < kStatusCodeCount; ++code) {
    if (metrics.streams_ended(code) == 0) continue;
    AppendCounter(ended, {{"code", CodeLabel(code)}},
                  static_cast<double>(metrics.streams_ended(code)));
  }
  families.Add(std::move(ended));
}

void AddVerification(const Metrics& metrics, Families& families) {
  MetricFamily family = {"uacced_verifications_total",
                         "Outputs checked on the CPU before they were given "
                         "out.",
                         MetricType::Counter,
                         {}};
  for (size_t i = 0; i < metrics.device_names().size(); ++i) {
    const auto index = static_cast<uint16_t>(i);
    const Labels labels = {{"device", metrics.device_names()[i]}};
    AppendCounter(family, With(labels, "result", "match"),
                  static_cast<double>(metrics.verified(index)));
    AppendCounter(family, With(labels, "result", "mismatch"),
                  static_cast<double>(metrics.mismatched(index)));
  }
  families.Add(std::move(family));
}

void AddProcess(const Metrics& metrics, Families& families) {
  families.AddGauge("uacced_build_info", "1; the labels tell the build.", 1,
                    {{"version", kVersion}, {"compiler", kCompiler}});
  families.AddGauge("uacced_start_time_seconds",
                    "When the daemon started, since the epoch.",
                    metrics.start_time_unix_seconds());
  const ProcessStats process = ReadProcessStats();
  families.AddGauge("process_resident_memory_bytes", "Resident memory.",
                    static_cast<double>(process.resident_bytes));
  families.AddCounter("process_cpu_seconds_total",
                      "User and system time of all threads.",
                      process.cpu_seconds);
  families.AddGauge("process_open_fds", "Open file descriptors.",
                    static_cast<double>(process.open_fds));
  families.AddGauge("process_max_fds", "Limit of open file descriptors.",
                    static_cast<double>(process.max_fds));
}

}  // namespace

std::vector<MetricFamily> MetricsCollector::Collect() const {
  Families families;
  AddRequests(metrics_, families);
  const LiveFigures live = metrics_.ReadLive();
  AddGauges(live.gauges, families);
  AddDevices(metrics_.device_names(), live.devices, families);
  AddHealth(metrics_.device_names(), live.devices, families);
  AddFallbacks(metrics_, families);
  AddReactors(live.reactors, families);
  AddEvents(metrics_, families);
  AddStreams(metrics_, families);
  AddVerification(metrics_, families);
  AddProcess(metrics_, families);
  return families.Take();
}

}  // namespace uacced
