// How metric families are put together.
//
// Threads: thread-compatible.
#ifndef UACCED_DAEMON_METRICS_FAMILIES_H_
#define UACCED_DAEMON_METRICS_FAMILIES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "prometheus/client_metric.h"
#include "prometheus/metric_family.h"
#include "prometheus/metric_type.h"

namespace uacced {

using Labels = std::vector<prometheus::ClientMetric::Label>;

// Families with no series are left out.
class Families {
 public:
  void Add(prometheus::MetricFamily family) {
    if (!family.metric.empty()) families_.push_back(std::move(family));
  }
  void AddGauge(const char* name, const char* help, double value,
                Labels labels = {});
  void AddCounter(const char* name, const char* help, double value,
                  Labels labels = {});
  std::vector<prometheus::MetricFamily> Take() { return std::move(families_); }

 private:
  std::vector<prometheus::MetricFamily> families_;
};

inline void AppendGauge(prometheus::MetricFamily& family, Labels labels,
                        double value) {
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.gauge.value = value;
}

inline void AppendCounter(prometheus::MetricFamily& family, Labels labels,
                          double value) {
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.counter.value = value;
}

inline void Families::AddGauge(const char* name, const char* help, double value,
                               Labels labels) {
  prometheus::MetricFamily family = {
      name, help, prometheus::MetricType::Gauge, {}};
  AppendGauge(family, std::move(labels), value);
  Add(std::move(family));
}

inline void Families::AddCounter(const char* name, const char* help,
                                 double value, Labels labels) {
  prometheus::MetricFamily family = {
      name, help, prometheus::MetricType::Counter, {}};
  AppendCounter(family, std::move(labels), value);
  Add(std::move(family));
}

inline Labels With(Labels labels, std::string name, std::string value) {
  labels.push_back({std::move(name), std::move(value)});
  return labels;
}

inline std::string CodeLabel(size_t code) {
  return absl::AsciiStrToLower(
      absl::StatusCodeToString(static_cast<absl::StatusCode>(code)));
}

}  // namespace uacced

#endif  // UACCED_DAEMON_METRICS_FAMILIES_H_
