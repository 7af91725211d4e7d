#include "daemon/reactor/placement.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "daemon/core/error.h"
#include "daemon/core/execution_mode.h"
#include "daemon/health/device_health.h"
#include "daemon/reactor/placement_choice.h"
#include "gtest/gtest.h"
#include "tests/support/fake_queue.h"
#include "tests/support/recording_reply.h"

namespace uacced {
namespace {

using absl::StatusCode;

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

TEST_F(PlacementTest, TakesTheFirstDeviceThatHasTheOperation) {
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kZstd);
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  reactor_->Start();
  auto job = GzipJob();
  ASSERT_TRUE(Place(job).ok());
  auto done = reply_.Take(1);
  EXPECT_EQ(done[0]->device_index, 1);
  EXPECT_EQ(done[0]->lane_index, 1);
}

TEST_F(PlacementTest, WithoutADeviceTheCallerKeepsTheJob) {
  AddDevice(hw::Operation::kDecompress, hw::Algorithm::kGzip);
  auto job = GzipJob();
  const absl::Status status = Place(job);
  EXPECT_EQ(status.code(), StatusCode::kUnimplemented);
  EXPECT_EQ(GetErrorDetail(status).reason, "OPERATION_NOT_SUPPORTED");
  ASSERT_NE(job, nullptr);
  Answer(std::move(job), {});
}

TEST_F(PlacementTest, AFullInboxIsUnavailableWithRetryAdvice) {
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  for (int i = 0; i < 2; ++i) {
    auto job = GzipJob();
    ASSERT_TRUE(Place(job).ok());
  }
  auto job = GzipJob();
  const absl::Status status = Place(job);
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_GT(GetErrorDetail(status).retry_after, absl::ZeroDuration());
  ASSERT_NE(job, nullptr);
  Answer(std::move(job), {});
  reactor_->Start();
  reply_.Take(3);
}

TEST_F(PlacementTest, AnIsolatedDeviceIsPassedOver) {
  AddCpu();
  AddCpu();
  reactor_->Start();
  Isolate(0);
  auto next = GzipJob();
  ASSERT_TRUE(Place(next).ok());
  EXPECT_EQ(reply_.Take(1)[0]->device_index, 1);
}

TEST_F(PlacementTest, AWishIsForOneDeviceOrAgainstOne) {
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  reactor_->Start();
  auto job = GzipJob();
  ASSERT_TRUE(Place(job, {.only = 1}).ok());
  EXPECT_EQ(reply_.Take(1)[0]->device_index, 1);
  job = GzipJob();
  ASSERT_TRUE(Place(job, {.excluded = 1}).ok());
  EXPECT_EQ(reply_.Take(1)[0]->device_index, 1);
  // Better one that failed than none.
  job = GzipJob();
  ASSERT_TRUE(Place(job, {.excluded = 3}).ok());
  EXPECT_EQ(reply_.Take(1)[0]->device_index, 0);
}

TEST_F(PlacementTest, ABatchLargerThanTheInboxGoesThrough) {
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  reactor_->Start();
  while (reactor_->stats().sleeps.load() == 0) std::this_thread::yield();
  {
    Placement::Batch batch(placement_);
    for (int i = 0; i < 20; ++i) {
      auto job = GzipJob();
      ASSERT_TRUE(placement_.Place(job, batch).ok()) << i;
    }
  }
  EXPECT_EQ(reply_.Take(20).size(), 20u);
}

TEST_F(PlacementTest, AStreamComesFromTheFirstDeviceThatCanMakeOne) {
  const hw::StreamSpec spec{.operation = hw::Operation::kCompress,
                            .algorithm = hw::Algorithm::kGzip};
  EXPECT_EQ(OpenStream(spec).status().code(), StatusCode::kUnimplemented);
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  devices_[0]->stream_status = absl::UnimplementedError("");
  auto opened = OpenStream(spec);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->device_index, 1);
  devices_[1]->stream_status = absl::ResourceExhaustedError("");
  EXPECT_EQ(OpenStream(spec).status().code(), StatusCode::kResourceExhausted);
}

using Mode = ExecutionMode;

TEST_F(PlacementTest, AnAcceleratorComesFirstWhateverTheOrder) {
  AddCpu();
  AddCpu(/*fallback_only=*/true);
  AddAccelerator();
  EXPECT_EQ(Where(), On(2));
  EXPECT_EQ(Where({.mode = Mode::kHardwareOnly}), On(2));
  EXPECT_EQ(Where({.mode = Mode::kBalanced}), On(2));
  EXPECT_EQ(Where({.mode = Mode::kSoftwareOnly}), On(0));
}

TEST_F(PlacementTest, WithoutAcceleratorsNothingFallsBack) {
  AddCpu();
  EXPECT_EQ(Where(), On(0));
  EXPECT_EQ(Where({.mode = Mode::kBalanced}), On(0));
  EXPECT_EQ(Where({.excluded = 1, .reason = Fallback::kDeviceLost}), On(0));
  const absl::Status status = PlaceStatus({.mode = Mode::kHardwareOnly});
  EXPECT_EQ(status.code(), StatusCode::kUnimplemented);
  EXPECT_EQ(GetErrorDetail(status).reason, "OPERATION_NOT_SUPPORTED");
}

TEST_F(PlacementTest, WhatNoAcceleratorTakesGoesToTheOrdinaryCpu) {
  AddCpu(/*fallback_only=*/true);
  AddCpu();
  FakeDevice& zip = AddAccelerator();
  zip.fake_info.capabilities.Add(hw::Operation::kCompress, hw::Algorithm::kGzip,
                                 {.max_source_bytes = 1000});
  EXPECT_EQ(Where({}, 1000), On(2));
  EXPECT_EQ(Where({}, 1001), On(1, Fallback::kNotCapable));
  EXPECT_EQ(Where({.mode = Mode::kSoftwareOnly}, 1001), On(1));
  EXPECT_EQ(Where({.mode = Mode::kHardwareOnly}, 1001), On(kNoTarget));
}

TEST_F(PlacementTest, WithNothingElseTheFallbackDeviceTakesThat) {
  AddCpu(/*fallback_only=*/true);
  AddAccelerator().fake_info.capabilities = hw::CapabilitySet();
  EXPECT_EQ(Where(), On(0, Fallback::kNotCapable));
  EXPECT_EQ(Where({.mode = Mode::kSoftwareOnly}), On(0));
}

TEST_F(PlacementTest, SmallRequestsStayOnTheCpu) {
  AddCpu();
  AddAccelerator();
  policy_.offload_min_bytes[static_cast<size_t>(hw::Operation::kCompress)] =
      500;
  EXPECT_EQ(Where({}, 499), On(0, Fallback::kTooSmall));
  EXPECT_EQ(Where({}, 500), On(1));
  EXPECT_EQ(Where({.mode = Mode::kBalanced}, 499), On(0, Fallback::kTooSmall));
  EXPECT_EQ(Where({.mode = Mode::kHardwareOnly}, 499), On(1));
  EXPECT_EQ(Where({.mode = Mode::kSoftwareOnly}, 499), On(0));
}

TEST_F(PlacementTest, SmallRequestsGoToTheAcceleratorIfThereIsNoCpu) {
  AddAccelerator();
  policy_.offload_min_bytes.fill(500);
  EXPECT_EQ(Where({}, 1), On(0));
}

TEST_F(PlacementTest, OutOfUseMeansTheFallbackDeviceOrNobody) {
  AddAccelerator();
  AddCpu();
  reactor_->Start();
  Isolate(0);
  // The ordinary CPU is not for that: it would not be bounded.
  absl::Status status = PlaceStatus({});
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetail(status).reason, "DEVICES_OUT_OF_USE");
  EXPECT_GT(GetErrorDetail(status).retry_after, absl::ZeroDuration());
  EXPECT_NE(status.message().find("zip0 lost its queue"), std::string::npos);

  status = PlaceStatus({.mode = Mode::kHardwareOnly});
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetail(status).reason, "DEVICES_OUT_OF_USE");
  EXPECT_EQ(Where({.mode = Mode::kSoftwareOnly}), On(1));
}

TEST_F(PlacementTest, TheFallbackDeviceTakesWhatShouldHaveRunElsewhere) {
  AddAccelerator();
  AddCpu();
  AddCpu(/*fallback_only=*/true);
  for (const Fallback reason : {Fallback::kDeviceLost, Fallback::kDeviceError,
                                Fallback::kNotVerified}) {
    EXPECT_EQ(Where({.excluded = 1, .reason = reason}), On(2, reason));
    EXPECT_EQ(Where({.reason = reason, .cpu = true}), On(2, reason));
  }
  EXPECT_EQ(Where({.reason = Fallback::kNotConfirmed, .cpu = true}),
            On(2, Fallback::kNotConfirmed));
  EXPECT_EQ(Where({.excluded = 1, .reason = Fallback::kNotCapable}),
            On(1, Fallback::kNotCapable));
  EXPECT_EQ(Where({.mode = Mode::kHardwareOnly,
                   .excluded = 1,
                   .reason = Fallback::kDeviceLost}),
            On(kNoTarget));
  reactor_->Start();
  Isolate(0);
  EXPECT_EQ(Where(), On(2, Fallback::kUnavailable));
}

TEST_F(PlacementTest, AnotherAcceleratorComesBeforeTheCpu) {
  AddAccelerator();
  AddAccelerator();
  AddCpu(/*fallback_only=*/true);
  EXPECT_EQ(Where({.excluded = 1, .reason = Fallback::kDeviceLost}), On(1));
  EXPECT_EQ(Where({.excluded = 3, .reason = Fallback::kDeviceLost}),
            On(2, Fallback::kDeviceLost));
}

TEST_F(PlacementTest, ChecksRunOnTheCpuTheFallbackDeviceFirst) {
  AddAccelerator();
  AddCpu();
  EXPECT_EQ(Where({.check = true}), On(1));
  EXPECT_EQ(Where({.mode = Mode::kHardwareOnly, .check = true}), On(1));
  AddCpu(/*fallback_only=*/true);
  EXPECT_EQ(Where({.check = true}), On(2));
}

TEST_F(PlacementTest, TheLeastLoadedLaneIsTakenAndEqualsTakeTurns) {
  AddAccelerator();
  AddAccelerator();
  std::vector<int> counts(2);
  for (int i = 0; i < 100; ++i) ++counts[Where().first];
  EXPECT_EQ(counts[0], 50);
  EXPECT_EQ(counts[1], 50);
  reactor_->Start();
  auto job = GzipJob();
  ASSERT_TRUE(Place(job, {.only = 0}).ok());
  while (states_[0]->visible_count() == 0) std::this_thread::yield();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Where(), On(1));
  states_[0]->Complete(hw::Tag{0});
  reply_.Take(1);
}

TEST_F(PlacementTest, TheNearDeviceUnlessItIsClearlyMoreLoaded) {
  AddAccelerator(/*numa_node=*/0);
  AddAccelerator(/*numa_node=*/1);
  node_ = 1;
  reactor_->Start();
  std::vector<std::pair<uint16_t, Fallback>> seen;
  for (int i = 0; i < 4; ++i) {
    seen.push_back(Where());
    auto job = GzipJob();
    ASSERT_TRUE(Place(job, {.only = 1}).ok());
    while (states_[1]->visible_count() <= static_cast<size_t>(i)) {
      std::this_thread::yield();
    }
  }
  // Of four entries: half a queue is what being near is worth.
  EXPECT_EQ(seen[0], On(1));
  EXPECT_EQ(seen[1], On(1));
  EXPECT_EQ(seen[3], On(0));
  node_ = 0;
  EXPECT_EQ(Where(), On(0));
  for (uint16_t i = 0; i < 4; ++i) states_[1]->Complete(hw::Tag{i});
  reply_.Take(4);
}

TEST_F(PlacementTest, BalancedLeavesAFullAcceleratorForTheCpu) {
  AddAccelerator();
  AddCpu();
  reactor_->Start();
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(Where({.mode = Mode::kBalanced}), On(0)) << i;
    auto job = GzipJob();
    ASSERT_TRUE(Place(job, {.only = 0}).ok());
    while (states_[0]->visible_count() <= i) std::this_thread::yield();
  }
  EXPECT_EQ(Where({.mode = Mode::kBalanced}), On(1, Fallback::kBusy));
  EXPECT_EQ(Where({.mode = Mode::kPreferHardware}), On(0));
  EXPECT_EQ(Where({.mode = Mode::kHardwareOnly}), On(0));
  for (uint16_t i = 0; i < 4; ++i) states_[0]->Complete(hw::Tag{i});
  reply_.Take(4);
}

TEST_F(PlacementTest, JobsGoToTheKindOfQueueThatTakesThem) {
  FakeDevice& zip = AddAccelerator();
  hw::CapabilitySet down;
  down.Add(hw::Operation::kDecompress, hw::Algorithm::kGzip);
  zip.fake_info.queue_kinds = {down, zip.fake_info.capabilities};
  auto state = std::make_shared<FakeQueueState>();
  const uint16_t first =
      reactor_->AddLane("down", std::make_unique<FakeQueue>(state, 4));
  const uint16_t second =
      reactor_->AddLane("up", std::make_unique<FakeQueue>(state, 4));
  Placement placement;
  placement.AddReactor(reactor_.get());
  placement.AddDevice({&zip, &health_, {{{first}, {second}}}});
  auto job = GzipJob();
  Placement::Batch batch(placement);
  ASSERT_TRUE(placement.Place(job, batch).ok());
  state->auto_complete = true;
  reactor_->Start();
  EXPECT_EQ(reply_.Take(1)[0]->lane_index, second);
}

TEST_F(PlacementTest, StreamsKeepToTheCpuUnlessThereIsNone) {
  const hw::StreamSpec spec{.operation = hw::Operation::kCompress,
                            .algorithm = hw::Algorithm::kGzip};
  AddAccelerator();
  EXPECT_EQ(OpenStream(spec)->device_index, 0);
  EXPECT_EQ(OpenStream(spec, Mode::kSoftwareOnly).status().code(),
            StatusCode::kUnimplemented);
  AddCpu(/*fallback_only=*/true);
  EXPECT_EQ(OpenStream(spec)->device_index, 1);
  AddCpu();
  EXPECT_EQ(OpenStream(spec)->device_index, 2);
  EXPECT_EQ(OpenStream(spec, Mode::kHardwareOnly)->device_index, 0);
  EXPECT_EQ(Where({.only = 2}), On(2, Fallback::kNotCapable));
  EXPECT_EQ(Where({.mode = Mode::kSoftwareOnly, .only = 2}), On(2));
  EXPECT_EQ(Where({.only = 0}), On(0));
  devices_[0]->fake_info.capabilities.Add(
      hw::Operation::kCompress, hw::Algorithm::kGzip, {.streams = false});
  EXPECT_EQ(OpenStream(spec, Mode::kHardwareOnly).status().code(),
            StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace uacced
