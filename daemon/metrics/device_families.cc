#include "daemon/metrics/device_families.h"

#include <utility>

#include "daemon/core/status_codes.h"
#include "daemon/health/health_snapshot.h"

namespace uacced {

using prometheus::MetricFamily;
using prometheus::MetricType;

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
                         "Queues of the device that were opened again, alone "
                         "or because it was reset.",
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

}  // namespace uacced
