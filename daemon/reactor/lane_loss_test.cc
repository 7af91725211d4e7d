// How a lane loses its queue, and gets another.
#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "daemon/reactor/lane.h"
#include "gtest/gtest.h"
#include "tests/support/fake_queue.h"
#include "tests/support/recording_reply.h"

namespace uacced {
namespace {

using absl::StatusCode;

constexpr size_t kBufferBytes = 100;
constexpr uint8_t kAnswered = 0xEE;

class RecordingSink final : public LostQueueSink {
 public:
  void TakeLost(LostQueue lost) override { taken.push_back(std::move(lost)); }
  std::vector<LostQueue> taken;
};

// Uses the buffer again as soon as the job is answered.
class ReusingReply final : public Reply {
 public:
  void Complete(std::unique_ptr<Job> job, DeferredList& /*deferred*/) override {
    std::fill_n(job->output.data(), job->output.size(), kAnswered);
    jobs.push_back(std::move(job));
  }
  void Lost() override { ADD_FAILURE() << "a job was lost"; }
  bool AllBuffersAreOurs() const {
    return std::all_of(jobs.begin(), jobs.end(), [](const auto& job) {
      const hw::MutableBytes bytes = job->output.span();
      return std::all_of(bytes.begin(), bytes.end(),
                         [](uint8_t byte) { return byte == kAnswered; });
    });
  }
  std::vector<std::unique_ptr<Job>> jobs;
};

class LaneLossTest : public testing::Test {
 protected:
  LaneLossTest() { MakeLane(&sink_); }

  void MakeLane(LostQueueSink* sink) {
    LaneTimeouts timeouts_ns{};
    timeouts_ns[static_cast<size_t>(hw::Operation::kCompress)] = 1'000;
    timeouts_ns[static_cast<size_t>(hw::Operation::kDigest)] = 100;
    lane_ = std::make_unique<Lane>(LaneOptions{.name = "fake",
                                               .timeouts_ns = timeouts_ns,
                                               .health = &health_,
                                               .sink = sink,
                                               .key = 7},
                                   std::make_unique<FakeQueue>(state_, 4),
                                   std::vector<uint64_t>{1000}, &deferred_);
  }
  void Enqueue(int count, hw::Operation operation = hw::Operation::kCompress) {
    for (int i = 0; i < count; ++i) {
      auto job = MakeJob(&reply_);
      job->request.operation = operation;
      job->output = hw::DmaBuffer::Allocate(kBufferBytes);
      job->request.destination = job->output.span();
      lane_->Enqueue(std::move(job));
    }
  }
  // Four jobs are with the device, two wait.
  void Fill(int64_t now_ns = 1) {
    Enqueue(6);
    ASSERT_EQ(lane_->SubmitWaiting(now_ns), 4u);
  }
  // The queue is lost, the two that wait are answered, the four are not; then
  // those are, once, and not before the queue is stopped.
  void ExpectLoss(LossReason reason) {
    EXPECT_TRUE(lane_->has_lost());
    EXPECT_FALSE(lane_->stats().attached);
    EXPECT_TRUE(lane_->idle());
    EXPECT_EQ(lane_->stats().jobs_in_flight, 0u);
    EXPECT_EQ(lane_->stats().jobs_waiting, 0u);
    EXPECT_EQ(lane_->next_look_ns(), kInfiniteFutureNs);
    EXPECT_EQ(reply_.jobs.size(), 2u);
    EXPECT_FALSE(state_->is_destroyed());
    lane_->HandOver();
    ASSERT_EQ(sink_.taken.size(), 1u);
    EXPECT_EQ(sink_.taken[0].reason, reason);
    EXPECT_EQ(sink_.taken[0].key, 7u);
    EXPECT_EQ(sink_.taken[0].job_count, 4u);
    EXPECT_FALSE(lane_->has_lost());
    EXPECT_EQ(reply_.jobs.size(), 2u);
    EXPECT_FALSE(state_->is_destroyed());
    EndLostQueue(std::move(sink_.taken[0]), Cause::kDeviceLost, deferred_);
    sink_.taken.clear();
    EXPECT_TRUE(state_->is_destroyed());
    ExpectAllLost(6);
  }
  void ExpectAllLost(size_t count) {
    ASSERT_EQ(reply_.jobs.size(), count);
    for (const auto& job : reply_.jobs) {
      EXPECT_EQ(job->outcome.code, StatusCode::kUnavailable);
      EXPECT_EQ(job->outcome.cause, Cause::kDeviceLost);
    }
    EXPECT_TRUE(reply_.AllBuffersAreOurs());
  }

  ReusingReply reply_;
  RecordingSink sink_;
  DeviceHealth health_;
  DeferredList deferred_;
  std::shared_ptr<FakeQueueState> state_ = std::make_shared<FakeQueueState>();
  std::unique_ptr<Lane> lane_;
};

TEST_F(LaneLossTest, ACompletionFromNowhereLosesTheQueue) {
  Fill();
  state_->Complete(hw::Tag{0x7777});
  EXPECT_GT(lane_->PollCompletions(2), 0u);
  EXPECT_EQ(lane_->stats().unknown_tags, 1u);
  ExpectLoss(LossReason::kBrokeRules);
}

TEST_F(LaneLossTest, ADuplicateCompletionIsAnsweredOnce) {
  Enqueue(1);
  lane_->SubmitWaiting(1);
  const hw::Tag tag = state_->visible[0];
  state_->Complete(tag);
  lane_->PollCompletions(2);
  ASSERT_EQ(reply_.jobs.size(), 1u);
  EXPECT_EQ(reply_.jobs[0]->outcome.code, StatusCode::kOk);
  Enqueue(2);
  lane_->SubmitWaiting(3);
  // One of the two tags is the old one; completing it twice is the fault.
  state_->Complete(tag);
  state_->Complete(tag);
  lane_->PollCompletions(4);
  EXPECT_EQ(reply_.jobs.size(), 2u);
  ASSERT_TRUE(lane_->has_lost());
  lane_->HandOver();
  EXPECT_EQ(sink_.taken[0].job_count, 1u);
  EXPECT_EQ(sink_.taken[0].tag, static_cast<uint32_t>(tag));
  EndLostQueue(std::move(sink_.taken[0]), Cause::kDeviceLost, deferred_);
  EXPECT_EQ(reply_.jobs.size(), 3u);
}

TEST_F(LaneLossTest, AStoppedQueueIsLost) {
  Fill();
  state_->Fail(hw::QueueFault::kStopped);
  lane_->PollCompletions(2);
  ExpectLoss(LossReason::kStopped);
}

TEST_F(LaneLossTest, AQueueThatSaysItBrokeTheRulesIsLost) {
  Fill();
  state_->Fail(hw::QueueFault::kBrokeRules);
  lane_->PollCompletions(2);
  ExpectLoss(LossReason::kBrokeRules);
}

TEST_F(LaneLossTest, AQueueThatIsAskedBackIsLost) {
  Fill();
  lane_->Detach();
  lane_->Detach();
  ExpectLoss(LossReason::kRequested);
}

TEST_F(LaneLossTest, AQueueThatGetsNoFurtherIsLost) {
  Fill(50);
  EXPECT_EQ(lane_->next_look_ns(), 300);
  EXPECT_EQ(lane_->PollCompletions(300), 0u);
  EXPECT_EQ(lane_->next_look_ns(), 550);
  EXPECT_EQ(lane_->PollCompletions(1'049), 0u);
  EXPECT_FALSE(lane_->has_lost());
  EXPECT_EQ(lane_->next_look_ns(), 1'050);
  lane_->PollCompletions(1'050);
  EXPECT_EQ(lane_->stats().timeouts, 1u);
  ExpectLoss(LossReason::kTimeout);
}

// Four jobs, each of which takes most of the time it has: the last one waits
// three times longer than that, in a queue that works well.
TEST_F(LaneLossTest, WaitingBehindOthersIsNotBeingStuck) {
  Enqueue(4);
  lane_->SubmitWaiting(0);
  int64_t now_ns = 0;
  for (int job = 0; job < 4; ++job) {
    for (int i = 0; i < 9; ++i) lane_->PollCompletions(now_ns += 100);
    state_->Complete(state_->visible[job]);
    EXPECT_EQ(lane_->PollCompletions(now_ns), 1u);
  }
  EXPECT_FALSE(lane_->has_lost());
}

// One completion is lost, all others come: the queue is stuck for that job.
TEST_F(LaneLossTest, AJobThatOthersOvertakeForTooLongCostsTheQueue) {
  Enqueue(2);
  lane_->SubmitWaiting(0);
  int64_t now_ns = 0;
  for (int i = 1; !lane_->has_lost(); ++i) {
    ASSERT_LT(now_ns, 1'300);
    state_->Complete(state_->visible[i]);
    lane_->PollCompletions(now_ns += 10);
    if (lane_->has_lost()) break;
    Enqueue(1);
    lane_->SubmitWaiting(now_ns);
  }
  EXPECT_GE(now_ns, 1'000);
  EXPECT_EQ(lane_->stats().timeouts, 1u);
}

TEST_F(LaneLossTest, WhatIsLargeMayTakeLonger) {
  std::vector<uint8_t> source(2'500'000);
  auto job = MakeJob(&reply_);
  job->request.operation = hw::Operation::kCompress;
  job->request.source = source;
  lane_->Enqueue(std::move(job));
  lane_->SubmitWaiting(0);
  lane_->PollCompletions(2'999);
  EXPECT_FALSE(lane_->has_lost());
  lane_->PollCompletions(3'000);
  EXPECT_TRUE(lane_->has_lost());
}

TEST_F(LaneLossTest, WhatWasFinishedInTimeIsInTimeHoweverLateItIsPolled) {
  Enqueue(1);
  lane_->SubmitWaiting(0);
  state_->Complete(state_->visible[0]);
  EXPECT_EQ(lane_->PollCompletions(5'000), 1u);
  EXPECT_FALSE(lane_->has_lost());
  EXPECT_EQ(reply_.jobs[0]->outcome.code, StatusCode::kOk);
  // And there is nothing left to look for.
  EXPECT_EQ(lane_->next_look_ns(), kInfiniteFutureNs);
}

TEST_F(LaneLossTest, EachOperationHasItsTimeout) {
  Enqueue(1, hw::Operation::kCopy);  // Has none.
  lane_->SubmitWaiting(0);
  EXPECT_EQ(lane_->next_look_ns(), kInfiniteFutureNs);
  state_->Complete(state_->visible[0]);
  lane_->PollCompletions(5);
  Enqueue(1, hw::Operation::kCompress);
  lane_->SubmitWaiting(10);
  EXPECT_EQ(lane_->next_look_ns(), 260);
  Enqueue(1, hw::Operation::kDigest);
  lane_->SubmitWaiting(20);
  // The compression ends, and the digest is the oldest from then on.
  state_->Complete(state_->visible[1]);
  lane_->PollCompletions(30);
  lane_->PollCompletions(260);
  EXPECT_EQ(lane_->next_look_ns(), 285);
  lane_->PollCompletions(359);
  EXPECT_FALSE(lane_->has_lost());
  lane_->PollCompletions(360);
  EXPECT_TRUE(lane_->has_lost());
}

TEST_F(LaneLossTest, WithoutAQueueNewJobsAreRefusedAtOnce) {
  Fill();
  state_->Fail(hw::QueueFault::kStopped);
  lane_->PollCompletions(2);
  ExpectLoss(LossReason::kStopped);
  Enqueue(1);
  ExpectAllLost(7);
  EXPECT_EQ(lane_->PollCompletions(3), 0u);
  EXPECT_EQ(lane_->SubmitWaiting(3), 0u);
  EXPECT_EQ(lane_->event_fd(), -1);
  EXPECT_TRUE(lane_->Arm());
  lane_->Disarm();
}

TEST_F(LaneLossTest, ANewQueueServesAsTheOldOneDid) {
  Fill();
  state_->Fail(hw::QueueFault::kStopped);
  lane_->PollCompletions(2);
  ExpectLoss(LossReason::kStopped);
  auto next = std::make_shared<FakeQueueState>();
  next->auto_complete = true;
  // Another depth, which a device may come back with.
  lane_->Attach(std::make_unique<FakeQueue>(next, 2));
  EXPECT_TRUE(lane_->stats().attached);
  EXPECT_EQ(lane_->stats().resets, 1u);
  EXPECT_EQ(lane_->depth(), 2u);
  Enqueue(3);
  EXPECT_EQ(lane_->SubmitWaiting(10), 2u);
  EXPECT_EQ(lane_->PollCompletions(11), 2u);
  EXPECT_EQ(lane_->SubmitWaiting(12), 1u);
  EXPECT_EQ(lane_->PollCompletions(13), 1u);
  for (size_t i = 6; i < 9; ++i) {
    EXPECT_EQ(reply_.jobs[i]->outcome.code, StatusCode::kOk);
  }
}

TEST_F(LaneLossTest, WithoutASinkTheQueueIsEndedInPlace) {
  MakeLane(nullptr);
  Fill();
  state_->Fail(hw::QueueFault::kStopped);
  lane_->PollCompletions(2);
  lane_->HandOver();
  EXPECT_TRUE(state_->is_destroyed());
  ExpectAllLost(6);
}

// The other queue of a device may be done with a job before this one is.
TEST_F(LaneLossTest, StoppingEndsWhatWasLostTooAndIsFinal) {
  Fill();
  lane_->Detach();
  lane_->Stop(Cause::kShuttingDown);
  EXPECT_TRUE(state_->is_destroyed());
  EXPECT_FALSE(lane_->has_lost());
  ASSERT_EQ(reply_.jobs.size(), 6u);
  EXPECT_EQ(reply_.jobs[0]->outcome.cause, Cause::kDeviceLost);  // It waited.
  EXPECT_EQ(reply_.jobs[5]->outcome.cause, Cause::kShuttingDown);
  EXPECT_TRUE(reply_.AllBuffersAreOurs());
  Enqueue(1);
  EXPECT_EQ(reply_.jobs[6]->outcome.cause, Cause::kShuttingDown);
  EXPECT_TRUE(sink_.taken.empty());
}

TEST_F(LaneLossTest, AQueueThatTakesNothingIsAFaultOfItsDevice) {
  state_->submit_status = absl::UnavailableError("");
  Enqueue(100);
  while (lane_->SubmitWaiting(1) > 0) {
  }
  ExpectAllLost(100);
  EXPECT_EQ(health_.Read().breaker_opens, 1u);
  // That it cannot do something is none.
  state_->submit_status = absl::UnimplementedError("");
  Enqueue(100, hw::Operation::kDigest);
  while (lane_->SubmitWaiting(1) > 0) {
  }
  EXPECT_EQ(reply_.jobs.back()->outcome.cause, Cause::kUnsupported);
  EXPECT_EQ(health_.Read().breaker_opens, 1u);
}

TEST_F(LaneLossTest, CountsAndReportsFailuresByCode) {
  struct Row {
    StatusCode code;
    bool is_device_fault;
  };
  constexpr std::array<Row, 6> kRows = {{{StatusCode::kOk, false},
                                         {StatusCode::kInvalidArgument, false},
                                         {StatusCode::kOutOfRange, false},
                                         {StatusCode::kUnimplemented, false},
                                         {StatusCode::kUnavailable, true},
                                         {StatusCode::kInternal, true}}};
  state_->auto_complete = true;
  uint64_t breaker_opens = 0;
  for (size_t i = 0; i < kRows.size(); ++i) {
    state_->auto_code = kRows[i].code;
    // Different operations, so that the breakers do not mix.
    Enqueue(50, static_cast<hw::Operation>(i % hw::kOperationCount));
    while (lane_->SubmitWaiting(1) + lane_->PollCompletions(1) > 0) {
    }
    const auto code = static_cast<size_t>(kRows[i].code);
    EXPECT_EQ(lane_->stats().errors[code],
              kRows[i].code == StatusCode::kOk ? 0u : 50u);
    if (kRows[i].is_device_fault) ++breaker_opens;
    EXPECT_EQ(health_.Read().breaker_opens, breaker_opens) << i;
  }
}

}  // namespace
}  // namespace uacced
