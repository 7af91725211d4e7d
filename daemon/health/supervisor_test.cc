#include "daemon/health/supervisor.h"

#include <condition_variable>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "daemon/health/loss_reason.h"
#include "daemon/health/supervisor_fixture.h"
#include "daemon/reactor/reactor.h"
#include "gtest/gtest.h"
#include "hw/queue.h"

namespace uacced {
namespace {

using SupervisorTest = SupervisorFixture;

// A queue that takes its time to stop.
class Latch {
 public:
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void AwaitWaiter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

void Break(FakeQueueState& queue, LossReason reason) {
  switch (reason) {
    case LossReason::kBrokeRules:
      queue.Complete(hw::Tag{999});
      break;
    case LossReason::kStopped:
      queue.Fail(hw::QueueFault::kStopped);
      break;
    case LossReason::kTimeout:  // By waiting.
    case LossReason::kRequested:
      break;
  }
}

class EveryLossTest : public SupervisorFixture,
                      public testing::WithParamInterface<LossReason> {};

// Jobs in flight are answered when the queue's destructor has returned, not
// before; those that wait at once; and the queue comes back by itself.
TEST_P(EveryLossTest, IsSurvived) {
  Latch stopping;
  prepare_ = [&](FakeQueueState& queue) {
    queue.on_destroy = [&stopping] { stopping.Wait(); };
  };
  Start(1, 1, 1, GetParam() == LossReason::kTimeout ? 200 * kMs : 0);
  Push(6);
  if (GetParam() != LossReason::kTimeout) {
    AwaitTrue([&] { return devices_[0]->queue(0)->visible_count() == 4; });
  }
  if (GetParam() == LossReason::kRequested) {
    EXPECT_TRUE(reactors_[0]->Detach(0));
  } else {
    Break(*devices_[0]->queue(0), GetParam());
  }
  stopping.AwaitWaiter();
  reply_.Await(2);
  EXPECT_FALSE(IsAttached());
  // The reactor serves on; this lane refuses.
  Push(1);
  reply_.Await(3);
  EXPECT_EQ(reply_.count(), 3u);
  stopping.Open();
  reply_.Await(7);
  AwaitAttached();
  EXPECT_EQ(reply_.Count(Cause::kDeviceLost), 7u);
  EXPECT_EQ(Losses(GetParam()), 1u);
  EXPECT_EQ(health_[0]->state(), DeviceState::kUp);
  EXPECT_EQ(health_[0]->Read().queue_resets, 1u);
  EXPECT_EQ(devices_[0]->resets(), 0);
  // What it holds by now it holds until the end, or completes.
  Push(1);
  AwaitTrue([&] { return devices_[0]->newest()->visible_count() == 1; });
  devices_[0]->newest()->Complete(devices_[0]->newest()->visible[0]);
  reply_.Await(8);
  EXPECT_EQ(reply_.Count(Cause::kDevice), 1u);
  ExpectAllAnsweredOnce(8);
}

std::string Label(const testing::TestParamInfo<LossReason>& info) {
  switch (info.param) {
    case LossReason::kBrokeRules:
      return "BrokeRules";
    case LossReason::kStopped:
      return "Stopped";
    case LossReason::kTimeout:
      return "Timeout";
    case LossReason::kRequested:
      return "Requested";
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(Reasons, EveryLossTest,
                         testing::Values(LossReason::kBrokeRules,
                                         LossReason::kStopped,
                                         LossReason::kTimeout,
                                         LossReason::kRequested),
                         Label);

TEST_F(SupervisorTest, AStuckQueueIsResetAndTheSecondTimeItsDevice) {
  Start(1, 1, 2, 2 * kMs);
  Push(1, 0);
  reply_.Await(1);
  AwaitAttached(0);
  EXPECT_EQ(devices_[0]->resets(), 0);
  EXPECT_FALSE(devices_[0]->queue(1)->is_destroyed());
  Push(1, 1);
  AwaitState(DeviceState::kProbation);
  EXPECT_EQ(devices_[0]->resets(), 1);
  EXPECT_EQ(devices_[0]->opened(), 5u);
  EXPECT_EQ(health_[0]->Read().reason, HealthReason::kReset);
  AwaitAttached(0);
  AwaitAttached(1);
  EXPECT_EQ(reactors_[0]->lane(0).stats().resets, 2u);
  EXPECT_EQ(reactors_[0]->lane(1).stats().resets, 1u);
  EXPECT_EQ(health_[0]->Read().queue_resets, 3u);
  EXPECT_EQ(Losses(LossReason::kTimeout), 2u);
  EXPECT_EQ(Losses(LossReason::kRequested), 1u);
  ExpectAllAnsweredOnce(2);
}

TEST_F(SupervisorTest, ProbationEndsWithSuccessesAndAFaultPutsItOff) {
  Start();
  health_[0]->ReportMismatch();
  AwaitState(DeviceState::kProbation);
  AwaitAttached();
  devices_[0]->newest()->auto_code = absl::StatusCode::kInternal;
  devices_[0]->newest()->auto_complete = true;
  Push(1);
  AwaitTrue([&] { return devices_[0]->resets() == 2; });
  Prove();
  EXPECT_EQ(health_[0]->Read().mismatches, 1u);
  EXPECT_EQ(health_[0]->Read().device_resets, 2u);
  ExpectAllAnsweredOnce(reply_.count());
}

TEST_F(SupervisorTest, AMismatchTakesWhatIsInFlightOffTheDevice) {
  Start(1, 2, 2);
  for (size_t r = 0; r < 2; ++r) {
    for (uint16_t lane = 0; lane < 2; ++lane) Push(5, lane, r);
  }
  health_[0]->ReportMismatch();
  reply_.Await(20);
  EXPECT_EQ(reply_.Count(Cause::kDeviceLost), 20u);
  AwaitState(DeviceState::kProbation);
  EXPECT_EQ(devices_[0]->resets(), 1);
  ExpectAllAnsweredOnce(20);
}

TEST_F(SupervisorTest, OtherDevicesServeOn) {
  prepare_ = [](FakeQueueState& queue) { queue.auto_complete = true; };
  Start(2);
  Latch stopping;
  devices_[0]->queue(0)->on_destroy = [&] { stopping.Wait(); };
  devices_[0]->queue(0)->auto_complete = false;
  health_[0]->ReportMismatch();
  stopping.AwaitWaiter();
  Push(100, 1);
  reply_.Await(100);
  EXPECT_EQ(reply_.Count(Cause::kDevice), 100u);
  EXPECT_EQ(health_[1]->state(), DeviceState::kUp);
  stopping.Open();
  AwaitState(DeviceState::kProbation);
  ExpectAllAnsweredOnce(100);
}

TEST_F(SupervisorTest, AQueueThatCannotBeOpenedCostsADeviceReset) {
  Start(1, 1, 2);
  devices_[0]->SetOpenStatus(absl::UnavailableError(""));
  Break(*devices_[0]->queue(0), LossReason::kStopped);
  Push(1);
  AwaitTrue([&] { return devices_[0]->resets() >= 3; });
  EXPECT_FALSE(IsAttached(0));
  EXPECT_FALSE(IsAttached(1));
  devices_[0]->SetOpenStatus(absl::OkStatus());
  AwaitState(DeviceState::kProbation);
  AwaitAttached(0);
  AwaitAttached(1);
  ExpectAllAnsweredOnce(1);
}

TEST_F(SupervisorTest, AResetThatFailsIsTriedAgainAndOneThatIsNoneWillDo) {
  Start();
  devices_[0]->SetResetStatus(absl::UnavailableError(""));
  health_[0]->ReportMismatch();
  AwaitTrue([&] { return devices_[0]->resets() >= 3; });
  EXPECT_EQ(devices_[0]->opened(), 1u);
  devices_[0]->SetResetStatus(absl::UnimplementedError(""));
  AwaitState(DeviceState::kProbation);
  Prove();
  ExpectAllAnsweredOnce(reply_.count());
}

// The breaker keeps jobs off, which is placement's part; here it must see them.
TEST_F(SupervisorTest, ResultsReachTheBreakerOfTheirOperation) {
  prepare_ = [](FakeQueueState& queue) {
    queue.auto_complete = true;
    queue.auto_code = absl::StatusCode::kUnavailable;
  };
  Start();
  Push(4);
  reply_.Await(4);
  EXPECT_FALSE(health_[0]->Admits(kOperation, 0));
  EXPECT_TRUE(health_[0]->Admits(hw::Operation::kDigest, 0));
  EXPECT_EQ(health_[0]->state(), DeviceState::kUp);
  ExpectAllAnsweredOnce(4);
}

TEST_F(SupervisorTest, StoppingWhileAQueueStopsWaitsForItAndIsFinal) {
  Latch stopping;
  prepare_ = [&](FakeQueueState& queue) {
    queue.on_destroy = [&stopping] { stopping.Wait(); };
  };
  Start(2);
  Push(2, 0);
  Push(2, 1);
  AwaitTrue([&] { return devices_[1]->queue(0)->visible_count() == 2; });
  Break(*devices_[0]->queue(0), LossReason::kStopped);
  stopping.AwaitWaiter();
  // The supervisor is busy with the first: the second waits for it.
  Break(*devices_[1]->queue(0), LossReason::kStopped);
  AwaitTrue([&] { return !IsAttached(1); });
  for (auto& reactor : reactors_) reactor->Stop(0);
  supervisor_.RequestStop();
  stopping.Open();
  supervisor_.Stop();
  // The one it was at may be placed again; the other is not.
  EXPECT_EQ(reply_.Count(Cause::kDevice), 0u);
  EXPECT_EQ(reply_.Count(Cause::kDeviceLost), 2u);
  EXPECT_EQ(reply_.Count(Cause::kShuttingDown), 2u);
  ExpectAllAnsweredOnce(4);
}

// Also in the order that the daemon does not use.
TEST_F(SupervisorTest, WhatIsLostAfterTheEndIsStillAnswered) {
  Start();
  Push(3);
  AwaitTrue([&] { return devices_[0]->queue(0)->visible_count() == 3; });
  supervisor_.Stop();
  Break(*devices_[0]->queue(0), LossReason::kStopped);
  reply_.Await(3);
  EXPECT_EQ(reply_.Count(Cause::kShuttingDown), 3u);
  ExpectAllAnsweredOnce(3);
}

// What brings a device to a state, in which it then stays.
struct Road {
  const char* name;
  DeviceState state;
  void (*take)(FakeAccelerator& device, DeviceHealth& health);
};

class EveryStateTest : public SupervisorFixture,
                       public testing::WithParamInterface<Road> {};

TEST_P(EveryStateTest, IsNoHindranceToStopping) {
  hardware_ = true;
  constexpr int64_t kHour = 3'600'000 * kMs;
  DeviceHealth::Options options = HealthOptions();
  options.min_quarantine_ns = kHour;
  options.min_backoff_ns = kHour;
  options.max_backoff_ns = kHour;
  Start(1, 2, 2, 0, options);
  Push(6, 0, 0);
  Push(6, 1, 1);
  GetParam().take(*devices_[0], *health_[0]);
  AwaitState(GetParam().state);
  Push(6, 1, 0);
  ExpectAllAnsweredOnce(18);
}

INSTANTIATE_TEST_SUITE_P(
    Roads, EveryStateTest,
    testing::Values(Road{"Up", DeviceState::kUp,
                         [](FakeAccelerator&, DeviceHealth&) {}},
                    Road{"Quarantined", DeviceState::kQuarantined,
                         [](FakeAccelerator&, DeviceHealth& health) {
                           health.ReportMismatch();
                         }},
                    Road{"Gone", DeviceState::kGone,
                         [](FakeAccelerator& device, DeviceHealth&) {
                           device.SetPresence(hw::Presence::kGone);
                         }},
                    Road{"Isolated", DeviceState::kIsolated,
                         [](FakeAccelerator& device, DeviceHealth&) {
                           device.SetPresence(hw::Presence::kIsolated);
                         }},
                    Road{"Probation", DeviceState::kProbation,
                         [](FakeAccelerator&, DeviceHealth& health) {
                           health.RequestReset(HealthReason::kOpenFailed);
                         }},
                    Road{"Down", DeviceState::kDown,
                         [](FakeAccelerator& device, DeviceHealth& health) {
                           device.SetResetStatus(absl::UnavailableError(""));
                           health.RequestReset(HealthReason::kOpenFailed);
                         }}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace uacced
