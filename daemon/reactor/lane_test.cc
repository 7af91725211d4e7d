#include "daemon/reactor/lane.h"

#include <atomic>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/fake_queue.h"
#include "tests/support/recording_reply.h"

namespace uacced {
namespace {

using absl::StatusCode;

class LaneTest : public testing::Test {
 protected:
  LaneTest()
      : state_(std::make_shared<FakeQueueState>()),
        lane_(std::make_unique<Lane>(LaneOptions{.name = "fake"},
                                     std::make_unique<FakeQueue>(state_, 4),
                                     std::vector<uint64_t>{1000}, &deferred_)) {
  }

  void Enqueue(int count) {
    for (int i = 0; i < count; ++i) lane_->Enqueue(MakeJob(&reply_));
  }

  RecordingReply reply_;
  DeferredList deferred_;
  std::shared_ptr<FakeQueueState> state_;
  std::unique_ptr<Lane> lane_;
};

TEST_F(LaneTest, SubmitsWhatFitsWithOneDoorbell) {
  Enqueue(6);
  EXPECT_EQ(lane_->SubmitWaiting(100), 4u);
  EXPECT_EQ(state_->visible_count(), 4u);
  EXPECT_EQ(state_->flushes, 1);
  EXPECT_EQ(lane_->stats().jobs_in_flight, 4u);
  EXPECT_EQ(lane_->stats().jobs_waiting, 2u);
  EXPECT_EQ(lane_->SubmitWaiting(100), 0u);
}

TEST_F(LaneTest, AnswersWithTheDevicesWordAndTimes) {
  lane_->Enqueue([&] {
    auto job = MakeJob(&reply_);
    job->admitted_ns = 40;
    return job;
  }());
  lane_->SubmitWaiting(100);
  state_->Complete(state_->visible[0], StatusCode::kOutOfRange);
  EXPECT_EQ(lane_->PollCompletions(250), 1u);
  auto jobs = reply_.Take(1);
  EXPECT_EQ(jobs[0]->outcome.code, StatusCode::kOutOfRange);
  EXPECT_EQ(jobs[0]->outcome.cause, Cause::kDevice);
  EXPECT_EQ(jobs[0]->queue_wait_ns, 60);
  EXPECT_EQ(jobs[0]->service_time_ns, 150);
  EXPECT_EQ(lane_->stats().jobs_done, 1u);
  EXPECT_EQ(lane_->stats().jobs_failed, 0u);  // It wanted room, that is all.
}

TEST_F(LaneTest, ExpiredAndCancelledJobsNeverReachTheDevice) {
  std::atomic<bool> cancelled{true};
  auto gone = MakeJob(&reply_);
  gone->cancelled = &cancelled;
  auto late = MakeJob(&reply_);
  late->deadline_ns = 100;
  lane_->Enqueue(std::move(gone));
  lane_->Enqueue(std::move(late));
  EXPECT_EQ(lane_->SubmitWaiting(100), 2u);
  EXPECT_EQ(state_->visible_count(), 0u);
  EXPECT_EQ(state_->flushes, 0);
  auto jobs = reply_.Take(2);
  EXPECT_EQ(jobs[0]->outcome.code, StatusCode::kCancelled);
  EXPECT_EQ(jobs[1]->outcome.code, StatusCode::kDeadlineExceeded);
  EXPECT_EQ(jobs[1]->queue_wait_ns, -1);
}

TEST_F(LaneTest, ARefusedSubmissionIsAnsweredAndKeepsItsSlotFree) {
  state_->submit_status = absl::UnimplementedError("");
  Enqueue(10);
  EXPECT_EQ(lane_->SubmitWaiting(1), 10u);
  auto jobs = reply_.Take(10);
  EXPECT_EQ(jobs[9]->outcome.code, StatusCode::kUnimplemented);
  EXPECT_EQ(jobs[9]->outcome.cause, Cause::kUnsupported);
  EXPECT_TRUE(lane_->idle());
}

TEST_F(LaneTest, AProducedLengthPastTheDestinationIsTheDevicesFault) {
  Enqueue(1);
  lane_->SubmitWaiting(1);
  state_->Complete(state_->visible[0], StatusCode::kOk, 1);
  lane_->PollCompletions(2);
  EXPECT_EQ(reply_.Take(1)[0]->outcome.code, StatusCode::kInternal);
}

TEST_F(LaneTest, DestructionAnswersEverything) {
  Enqueue(6);
  lane_->SubmitWaiting(1);
  lane_.reset();
  for (const auto& job : reply_.Take(6)) {
    EXPECT_EQ(job->outcome.code, StatusCode::kUnavailable);
    EXPECT_EQ(job->outcome.cause, Cause::kShuttingDown);
  }
  EXPECT_EQ(reply_.lost(), 0);
}

}  // namespace
}  // namespace uacced
