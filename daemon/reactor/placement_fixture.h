// Placement with fake devices, some of them accelerators.
#ifndef UACCED_DAEMON_REACTOR_PLACEMENT_FIXTURE_H_
#define UACCED_DAEMON_REACTOR_PLACEMENT_FIXTURE_H_

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "daemon/core/error.h"
#include "daemon/core/execution_mode.h"
#include "daemon/health/device_health.h"
#include "daemon/reactor/placement.h"
#include "daemon/reactor/placement_choice.h"
#include "daemon/reactor/reactor.h"
#include "gtest/gtest.h"
#include "tests/support/fake_queue.h"
#include "tests/support/recording_reply.h"

namespace uacced {

// Has no queues of its own; its streams say which device made them.
class FakeDevice final : public hw::Device {
 public:
  class FakeStream final : public hw::Stream {
    size_t max_memory_bytes() const override { return 1; }
  };

  hw::DeviceInfo fake_info;
  absl::Status stream_status;

  const hw::DeviceInfo& info() const override { return fake_info; }
  absl::StatusOr<std::unique_ptr<hw::Queue>> OpenQueue(
      size_t /*kind*/) override {
    return absl::UnavailableError("");
  }
  absl::StatusOr<std::unique_ptr<hw::Stream>> OpenStream(
      const hw::StreamSpec& /*spec*/) override {
    if (!stream_status.ok()) return stream_status;
    return std::make_unique<FakeStream>();
  }
};

class PlacementTest : public testing::Test {
 public:
  using StatusCode = absl::StatusCode;
  using Mode = ExecutionMode;

 protected:
  void SetUp() override {
    auto reactor =
        Reactor::Create({.inbox_entries = 2, .quanta_bytes = {1000}}, &clock_);
    ASSERT_TRUE(reactor.ok()) << reactor.status();
    reactor_ = *std::move(reactor);
    placement_.AddReactor(reactor_.get());
  }
  absl::Status Place(std::unique_ptr<Job>& job, Placement::Wish wish = {}) {
    Placement::Batch batch(placement_);
    return placement_.Place(job, batch, wish);
  }
  // With one queue of four entries. Nothing that it gets is completed.
  FakeDevice& AddAccelerator(int numa_node = -1) {
    FakeDevice& device =
        AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
    states_.back()->auto_complete = false;
    device.fake_info.hardware = true;
    device.fake_info.numa_node = numa_node;
    device.fake_info.name = "zip" + std::to_string(devices_.size() - 1);
    return device;
  }
  void AddCpu(bool fallback_only = false) {
    AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip, fallback_only);
  }
  absl::StatusOr<Placement::OpenedStream> OpenStream(
      const hw::StreamSpec& spec,
      ExecutionMode mode = ExecutionMode::kPreferHardware) {
    return placement_.OpenStream(spec, mode, clock_.NowNs());
  }
  void Isolate(size_t i) {
    states_[i]->auto_complete = false;
    auto lost = GzipJob();
    ASSERT_TRUE(Place(lost, {.only = static_cast<uint16_t>(i)}).ok());
    while (states_[i]->visible_count() == 0) std::this_thread::yield();
    states_[i]->Complete(hw::Tag{99});
    EXPECT_EQ(reply_.Take(1)[0]->outcome.cause, Cause::kDeviceLost);
  }
  // Where a job of `source_bytes` goes, without anybody doing it.
  std::pair<uint16_t, Fallback> Where(Placement::Wish wish = {},
                                      size_t source_bytes = 1000) {
    static const std::vector<uint8_t> source(1 << 20);
    hw::Request request;
    request.operation = hw::Operation::kCompress;
    request.algorithm = hw::Algorithm::kGzip;
    request.source = hw::Bytes(source).first(source_bytes);
    const PlacementChoice choice = Choose(placement_.targets(), policy_,
                                          {*reactor_, 0, node_}, request, wish);
    return {choice.device_index, choice.fallback};
  }
  static std::pair<uint16_t, Fallback> On(uint16_t device_index,
                                          Fallback fallback = Fallback::kNone) {
    return {device_index, fallback};
  }
  absl::Status PlaceStatus(const Placement::Wish& wish) {
    auto job = GzipJob();
    absl::Status status = Place(job, wish);
    if (job != nullptr) {
      job->reply = nullptr;
    }
    return status;
  }

  FakeDevice& AddDevice(hw::Operation operation, hw::Algorithm algorithm,
                        bool fallback_only = false) {
    states_.push_back(std::make_shared<FakeQueueState>());
    states_.back()->auto_complete = true;
    const uint16_t lane = reactor_->AddLane(
        "fake", std::make_unique<FakeQueue>(states_.back(), 4));
    devices_.push_back(std::make_unique<FakeDevice>());
    devices_.back()->fake_info.capabilities.Add(operation, algorithm);
    placement_.AddDevice(
        {devices_.back().get(), &health_, {{{lane}}}, fallback_only});
    return *devices_.back();
  }
  std::unique_ptr<Job> GzipJob() {
    auto job = MakeJob(&reply_);
    job->request.operation = hw::Operation::kCompress;
    job->request.algorithm = hw::Algorithm::kGzip;
    return job;
  }

  MonotonicClock clock_;
  RecordingReply reply_;
  std::vector<std::shared_ptr<FakeQueueState>> states_;
  std::vector<std::unique_ptr<FakeDevice>> devices_;
  DeviceHealth health_;
  std::unique_ptr<Reactor> reactor_;
  Placement placement_;
  Placement::Policy policy_;
  int node_ = -1;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_PLACEMENT_FIXTURE_H_
