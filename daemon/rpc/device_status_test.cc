#include "daemon/rpc/device_status.h"

#include <memory>
#include <utility>

#include "base/clock.h"
#include "daemon/health/device_health.h"
#include "daemon/reactor/reactor.h"
#include "gtest/gtest.h"
#include "tests/support/fake_accelerator.h"
#include "tests/support/fake_queue.h"

namespace uacced {
namespace {

using Status = v1::DeviceStatus;

class DeviceStatusTest : public testing::Test {
 protected:
  void SetUp() override {
    auto reactor =
        Reactor::Create({.inbox_entries = 2, .quanta_bytes = {1000}}, &clock_);
    ASSERT_TRUE(reactor.ok()) << reactor.status();
    reactor_ = *std::move(reactor);
    placement_.AddReactor(reactor_.get());
    hw::DeviceInfo& info = zip_.fake_info;
    info.name = "zip";
    info.kind = "hisi_zip";
    info.simulated = true;
    info.numa_node = 1;
    hw::CapabilitySet down;
    down.Add(hw::Operation::kDecompress, hw::Algorithm::kGzip);
    info.capabilities = down;
    info.capabilities.Add(hw::Operation::kCompress, hw::Algorithm::kGzip);
    info.queue_kinds = {info.capabilities, down};
    const uint16_t first = AddLane(), second = AddLane();
    placement_.AddDevice({&zip_, &health_, {{{first}, {second}}}});
  }
  uint16_t AddLane() { return reactor_->AddLane("zip", *zip_.OpenQueue(0)); }
  Status Read(int64_t now_ns) {
    Status status;
    FillDeviceStatus(placement_, metrics_, 0, now_ns, status);
    return status;
  }

  MonotonicClock clock_;
  Metrics metrics_{{"zip"}};
  FakeAccelerator zip_{4};
  DeviceHealth health_;
  std::unique_ptr<Reactor> reactor_;
  Placement placement_;
};

TEST_F(DeviceStatusTest, ADeviceThatIsWell) {
  metrics_.CountVerified(0, true);
  const Status status = Read(0);
  EXPECT_EQ(status.name(), "zip");
  EXPECT_EQ(status.kind(), "hisi_zip");
  EXPECT_EQ(status.path(), v1::Execution::PATH_HARDWARE);
  EXPECT_TRUE(status.simulated());
  EXPECT_FALSE(status.fallback_only());
  EXPECT_EQ(status.numa_node(), 1);
  EXPECT_EQ(status.state(), Status::STATE_UP);
  EXPECT_EQ(status.reason(), "");
  EXPECT_EQ(status.queue_depth(), 8u);
  EXPECT_EQ(status.verified_total(), 1u);
  ASSERT_EQ(status.queues_size(), 2);
  EXPECT_EQ(status.queues(0).kind(), 0u);
  EXPECT_EQ(status.queues(1).kind(), 1u);
  EXPECT_EQ(status.queues(1).depth(), 4u);
  EXPECT_TRUE(status.queues(1).attached());
  EXPECT_EQ(status.capabilities_size(), 2);
}

TEST_F(DeviceStatusTest, ADeviceThatIsNotTellsWhyAndUntilWhen) {
  metrics_.CountVerified(0, false);
  health_.OnQueueLost(LossReason::kTimeout);
  health_.OnQueueReopened();
  health_.ReportMismatch();
  const int64_t retry_at_ns = health_.Read().retry_at_ns;
  Status status = Read(retry_at_ns - 1'500'000);
  EXPECT_EQ(status.state(), Status::STATE_QUARANTINED);
  EXPECT_EQ(status.reason(), "mismatch");
  EXPECT_EQ(status.retry_after_ms(), 2u);
  EXPECT_EQ(status.mismatches_total(), 1u);
  EXPECT_EQ(status.queue_resets_total(), 1u);
  ASSERT_EQ(status.losses_size(), 1);
  EXPECT_EQ(status.losses(0).name(), "timeout");
  EXPECT_EQ(status.losses(0).count(), 1u);
  EXPECT_EQ(Read(retry_at_ns).retry_after_ms(), 0u);

  health_.OnPresence(hw::Presence::kGone);
  EXPECT_EQ(Read(0).state(), Status::STATE_GONE);
}

TEST_F(DeviceStatusTest, OpenBreakersAreNamed) {
  for (int i = 0; i < 8; ++i) {
    health_.OnResult(hw::Operation::kDecompress, DeviceHealth::Result::kFault);
  }
  const Status status = Read(0);
  ASSERT_EQ(status.open_breakers_size(), 1);
  EXPECT_EQ(status.open_breakers(0).operation(), "decompress");
  EXPECT_EQ(status.breaker_opens_total(), 1u);
}

}  // namespace
}  // namespace uacced
