#include "daemon/metrics/metrics.h"

#include <chrono>
#include <utility>

namespace uacced {
namespace {

double UnixSecondsNow() {
  return std::chrono::duration<double>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Metrics::Metrics(std::vector<std::string> device_names)
    : device_names_(std::move(device_names)),
      start_time_unix_seconds_(UnixSecondsNow()),
      requests_(device_names_.size()),
      verified_(device_names_.size()),
      mismatched_(device_names_.size()) {}

void Metrics::SetLiveSource(LiveSource source) {
  std::lock_guard<std::mutex> lock(source_mutex_);
  live_source_ = std::move(source);
}

uint64_t Metrics::requests_total() const {
  uint64_t total = 0;
  for (const RequestSeries& series : requests_.Read()) {
    for (const uint64_t count : series.by_code) total += count;
  }
  return total;
}

uint64_t Metrics::requests_failed_total() const {
  uint64_t total = 0;
  for (const RequestSeries& series : requests_.Read()) {
    for (size_t code = 1; code < kStatusCodeCount; ++code) {
      total += series.by_code[code];
    }
  }
  return total;
}

uint64_t Metrics::streams_open() const {
  uint64_t ended = 0;
  for (const Counter& count : streams_ended_) ended += count.load();
  const uint64_t started = streams_started_.load();
  // Nothing says in which order the counts are seen.
  return started > ended ? started - ended : 0;
}

LiveFigures Metrics::ReadLive() const {
  LiveFigures figures;
  {
    std::lock_guard<std::mutex> lock(source_mutex_);
    if (live_source_) figures = live_source_();
  }
  if (figures.devices.size() > device_names_.size()) {
    figures.devices.resize(device_names_.size());
  }
  return figures;
}

}  // namespace uacced
