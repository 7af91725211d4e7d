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

Metrics::Metrics(std::vector<std::string> device_names, size_t reactor_count)
    : device_names_(std::move(device_names)),
      start_time_unix_seconds_(UnixSecondsNow()),
      requests_(device_names_.size()),
      reactors_(reactor_count) {}

void Metrics::SetGaugeSource(GaugeSource source) {
  std::lock_guard<std::mutex> lock(source_mutex_);
  gauge_source_ = std::move(source);
}

void Metrics::SetDeviceSource(DeviceSource source) {
  std::lock_guard<std::mutex> lock(source_mutex_);
  device_source_ = std::move(source);
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

Gauges Metrics::ReadGauges() const {
  std::lock_guard<std::mutex> lock(source_mutex_);
  return gauge_source_ ? gauge_source_() : Gauges{};
}

std::vector<DeviceGauges> Metrics::ReadDevices() const {
  std::vector<DeviceGauges> devices;
  {
    std::lock_guard<std::mutex> lock(source_mutex_);
    if (device_source_) devices = device_source_();
  }
  if (devices.size() > device_names_.size()) {
    devices.resize(device_names_.size());
  }
  return devices;
}

}  // namespace uacced
