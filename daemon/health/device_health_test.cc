#include "daemon/health/device_health.h"

#include <atomic>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using hw::Operation;

constexpr Operation kOperation = Operation::kCompress;

class CountingObserver final : public HealthObserver {
 public:
  void HealthChanged() override { calls.fetch_add(1); }
  std::atomic<int> calls{0};
};

class DeviceHealthTest : public testing::Test {
 protected:
  DeviceHealthTest() { health_.SetObserver(&observer_); }

  bool Admits(Operation operation = kOperation) {
    return health_.Admits(operation, clock_.NowNs());
  }
  void Results(int count, bool fault, Operation operation = kOperation) {
    for (int i = 0; i < count; ++i) health_.OnResult(operation, Of(fault));
  }
  static DeviceHealth::Result Of(bool fault) {
    return fault ? DeviceHealth::Result::kFault : DeviceHealth::Result::kProof;
  }
  BreakerState Breaker(Operation operation = kOperation) {
    return health_.Read().breakers[static_cast<size_t>(operation)];
  }
  void ExpectState(DeviceState state, HealthReason reason) {
    EXPECT_EQ(Name(health_.Read().state), Name(state));
    EXPECT_EQ(Name(health_.Read().reason), Name(reason));
    EXPECT_EQ(health_.state(), state);
  }
  int64_t BackoffNs() { return health_.Read().retry_at_ns - clock_.NowNs(); }
  void ToProbation() {
    clock_.Advance(BackoffNs());
    health_.BeginReset();
    health_.BeginProbation();
    ExpectState(DeviceState::kProbation, HealthReason::kReset);
  }
  void ToUp() {
    ToProbation();
    Results(3, false);
    ExpectState(DeviceState::kUp, HealthReason::kProven);
  }

  ManualClock clock_{1'000'000};
  CountingObserver observer_;
  DeviceHealth health_{{.breaker_faults = 3,
                        .trials = {.max_trials = 2, .trial_timeout_ns = 5'000},
                        .probation_successes = 3,
                        .min_backoff_ns = 100,
                        .max_backoff_ns = 1'000,
                        .min_quarantine_ns = 300,
                        .memory_ns = 10'000},
                       &clock_};
};

TEST_F(DeviceHealthTest, IsUpAtFirstAndStaysSoWhileAllIsWell) {
  ExpectState(DeviceState::kUp, HealthReason::kNone);
  Results(100, false);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(Admits());
  EXPECT_EQ(health_.Read().since_ns, 1'000'000);
  EXPECT_TRUE(health_.TakeEvents().empty());
  EXPECT_EQ(observer_.calls, 0);
}

TEST_F(DeviceHealthTest, FaultsInARowOpenTheBreakerOfThatOperation) {
  Results(2, true);
  Results(1, false);
  Results(2, true);
  EXPECT_EQ(Breaker(), BreakerState::kClosed);
  EXPECT_TRUE(Admits());
  Results(1, true);
  EXPECT_EQ(Breaker(), BreakerState::kOpen);
  EXPECT_FALSE(Admits());
  EXPECT_TRUE(Admits(Operation::kDecompress));
  ExpectState(DeviceState::kUp, HealthReason::kNone);
  EXPECT_EQ(health_.Read().breaker_opens, 1u);
  EXPECT_GT(observer_.calls, 0);
  const auto events = health_.TakeEvents();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, HealthEvent::Kind::kBreakerOpened);
  EXPECT_EQ(events[0].operation, kOperation);
  EXPECT_EQ(events[0].retry_at_ns, clock_.NowNs() + 100);
}

TEST_F(DeviceHealthTest, WhatWasOnItsWayWhenTheBreakerOpenedChangesNothing) {
  Results(3, true);
  Results(5, true);
  Results(5, false);
  EXPECT_EQ(Breaker(), BreakerState::kOpen);
  EXPECT_EQ(health_.Read().breaker_opens, 1u);
}

TEST_F(DeviceHealthTest, AnOpenBreakerLetsAFewTryAndOneSuccessClosesIt) {
  Results(3, true);
  clock_.Advance(99);
  EXPECT_FALSE(Admits());
  clock_.Advance(1);
  EXPECT_EQ(Breaker(), BreakerState::kOnTrial);
  EXPECT_TRUE(Admits());
  EXPECT_TRUE(Admits());
  EXPECT_FALSE(Admits());
  Results(1, false);
  EXPECT_EQ(Breaker(), BreakerState::kClosed);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Admits());
  // It starts from the beginning again.
  Results(2, true);
  EXPECT_EQ(Breaker(), BreakerState::kClosed);
  Results(1, true);
  EXPECT_FALSE(Admits());
  clock_.Advance(100);
  EXPECT_TRUE(Admits());
}

TEST_F(DeviceHealthTest, ABreakerThatOpensAgainStaysOpenTwiceAsLongUpToACap) {
  Results(3, true);
  for (const int64_t backoff_ns : {100, 200, 400, 800, 1'000, 1'000}) {
    clock_.Advance(backoff_ns - 1);
    EXPECT_FALSE(Admits()) << backoff_ns;
    clock_.Advance(1);
    EXPECT_TRUE(Admits()) << backoff_ns;
    Results(1, true);
    EXPECT_FALSE(Admits()) << backoff_ns;
  }
  EXPECT_EQ(health_.Read().breaker_opens, 7u);
}

TEST_F(DeviceHealthTest, OneLostQueueLeavesTheDeviceUp) {
  health_.OnQueueLost(LossReason::kStopped);
  ExpectState(DeviceState::kUp, HealthReason::kNone);
  EXPECT_TRUE(Admits());
  health_.OnQueueReopened();
  EXPECT_EQ(health_.Read().queue_resets, 1u);
  // Long after that, another.
  clock_.Advance(10'000);
  health_.OnQueueLost(LossReason::kStopped);
  ExpectState(DeviceState::kUp, HealthReason::kNone);
}

TEST_F(DeviceHealthTest, ASecondLostQueueSoonTakesTheDeviceOutAtOnce) {
  health_.OnQueueLost(LossReason::kStopped);
  clock_.Advance(9'999);
  health_.OnQueueLost(LossReason::kTimeout);
  ExpectState(DeviceState::kDown, HealthReason::kTimeout);
  EXPECT_FALSE(Admits());
  EXPECT_EQ(BackoffNs(), 0);  // The first reset is at once.
  // Its other queues are taken away.
  health_.OnQueueLost(LossReason::kRequested);
  health_.OnQueueLost(LossReason::kBrokeRules);
  ExpectState(DeviceState::kDown, HealthReason::kTimeout);
  const HealthSnapshot snapshot = health_.Read();
  EXPECT_EQ(snapshot.losses[static_cast<int>(LossReason::kStopped)], 1u);
  EXPECT_EQ(snapshot.losses[static_cast<int>(LossReason::kTimeout)], 1u);
  EXPECT_EQ(snapshot.losses[static_cast<int>(LossReason::kRequested)], 1u);
  EXPECT_EQ(snapshot.losses[static_cast<int>(LossReason::kBrokeRules)], 1u);
}

TEST_F(DeviceHealthTest, AQueueTakenBackIsNoLossToRemember) {
  health_.OnQueueLost(LossReason::kRequested);
  health_.OnQueueLost(LossReason::kStopped);
  ExpectState(DeviceState::kUp, HealthReason::kNone);
}

TEST_F(DeviceHealthTest, ProbationIsAFewAtATimeAndEndsWithSuccesses) {
  health_.RequestReset(HealthReason::kOpenFailed);
  EXPECT_FALSE(Admits());
  health_.BeginReset();
  ExpectState(DeviceState::kResetting, HealthReason::kOpenFailed);
  EXPECT_FALSE(Admits());
  health_.BeginProbation();
  EXPECT_TRUE(Admits());
  EXPECT_TRUE(Admits(Operation::kDecompress));
  EXPECT_FALSE(Admits());
  Results(1, false, Operation::kDecompress);
  EXPECT_TRUE(Admits());
  Results(1, false);
  ExpectState(DeviceState::kProbation, HealthReason::kReset);
  Results(1, false);
  ExpectState(DeviceState::kUp, HealthReason::kProven);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Admits());
  EXPECT_EQ(health_.Read().device_resets, 1u);
}

TEST_F(DeviceHealthTest, EveryFailureOnTheWayBackDoublesTheBackoffUpToACap) {
  health_.RequestReset(HealthReason::kOpenFailed);
  EXPECT_EQ(BackoffNs(), 0);
  health_.BeginReset();
  health_.RequestReset(HealthReason::kResetFailed);
  ExpectState(DeviceState::kDown, HealthReason::kResetFailed);
  EXPECT_EQ(BackoffNs(), 100);
  ToProbation();
  Results(1, true);
  ExpectState(DeviceState::kDown, HealthReason::kProbationFailed);
  EXPECT_EQ(BackoffNs(), 200);
  ToProbation();
  health_.OnQueueLost(LossReason::kTimeout);
  ExpectState(DeviceState::kDown, HealthReason::kTimeout);
  EXPECT_EQ(BackoffNs(), 400);
  // Being up for a moment is not enough to forget that.
  ToUp();
  health_.RequestReset(HealthReason::kOpenFailed);
  EXPECT_EQ(BackoffNs(), 800);
  ToUp();
  health_.RequestReset(HealthReason::kOpenFailed);
  EXPECT_EQ(BackoffNs(), 1'000);
  // Being up for long is.
  ToUp();
  clock_.Advance(10'000);
  health_.RequestReset(HealthReason::kOpenFailed);
  EXPECT_EQ(BackoffNs(), 0);
}

TEST_F(DeviceHealthTest, AMismatchQuarantinesForLonger) {
  health_.ReportMismatch();
  ExpectState(DeviceState::kQuarantined, HealthReason::kMismatch);
  EXPECT_FALSE(Admits());
  EXPECT_EQ(BackoffNs(), 300);
  // More of the same bout.
  clock_.Advance(50);
  health_.ReportMismatch();
  EXPECT_EQ(BackoffNs(), 250);
  EXPECT_EQ(health_.Read().mismatches, 2u);
  ToProbation();
  health_.ReportMismatch();
  ToProbation();
  health_.ReportMismatch();
  ToProbation();
  health_.ReportMismatch();
  EXPECT_EQ(BackoffNs(), 400);  // 100, 200, 400, of which 300 is the least.
}

TEST_F(DeviceHealthTest, ADeviceThatIsAwayComesBackOverAReset) {
  health_.OnPresence(hw::Presence::kPresent);
  ExpectState(DeviceState::kUp, HealthReason::kNone);
  health_.OnPresence(hw::Presence::kIsolated);
  ExpectState(DeviceState::kIsolated, HealthReason::kIsolated);
  EXPECT_FALSE(Admits());
  health_.OnPresence(hw::Presence::kGone);
  ExpectState(DeviceState::kGone, HealthReason::kGone);
  health_.OnPresence(hw::Presence::kGone);
  health_.ReportMismatch();  // Of a job from before.
  health_.OnQueueLost(LossReason::kStopped);
  ExpectState(DeviceState::kGone, HealthReason::kGone);
  health_.OnPresence(hw::Presence::kPresent);
  ExpectState(DeviceState::kDown, HealthReason::kReturned);
  EXPECT_EQ(BackoffNs(), 0);
  ToUp();
  // In and out again and again: slower and slower.
  health_.OnPresence(hw::Presence::kGone);
  health_.OnPresence(hw::Presence::kPresent);
  EXPECT_EQ(BackoffNs(), 100);
}

TEST_F(DeviceHealthTest, WhatHappensDuringAResetIsNotOverruledByItsEnd) {
  health_.RequestReset(HealthReason::kOpenFailed);
  health_.BeginReset();
  health_.OnPresence(hw::Presence::kGone);
  health_.BeginProbation();
  ExpectState(DeviceState::kGone, HealthReason::kGone);
  EXPECT_FALSE(Admits());
}

TEST_F(DeviceHealthTest, AResetClosesBreakers) {
  Results(3, true);
  health_.RequestReset(HealthReason::kOpenFailed);
  ToUp();
  EXPECT_EQ(Breaker(), BreakerState::kClosed);
  EXPECT_TRUE(Admits());
}

TEST_F(DeviceHealthTest, ResultsOfADeviceThatIsOutOfUseTellNothing) {
  health_.ReportMismatch();
  Results(100, true);
  Results(100, false);
  ExpectState(DeviceState::kQuarantined, HealthReason::kMismatch);
  EXPECT_EQ(health_.Read().breaker_opens, 0u);
}

TEST_F(DeviceHealthTest, EventsTellTheStoryInOrderAndOnce) {
  health_.ReportMismatch();
  ToUp();
  std::vector<DeviceState> story;
  for (const HealthEvent& event : health_.TakeEvents()) {
    EXPECT_EQ(event.kind, HealthEvent::Kind::kState);
    story.push_back(event.state);
  }
  EXPECT_EQ(story, (std::vector<DeviceState>{
                       DeviceState::kQuarantined, DeviceState::kResetting,
                       DeviceState::kProbation, DeviceState::kUp}));
  EXPECT_TRUE(health_.TakeEvents().empty());
}

TEST_F(DeviceHealthTest, EveryThreadMayAskAndReport) {
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      const auto operation = static_cast<Operation>(t);
      for (int i = 0; !done.load(); ++i) {
        if (Admits(operation)) health_.OnResult(operation, Of(i % 7 == 0));
        if (i % 1000 == 0) health_.ReportMismatch();
      }
    });
  }
  // The part of the supervisor.
  for (int i = 0; i < 50; ++i) {
    while (health_.state() != DeviceState::kQuarantined &&
           health_.state() != DeviceState::kDown) {
      clock_.Advance(10);
      std::this_thread::yield();
    }
    clock_.Advance(1'000);
    health_.TakeEvents();
    health_.BeginReset();
    health_.BeginProbation();
    health_.Read();
  }
  done.store(true);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(health_.Read().device_resets, 50u);
}

TEST_F(DeviceHealthTest, WhatProvesNothingOnlyMakesRoomForTheNextTrial) {
  health_.RequestReset(HealthReason::kStopped);
  ToProbation();
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(Admits());
    EXPECT_TRUE(Admits());
    EXPECT_FALSE(Admits());
    health_.OnResult(kOperation, DeviceHealth::Result::kNothing);
    health_.OnResult(kOperation, DeviceHealth::Result::kNothing);
  }
  ExpectState(DeviceState::kProbation, HealthReason::kReset);
  Results(3, false);
  ExpectState(DeviceState::kUp, HealthReason::kProven);
}

}  // namespace
}  // namespace uacced
