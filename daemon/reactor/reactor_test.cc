#include "daemon/reactor/reactor.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_queue.h"
#include "tests/support/recording_reply.h"

namespace uacced {
namespace {

using absl::StatusCode;

class ReactorTest : public testing::Test {
 protected:
  void Start(uint32_t depth, bool auto_complete,
             Reactor::Options options = {.inbox_entries = 64,
                                         .quanta_bytes = {1000}}) {
    auto reactor = Reactor::Create(std::move(options), &clock_);
    ASSERT_TRUE(reactor.ok()) << reactor.status();
    reactor_ = *std::move(reactor);
    state_->auto_complete = auto_complete;
    EXPECT_EQ(
        reactor_->AddLane("fake", std::make_unique<FakeQueue>(state_, depth)),
        0);
    reactor_->Start();
  }
  void Push(std::unique_ptr<Job> job) {
    while (!reactor_->TryPush(job)) std::this_thread::yield();
    reactor_->Kick();
  }

  MonotonicClock clock_;
  RecordingReply reply_;
  std::shared_ptr<FakeQueueState> state_ = std::make_shared<FakeQueueState>();
  std::unique_ptr<Reactor> reactor_;
};

TEST_F(ReactorTest, AnswersEveryJobOnceFromManyThreads) {
  Start(8, true);
  constexpr int kThreads = 3, kEach = 3000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) Push(MakeJob(&reply_));
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& job : reply_.Take(kThreads * kEach)) {
    ASSERT_EQ(job->outcome.code, StatusCode::kOk);
  }
  EXPECT_EQ(reply_.lost(), 0);
}

TEST_F(ReactorTest, WakesForALateCompletionAndForALateJob) {
  Start(8, false);
  for (int i = 0; i < 200; ++i) {
    Push(MakeJob(&reply_));
    while (state_->visible_count() == 0) std::this_thread::yield();
    hw::Tag tag;
    {
      std::lock_guard lock(state_->mutex);
      tag = state_->visible.front();
      state_->visible.pop_front();
    }
    state_->Complete(tag);
    reply_.Take(1);  // A hang here is a lost wake-up.
  }
}

TEST_F(ReactorTest, SleepsWhenIdle) {
  Start(8, true);
  Push(MakeJob(&reply_));
  reply_.Take(1);
  const auto sleeps = [&] { return reactor_->stats().sleeps.load(); };
  // It goes to sleep, and a sleeper does not loop.
  while (sleeps() == 0) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const uint64_t loops = reactor_->stats().loops.load();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LE(reactor_->stats().loops.load(), loops + 1);
}

TEST_F(ReactorTest, AFullInboxRefusesAndLeavesTheJob) {
  auto reactor =
      Reactor::Create({.inbox_entries = 2, .quanta_bytes = {1000}}, &clock_);
  ASSERT_TRUE(reactor.ok());
  (*reactor)->AddLane("fake", std::make_unique<FakeQueue>(state_, 4));
  state_->auto_complete = true;
  auto a = MakeJob(&reply_), b = MakeJob(&reply_), c = MakeJob(&reply_);
  EXPECT_TRUE((*reactor)->TryPush(a));
  EXPECT_TRUE((*reactor)->TryPush(b));
  EXPECT_FALSE((*reactor)->TryPush(c));
  ASSERT_NE(c, nullptr);
  (*reactor)->Start();
  reply_.Take(2);
  Answer(std::move(c), {});
}

TEST_F(ReactorTest, StopRefusesWhatWaitsAndFinishesWhatTheDeviceHolds) {
  Start(2, false);
  for (int i = 0; i < 5; ++i) Push(MakeJob(&reply_));
  while (state_->visible_count() < 2) std::this_thread::yield();
  std::thread device([&] {
    // The waiting ones are refused first.
    while (reply_.count() < 3) std::this_thread::yield();
    state_->Complete(state_->visible[0]);
    state_->Complete(state_->visible[1]);
  });
  reactor_->Stop(60'000'000'000);
  device.join();
  int ok = 0, refused = 0;
  for (const auto& job : reply_.Take(5)) {
    ok += job->outcome.code == StatusCode::kOk;
    refused += job->outcome.cause == Cause::kShuttingDown;
  }
  EXPECT_EQ(ok, 2);
  EXPECT_EQ(refused, 3);
  EXPECT_EQ(reply_.lost(), 0);
}

TEST_F(ReactorTest, AJobBroughtAfterTheEndIsRefusedAtOnce) {
  Start(2, true);
  reactor_->Stop(0);
  for (int i = 0; i < 3; ++i) Push(MakeJob(&reply_));
  for (const auto& job : reply_.Take(3)) {
    EXPECT_EQ(job->outcome.cause, Cause::kShuttingDown);
  }
}

// Each answer brings the next job, more of them than a helper turns rounds for.
class ChainReply final : public Reply {
 public:
  ChainReply(Reactor* reactor, int left) : reactor_(reactor), left_(left) {}
  void Complete(std::unique_ptr<Job> /*job*/,
                DeferredList& /*deferred*/) override {
    ++answers_;
    if (--left_ == 0) return;
    auto next = MakeJob(this);
    ASSERT_TRUE(reactor_->TryPush(next));
    reactor_->Kick();
  }
  void Lost() override { ADD_FAILURE() << "a job was lost"; }
  int answers() const { return answers_; }

 private:
  Reactor* const reactor_;
  int left_;
  int answers_ = 0;
};

TEST_F(ReactorTest, AfterTheEndEvenAChainOfJobsIsAnswered) {
  Start(2, true);
  reactor_->Stop(0);
  ChainReply chain(reactor_.get(), 5000);
  auto first = MakeJob(&chain);
  ASSERT_TRUE(reactor_->TryPush(first));
  reactor_->Kick();
  EXPECT_EQ(chain.answers(), 5000);
  Push(MakeJob(&reply_));
  EXPECT_EQ(reply_.Take(1)[0]->outcome.cause, Cause::kShuttingDown);
}

TEST_F(ReactorTest, JobsThatRaceWithTheEndAreAllAnswered) {
  for (int round = 0; round < 20; ++round) {
    state_ = std::make_shared<FakeQueueState>();
    Start(4, true);
    std::atomic<int> pushed{0};
    std::thread client([&] {
      for (int i = 0; i < 300; ++i) {
        Push(MakeJob(&reply_));
        pushed.fetch_add(1);
      }
    });
    while (pushed.load() < 10) std::this_thread::yield();
    reactor_->Stop(0);
    client.join();
    EXPECT_EQ(reply_.Take(300).size(), 300u);
  }
  EXPECT_EQ(reply_.lost(), 0);
}

TEST_F(ReactorTest, StopDoesNotWaitForeverForADeadDevice) {
  Start(2, false);
  Push(MakeJob(&reply_));
  while (state_->visible_count() < 1) std::this_thread::yield();
  reactor_->Stop(5'000'000);
  EXPECT_TRUE(state_->destroyed);
  EXPECT_EQ(reply_.Take(1)[0]->outcome.code, StatusCode::kUnavailable);
}

TEST_F(ReactorTest, TheClockGivenIsTheOneThatExpiresJobs) {
  ManualClock clock(1'000);
  auto reactor =
      Reactor::Create({.inbox_entries = 16, .quanta_bytes = {1000}}, &clock);
  ASSERT_TRUE(reactor.ok());
  (*reactor)->AddLane("fake", std::make_unique<FakeQueue>(state_, 1));
  (*reactor)->Start();
  auto late = MakeJob(&reply_), timely = MakeJob(&reply_);
  late->deadline_ns = 1'000;
  timely->deadline_ns = 1'001;
  state_->auto_complete = true;
  ASSERT_TRUE((*reactor)->TryPush(late));
  ASSERT_TRUE((*reactor)->TryPush(timely));
  (*reactor)->Kick();
  auto jobs = reply_.Take(2);
  EXPECT_EQ(jobs[0]->outcome.code, StatusCode::kDeadlineExceeded);
  EXPECT_EQ(jobs[1]->outcome.code, StatusCode::kOk);
}

// Counts results, and how many there were each time it was woken for them.
class GatheringReply final : public Reply, public Deferred {
 public:
  void Complete(std::unique_ptr<Job> job, DeferredList& deferred) override {
    job.reset();
    if (gathered_++ == 0) deferred.Add(this);
    done_.fetch_add(1);
    done_.notify_all();
  }
  void RunDeferred() override {
    largest_ = std::max(largest_, std::exchange(gathered_, 0));
  }
  void Lost() override { ADD_FAILURE() << "a job was lost"; }
  void Await(int count) {
    for (int now = done_.load(); now < count; now = done_.load()) {
      done_.wait(now);
    }
  }
  int largest() const { return largest_; }

 private:
  int gathered_ = 0;
  int largest_ = 0;
  std::atomic<int> done_{0};
};

TEST_F(ReactorTest, WhatRepliesPutOffRunsOnceForTheRound) {
  Start(64, true);
  while (reactor_->stats().sleeps.load() == 0) std::this_thread::yield();
  GatheringReply reply;
  for (int i = 0; i < 40; ++i) {
    auto job = MakeJob(&reply);
    ASSERT_TRUE(reactor_->TryPush(job));
  }
  reactor_->Kick();
  reply.Await(40);
  reactor_->Stop(0);
  EXPECT_EQ(reply.largest(), 40);
}

// A job brought to a sleeping reactor is done by who brings it.
TEST_F(ReactorTest, WhoFindsTheReactorAsleepDoesTheJob) {
  Start(8, true);
  while (reactor_->stats().sleeps.load() == 0) std::this_thread::yield();
  const auto asleep = [&] {
    // The flag goes up before the thread is in the kernel, and the turn is
    // given away only then: so one push may still have to wake it.
    const uint64_t before = reactor_->stats().sleeps.load();
    Push(MakeJob(&reply_));
    const bool done_at_once = reply_.count() == 1;
    reply_.Take(1);
    return done_at_once && reactor_->stats().sleeps.load() == before;
  };
  // At the latest when it had time to fall asleep.
  while (!asleep()) std::this_thread::yield();
}

}  // namespace
}  // namespace uacced
