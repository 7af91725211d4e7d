#include "daemon/reactor/placement.h"

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "daemon/core/error.h"
#include "daemon/health/device_health.h"
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
  void AddDevice(hw::Operation operation, hw::Algorithm algorithm) {
    states_.push_back(std::make_shared<FakeQueueState>());
    states_.back()->auto_complete = true;
    const uint16_t lane = reactor_->AddLane(
        "fake", std::make_unique<FakeQueue>(states_.back(), 4));
    devices_.push_back(std::make_unique<FakeDevice>());
    devices_.back()->fake_info.capabilities.Add(operation, algorithm);
    placement_.AddDevice({devices_.back().get(), &health_, {{{lane}}}});
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
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  states_[0]->auto_complete = false;
  reactor_->Start();
  auto lost = GzipJob();
  ASSERT_TRUE(Place(lost).ok());
  while (states_[0]->visible_count() == 0) std::this_thread::yield();
  states_[0]->Complete(hw::Tag{99});
  EXPECT_EQ(reply_.Take(1)[0]->outcome.cause, Cause::kDeviceLost);
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
  ASSERT_TRUE(Place(job, {.avoid = 0}).ok());
  EXPECT_EQ(reply_.Take(1)[0]->device_index, 1);
  // Better the one to avoid than none.
  job = GzipJob();
  ASSERT_TRUE(Place(job, {.only = 1, .avoid = 1}).ok());
  EXPECT_EQ(reply_.Take(1)[0]->device_index, 1);
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
  EXPECT_EQ(placement_.OpenStream(spec).status().code(),
            StatusCode::kUnimplemented);
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  AddDevice(hw::Operation::kCompress, hw::Algorithm::kGzip);
  devices_[0]->stream_status = absl::UnimplementedError("");
  auto opened = placement_.OpenStream(spec);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->device_index, 1);
  devices_[1]->stream_status = absl::ResourceExhaustedError("");
  EXPECT_EQ(placement_.OpenStream(spec).status().code(),
            StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace uacced
