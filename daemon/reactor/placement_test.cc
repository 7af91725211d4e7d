#include "daemon/reactor/placement.h"

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
