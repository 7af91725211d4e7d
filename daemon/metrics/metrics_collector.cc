#include "daemon/metrics/metrics_collector.h"

#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/version.h"
#include "daemon/metrics/process_stats.h"

namespace uacced {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

#if defined(__clang__)
constexpr char kCompiler[] = "clang " __clang_version__;
#else
constexpr char kCompiler[] = "gcc " __VERSION__;
#endif

// Divided by, not multiplied with its inverse: that rounds once, so that bounds
// print as 4e-06 and not as 4.000000000000001e-06.
constexpr double kNsPerSecond = 1e9;

// Families with no series are left out.
class Families {
 public:
  void Add(MetricFamily family) {
    if (!family.metric.empty()) families_.push_back(std::move(family));
  }
  void AddGauge(const char* name, const char* help, double value,
                Labels labels = {});
  void AddCounter(const char* name, const char* help, double value,
                  Labels labels = {});
  std::vector<MetricFamily> Take() { return std::move(families_); }

 private:
  std::vector<MetricFamily> families_;
};

void AppendGauge(MetricFamily& family, Labels labels, double value) {
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.gauge.value = value;
}

void AppendCounter(MetricFamily& family, Labels labels, double value) {
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.counter.value = value;
}

void Families::AddGauge(const char* name, const char* help, double value,
                        Labels labels) {
  MetricFamily family = {name, help, MetricType::Gauge, {}};
  AppendGauge(family, std::move(labels), value);
  Add(std::move(family));
}

void Families::AddCounter(const char* name, const char* help, double value,
                          Labels labels) {
  MetricFamily family = {name, help, MetricType::Counter, {}};
  AppendCounter(family, std::move(labels), value);
  Add(std::move(family));
}

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

Labels With(Labels labels, std::string name, std::string value) {
  labels.push_back({std::move(name), std::move(value)});
  return labels;
}

std::string CodeLabel(size_t code) {
  return absl::AsciiStrToLower(
      absl::StatusCodeToString(static_cast<absl::StatusCode>(code)));
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
      {"uacced_draining", "1 from the request to stop until the end.",
       gauges.draining ? uint64_t{1} : uint64_t{0}},
  };
  for (const auto& gauge : kGauges) {
    families.AddGauge(gauge.name, gauge.help, static_cast<double>(gauge.value));
  }
}

void AddDevices(const std::vector<std::string>& names,
                const std::vector<DeviceGauges>& devices, Families& families) {
  MetricFamily in_flight = {"uacced_device_jobs_in_flight",
                            "Requests on the device.",
                            MetricType::Gauge,
                            {}};
  MetricFamily waiting = {"uacced_device_jobs_waiting",
                          "Requests waiting in the scheduler for the device.",
                          MetricType::Gauge,
                          {}};
  MetricFamily done = {"uacced_device_jobs_done_total",
                       "Requests that the device completed, each try.",
                       MetricType::Counter,
                       {}};
  MetricFamily failed = {"uacced_device_jobs_failed_total",
                         "Of those, with an error (want of room apart).",
                         MetricType::Counter,
                         {}};
  MetricFamily up = {"uacced_device_up",
                     "0: the device gets no work: see uacced_device_state.",
                     MetricType::Gauge,
                     {}};
  MetricFamily unknown = {"uacced_device_unknown_tags_total",
                          "Completions of what the device was not given.",
                          MetricType::Counter,
                          {}};
  for (size_t i = 0; i < devices.size(); ++i) {
    const Labels labels = {{"device", names[i]}};
    const DeviceGauges& device = devices[i];
    AppendGauge(in_flight, labels, static_cast<double>(device.jobs_in_flight));
    AppendGauge(waiting, labels, static_cast<double>(device.jobs_waiting));
    AppendCounter(done, labels, static_cast<double>(device.jobs_done));
    AppendCounter(failed, labels, static_cast<double>(device.jobs_failed));
    const bool in_use = device.health.state == DeviceState::kUp ||
                        device.health.state == DeviceState::kProbation;
    AppendGauge(up, labels, in_use && !device.isolated ? 1 : 0);
    AppendCounter(unknown, labels, static_cast<double>(device.unknown_tags));
  }
  families.Add(std::move(in_flight));
  families.Add(std::move(waiting));
  families.Add(std::move(done));
  families.Add(std::move(failed));
  families.Add(std::move(up));
  families.Add(std::move(unknown));
}

void AddHealth(const std::vector<std::string>& names,
               const std::vector<DeviceGauges>& devices, Families& families) {
  MetricFamily state = {"uacced_device_state",
                        "1 for the state that the device is in.",
                        MetricType::Gauge,
                        {}};
  MetricFamily losses = {"uacced_device_losses_total",
                         "Queues of the device that were lost, by reason.",
                         MetricType::Counter,
                         {}};
  MetricFamily errors = {"uacced_device_errors_total",
                         "Requests that the device completed other than OK.",
                         MetricType::Counter,
                         {}};
  MetricFamily resets = {"uacced_queue_resets_total",
                         "Lost queues of the device that were opened again.",
                         MetricType::Counter,
                         {}};
  MetricFamily device_resets = {"uacced_device_resets_total",
                                "Resets of the device that were tried.",
                                MetricType::Counter,
                                {}};
  MetricFamily breakers = {"uacced_device_breaker_opens_total",
                           "Times that an operation was taken from the device.",
                           MetricType::Counter,
                           {}};
  for (size_t i = 0; i < devices.size(); ++i) {
    const Labels labels = {{"device", names[i]}};
    const HealthSnapshot& health = devices[i].health;
    for (int s = 0; s < kDeviceStateCount; ++s) {
      const auto which = static_cast<DeviceState>(s);
      AppendGauge(state, With(labels, "state", std::string(Name(which))),
                  which == health.state ? 1 : 0);
    }
    for (int r = 0; r < kLossReasonCount; ++r) {
      const auto reason = static_cast<LossReason>(r);
      AppendCounter(losses, With(labels, "reason", std::string(Name(reason))),
                    static_cast<double>(health.losses[r]));
    }
    for (size_t code = 0; code < kStatusCodeCount; ++code) {
      const uint64_t count = devices[i].errors[code];
      if (count == 0) continue;
      AppendCounter(errors, With(labels, "code", CodeLabel(code)),
                    static_cast<double>(count));
    }
    AppendCounter(resets, labels, static_cast<double>(health.queue_resets));
    AppendCounter(device_resets, labels,
                  static_cast<double>(health.device_resets));
    AppendCounter(breakers, labels, static_cast<double>(health.breaker_opens));
  }
  families.Add(std::move(state));
  families.Add(std::move(losses));
  families.Add(std::move(errors));
  families.Add(std::move(resets));
  families.Add(std::move(device_resets));
  families.Add(std::move(breakers));
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
