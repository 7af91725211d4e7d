#include "daemon/reactor/placement_choice.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/core/error.h"
#include "daemon/core/execution_mode.h"
#include "daemon/reactor/placement_fixture.h"
#include "gtest/gtest.h"
#include "tests/support/fake_queue.h"

namespace uacced {
namespace {

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

}  // namespace
}  // namespace uacced
