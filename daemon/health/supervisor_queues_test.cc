// Queues that there are not enough of, because others have them.
#include <cstddef>

#include "absl/status/status.h"
#include "daemon/health/supervisor.h"
#include "daemon/health/supervisor_fixture.h"
#include "daemon/reactor/reactor.h"
#include "gtest/gtest.h"
#include "hw/queue.h"

namespace uacced {
namespace {

using SupervisorQueuesTest = SupervisorFixture;

TEST_F(SupervisorQueuesTest, QueuesThatOthersHaveComeLater) {
  prepare_ = [](FakeQueueState& queue) { queue.auto_complete = true; };
  queue_limit_ = 3;
  Start(1, 2, 2);
  AwaitTrue([&] { return !IsAttached(1, 1); });
  EXPECT_TRUE(IsAttached(0, 1));
  Push(1, 1, 1);
  reply_.Await(1);
  EXPECT_EQ(reply_.Count(Cause::kDeviceLost), 1u);
  EXPECT_EQ(health_[0]->state(), DeviceState::kUp);
  devices_[0]->SetQueueLimit(4);
  AwaitAttached(1, 1);
  Push(1, 1, 1);
  reply_.Await(2);
  EXPECT_EQ(reply_.Count(Cause::kDevice), 1u);
  EXPECT_EQ(devices_[0]->resets(), 0);
  EXPECT_EQ(health_[0]->Read().queue_resets, 0u);
  ExpectAllAnsweredOnce(2);
}

TEST_F(SupervisorQueuesTest, OneQueueForEachReactorThereHasToBe) {
  queue_limit_ = 1;
  Start();
  auto other =
      Reactor::Create({.inbox_entries = 16, .quanta_bytes = {1000}}, &clock_);
  Supervisor supervisor(&clock_);
  const size_t index =
      supervisor.AddDevice(devices_[0].get(), health_[0].get(), LaneTimeouts());
  EXPECT_EQ(supervisor.AddLane(index, 0, other->get()).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(SupervisorQueuesTest, ALostQueueThatOthersTookIsWaitedFor) {
  Start(1, 1, 2);
  devices_[0]->SetQueueLimit(1);
  devices_[0]->queue(0)->Fail(hw::QueueFault::kStopped);
  Push(1);
  AwaitTrue([&] { return devices_[0]->queue(0)->is_destroyed(); });
  const size_t tries = devices_[0]->tries();
  AwaitTrue([&] { return devices_[0]->tries() > tries + 3; });
  EXPECT_FALSE(IsAttached(0));
  EXPECT_EQ(health_[0]->state(), DeviceState::kUp);
  devices_[0]->SetQueueLimit(2);
  AwaitAttached(0);
  EXPECT_EQ(devices_[0]->resets(), 0);
  ExpectAllAnsweredOnce(1);
}

TEST_F(SupervisorQueuesTest, WithoutItsLastQueueADeviceIsOutOfUse) {
  Start();
  devices_[0]->SetQueueLimit(0);
  devices_[0]->queue(0)->Fail(hw::QueueFault::kStopped);
  Push(1);
  AwaitTrue([&] { return devices_[0]->resets() >= 3; });
  EXPECT_FALSE(IsAttached());
  devices_[0]->SetQueueLimit(1);
  AwaitState(DeviceState::kProbation);
  AwaitAttached();
  ExpectAllAnsweredOnce(1);
}

TEST_F(SupervisorQueuesTest, ADeviceComesBackWithFewerQueuesIfOthersHaveThem) {
  Start(1, 1, 2);
  devices_[0]->SetQueueLimit(1);
  health_[0]->ReportMismatch();
  AwaitState(DeviceState::kProbation);
  AwaitAttached(0);
  EXPECT_FALSE(IsAttached(1));
  devices_[0]->SetQueueLimit(2);
  AwaitAttached(1);
  ExpectAllAnsweredOnce(0);
}

}  // namespace
}  // namespace uacced
