// Queues that are lost and come back under a running reactor, and its timer.
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "daemon/reactor/reactor.h"
#include "gtest/gtest.h"
#include "tests/support/fake_queue.h"
#include "tests/support/recording_reply.h"

namespace uacced {
namespace {

using absl::StatusCode;

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kHour = 3'600'000 * kMs;

class ReactorLossTest : public testing::Test {
 protected:
  // `timeout_ns` of every operation; 0: none.
  void Start(bool auto_complete, int64_t timeout_ns) {
    auto reactor =
        Reactor::Create({.inbox_entries = 64, .quanta_bytes = {1000}}, &clock_);
    ASSERT_TRUE(reactor.ok()) << reactor.status();
    reactor_ = *std::move(reactor);
    state_->auto_complete = auto_complete;
    LaneTimeouts timeouts_ns;
    timeouts_ns.fill(timeout_ns);
    reactor_->AddLane({.name = "fake", .timeouts_ns = timeouts_ns},
                      std::make_unique<FakeQueue>(state_, 4));
    reactor_->Start();
    AwaitSleep();
  }
  void AwaitSleep() {
    const uint64_t before = sleeps();
    if (before > 0) return;
    while (sleeps() == 0) std::this_thread::yield();
  }
  void Push() {
    auto job = MakeJob(&reply_);
    while (!reactor_->TryPush(job)) std::this_thread::yield();
    reactor_->Kick();
  }
  uint64_t sleeps() const { return reactor_->stats().sleeps.load(); }
  bool attached() const { return reactor_->lane(0).stats().attached; }
  // What it holds for long enough must have been found by a sleeper: rounds
  // stand still while nothing happens.
  void ExpectNoWaking() {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const uint64_t loops = reactor_->stats().loops.load();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_LE(reactor_->stats().loops.load(), loops + 1);
  }

  MonotonicClock clock_;
  RecordingReply reply_;
  std::shared_ptr<FakeQueueState> state_ = std::make_shared<FakeQueueState>();
  std::unique_ptr<Reactor> reactor_;
};

TEST_F(ReactorLossTest, ATimeoutIsFoundByAReactorThatSleeps) {
  Start(false, 5 * kMs);
  const int64_t start_ns = clock_.NowNs();
  Push();
  // A hang here is a timer that nobody set.
  EXPECT_EQ(reply_.Take(1)[0]->outcome.cause, Cause::kDeviceLost);
  EXPECT_GE(clock_.NowNs() - start_ns, 5 * kMs);
  EXPECT_TRUE(state_->is_destroyed());
}

TEST_F(ReactorLossTest, AJobThatIsDoneLeavesNoTimerForLong) {
  Start(true, 2 * kMs);
  for (int i = 0; i < 20; ++i) Push();
  reply_.Take(20);
  ExpectNoWaking();
  // The next one is looked after all the same.
  {
    std::lock_guard lock(state_->mutex);
    state_->auto_complete = false;
  }
  Push();
  EXPECT_EQ(reply_.Take(1)[0]->outcome.cause, Cause::kDeviceLost);
}

TEST_F(ReactorLossTest, WithoutTimeoutsThereIsNoTimer) {
  Start(false, 0);
  Push();
  while (state_->visible_count() == 0) std::this_thread::yield();
  ExpectNoWaking();
  EXPECT_TRUE(attached());
}

TEST_F(ReactorLossTest, AStreamOfJobsWakesTheSleeperForItsTimerOnce) {
  Start(true, kHour);
  const uint64_t before = sleeps();
  for (int i = 0; i < 500; ++i) {
    Push();
    reply_.Take(1);
  }
  // One more for each time it was still on its way to sleep.
  EXPECT_LE(sleeps(), before + 50);
}

TEST_F(ReactorLossTest, AnEarlierTimeoutThanTheTimersWakesTheSleeper) {
  auto other = std::make_shared<FakeQueueState>();
  auto reactor =
      Reactor::Create({.inbox_entries = 64, .quanta_bytes = {1000}}, &clock_);
  ASSERT_TRUE(reactor.ok()) << reactor.status();
  reactor_ = *std::move(reactor);
  LaneTimeouts long_ns, short_ns;
  long_ns.fill(kHour);
  short_ns.fill(5 * kMs);
  reactor_->AddLane({.name = "slow", .timeouts_ns = long_ns},
                    std::make_unique<FakeQueue>(state_, 4));
  reactor_->AddLane({.name = "fast", .timeouts_ns = short_ns},
                    std::make_unique<FakeQueue>(other, 4));
  reactor_->Start();
  Push();
  while (state_->visible_count() == 0) std::this_thread::yield();
  auto job = MakeJob(&reply_);
  job->lane_index = 1;
  ASSERT_TRUE(reactor_->TryPush(job));
  reactor_->Kick();
  EXPECT_EQ(reply_.Take(1)[0]->lane_index, 1);
}

TEST_F(ReactorLossTest, AFaultWakesTheSleeper) {
  Start(false, 0);
  Push();
  while (state_->visible_count() == 0) std::this_thread::yield();
  state_->Fail(hw::QueueFault::kStopped);
  EXPECT_EQ(reply_.Take(1)[0]->outcome.cause, Cause::kDeviceLost);
}

TEST_F(ReactorLossTest, ANewQueueIsServedAndWakesTheSleeper) {
  Start(false, 0);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(reactor_->Detach(0));
    while (attached()) std::this_thread::yield();
    // Its descriptor's number is likely that of the one before.
    state_ = std::make_shared<FakeQueueState>();
    ASSERT_TRUE(reactor_->Attach(0, std::make_unique<FakeQueue>(state_, 4)));
    while (!attached()) std::this_thread::yield();
    Push();
    while (state_->visible_count() == 0) std::this_thread::yield();
    state_->Complete(state_->visible[0]);
    // A hang here is a lost wake-up.
    EXPECT_EQ(reply_.Take(1)[0]->outcome.code, StatusCode::kOk);
  }
  EXPECT_EQ(reactor_->lane(0).stats().resets, 50u);
}

TEST_F(ReactorLossTest, AfterTheEndQueuesAreNotTaken) {
  Start(true, 0);
  ASSERT_TRUE(reactor_->Detach(0));
  while (attached()) std::this_thread::yield();
  reactor_->Stop(0);
  auto late = std::make_shared<FakeQueueState>();
  EXPECT_FALSE(reactor_->Attach(0, std::make_unique<FakeQueue>(late, 4)));
  EXPECT_TRUE(late->is_destroyed());
  EXPECT_FALSE(reactor_->Detach(0));
  Push();
  EXPECT_EQ(reply_.Take(1)[0]->outcome.cause, Cause::kShuttingDown);
}

TEST_F(ReactorLossTest, QueuesAttachedAroundTheEndAreAllDestroyed) {
  for (int round = 0; round < 20; ++round) {
    state_ = std::make_shared<FakeQueueState>();
    Start(true, 0);
    std::vector<std::shared_ptr<FakeQueueState>> queues;
    std::thread supervisor([&] {
      for (;;) {
        if (!reactor_->Detach(0)) return;
        while (attached()) std::this_thread::yield();
        queues.push_back(std::make_shared<FakeQueueState>());
        if (!reactor_->Attach(0,
                              std::make_unique<FakeQueue>(queues.back(), 4))) {
          return;
        }
        // The end may have come before it was attached.
        for (int i = 0; i < 1000 && !attached(); ++i) std::this_thread::yield();
        if (!attached()) return;
      }
    });
    for (int i = 0; i < 50; ++i) Push();
    reactor_->Stop(0);
    supervisor.join();
    for (const auto& queue : queues) EXPECT_TRUE(queue->is_destroyed());
  }
  EXPECT_EQ(reply_.Take(1000).size(), 1000u);
  EXPECT_EQ(reply_.lost(), 0);
}

}  // namespace
}  // namespace uacced
