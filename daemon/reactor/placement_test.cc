#include "daemon/reactor/placement.h"

#include <memory>
#include <utility>

#include "base/clock.h"
#include "daemon/core/error.h"
#include "gtest/gtest.h"
#include "tests/support/fake_queue.h"
#include "tests/support/recording_reply.h"

namespace uacced {
namespace {

using absl::StatusCode;

class PlacementTest : public testing::Test {
 protected:
  void SetUp() override {
    auto reactor =
        Reactor::Create({.inbox_entries = 2, .quanta_bytes = {1000}}, &clock_);
    ASSERT_TRUE(reactor.ok()) << reactor.status();
    reactor_ = *std::move(reactor);
  }
  void AddDevice(hw::Operation operation, hw::Algorithm algorithm) {
    states_.push_back(std::make_shared<FakeQueueState>());
    states_.back()->auto_complete = true;
    const uint16_t lane = reactor_->AddLane(
        "fake", std::make_unique<FakeQueue>(states_.back(), 4));
    hw::DeviceInfo info;
    info.capabilities.Add(operation, algorithm);
    placement_.Add({reactor_.get(), lane, info});
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
  std::unique_ptr<Reactor> reactor_;
  Placement placement_;
};

TEST_F(PlacementTest, TakesTheFirstDeviceThatHasTheOperation) {
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kZstd);
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  reactor_->Start();
  auto job = GzipJob();
  ASSERT_TRUE(placement_.Place(job).ok());
  auto done = reply_.Take(1);
  EXPECT_EQ(done[0]->device_index, 1);
  EXPECT_EQ(done[0]->lane_index, 1);
}

TEST_F(PlacementTest, WithoutADeviceTheCallerKeepsTheJob) {
  AddDevice(hw::Operation::kDecompress, hw::Algorithm::kGzip);
  auto job = GzipJob();
  const absl::Status status = placement_.Place(job);
  EXPECT_EQ(status.code(), StatusCode::kUnimplemented);
  EXPECT_EQ(GetErrorDetail(status).reason, "OPERATION_NOT_SUPPORTED");
  ASSERT_NE(job, nullptr);
  Answer(std::move(job), {});
}

TEST_F(PlacementTest, AFullInboxIsUnavailableWithRetryAdvice) {
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  for (int i = 0; i < 2; ++i) {
    auto job = GzipJob();
    ASSERT_TRUE(placement_.Place(job).ok());
  }
  auto job = GzipJob();
  const absl::Status status = placement_.Place(job);
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_GT(GetErrorDetail(status).retry_after, absl::ZeroDuration());
  ASSERT_NE(job, nullptr);
  Answer(std::move(job), {});
  reactor_->Start();
  reply_.Take(3);
}

TEST_F(PlacementTest, AnIsolatedDeviceIsPassedOver) {
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  states_[0]->auto_complete = false;
  reactor_->Start();
  auto lost = GzipJob();
  ASSERT_TRUE(placement_.Place(lost).ok());
  while (states_[0]->visible_count() == 0) std::this_thread::yield();
  states_[0]->Complete(hw::Tag{99});
  EXPECT_EQ(reply_.Take(1)[0]->outcome.cause, Cause::kDeviceLost);
  auto next = GzipJob();
  ASSERT_TRUE(placement_.Place(next).ok());
  EXPECT_EQ(reply_.Take(1)[0]->device_index, 1);
}

}  // namespace
}  // namespace uacced
