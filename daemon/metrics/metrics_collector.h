// MetricsCollector renders Metrics as Prometheus metric families. (Our own
// atomics are rendered at the scrape because prometheus-cpp's counters look up
// labels, and its histograms observe, under locks.)
//
// Label sets are bounded: operation, algorithm, device, code, direction, reason
// and reactor come from fixed lists or the configuration. Of requests only
// series that ever counted one are shown.
//
// Threads: thread-safe. Borrows the Metrics, which must outlive it.
#ifndef UACCED_DAEMON_METRICS_METRICS_COLLECTOR_H_
#define UACCED_DAEMON_METRICS_METRICS_COLLECTOR_H_

#include <vector>

#include "daemon/metrics/metrics.h"
#include "prometheus/collectable.h"
#include "prometheus/metric_family.h"

namespace uacced {

class MetricsCollector final : public prometheus::Collectable {
 public:
  explicit MetricsCollector(const Metrics* metrics) : metrics_(*metrics) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Metrics& metrics_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_METRICS_METRICS_COLLECTOR_H_
