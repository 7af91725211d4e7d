// The path of the daemon without gRPC, over devices of a configuration: what
// daemon/main wires, for tests that bring tasks by the hundred thousand.
#ifndef UACCED_TESTS_SUPPORT_DEVICE_PATH_H_
#define UACCED_TESTS_SUPPORT_DEVICE_PATH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "daemon/admission/admission.h"
#include "daemon/config/config.h"
#include "daemon/core/fault.h"
#include "daemon/health/device_health.h"
#include "daemon/health/supervisor.h"
#include "daemon/main/devices.h"
#include "daemon/metrics/metrics.h"
#include "daemon/reactor/placement.h"
#include "daemon/reactor/reactor.h"
#include "daemon/task/path.h"
#include "daemon/task/reply_pool.h"
#include "gtest/gtest.h"

namespace uacced {

// Threads: as its parts.
class DevicePath {
 public:
  // One reactor, with a queue of each kind on each device.
  DevicePath(const Config& config, const DeviceHealth::Options& health)
      : metrics_(DeviceNames(config)) {
    auto devices = OpenDevices(config, 1);
    EXPECT_TRUE(devices.ok()) << devices.status();
    devices_ = *std::move(devices);
    auto reactor = Reactor::Create(
        {.inbox_entries = 4096, .quanta_bytes = {uint64_t{1} << 24}}, &clock_);
    EXPECT_TRUE(reactor.ok()) << reactor.status();
    reactor_ = *std::move(reactor);
    placement_.AddReactor(reactor_.get());
    for (const DeviceSpec& spec : devices_) AddDevice(spec, health);
    placement_.SetPolicy(
        {.offload_min_bytes = config.policy.offload_min_bytes});
    supervisor_.Start();
    reactor_->Start();
    path_ = std::make_unique<Path>(Path{.admission = admission_,
                                        .placement = placement_,
                                        .metrics = metrics_,
                                        .reply_pool = reply_pool_,
                                        .clock = clock_,
                                        .max_payload_bytes = kMaxBytes,
                                        .max_output_bytes = kMaxBytes,
                                        .inline_reply_bytes = 4096,
                                        .verify = config.policy.verify});
  }
  ~DevicePath() {
    reactor_->Stop(0);
    supervisor_.Stop();
  }

  const Path& path() const { return *path_; }
  const Clock& clock() const { return clock_; }
  const Placement& placement() const { return placement_; }
  const Metrics& metrics() const { return metrics_; }
  FaultTarget& faults(size_t device_index) {
    return *devices_[device_index].faults;
  }
  DeviceHealth& health(size_t device_index) { return *health_[device_index]; }

 private:
  static constexpr uint64_t kMaxBytes = uint64_t{1} << 24;

  void AddDevice(const DeviceSpec& spec, const DeviceHealth::Options& options) {
    health_.push_back(std::make_unique<DeviceHealth>(options, &clock_));
    const size_t index = supervisor_.AddDevice(
        spec.device.get(), health_.back().get(), spec.timeouts_ns);
    std::vector<std::vector<uint16_t>> lanes(
        spec.device->info().queue_kind_count());
    for (size_t kind = 0; kind < lanes.size(); ++kind) {
      auto lane = supervisor_.AddLane(index, kind, reactor_.get());
      EXPECT_TRUE(lane.ok()) << lane.status();
      lanes[kind].push_back(*lane);
    }
    placement_.AddDevice({spec.device.get(),
                          health_.back().get(),
                          {std::move(lanes)},
                          spec.fallback_only});
  }

  const MonotonicClock clock_;
  Metrics metrics_;
  Admission admission_{{.max_jobs = 4096, .max_bytes = uint64_t{1} << 30}};
  std::vector<DeviceSpec> devices_;
  std::vector<std::unique_ptr<DeviceHealth>> health_;
  Supervisor supervisor_{&clock_};
  ReplyPool reply_pool_{1, 4096};
  std::unique_ptr<Reactor> reactor_;
  Placement placement_;
  std::unique_ptr<Path> path_;
};

}  // namespace uacced

#endif  // UACCED_TESTS_SUPPORT_DEVICE_PATH_H_
