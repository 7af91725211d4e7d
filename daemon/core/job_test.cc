#include "daemon/core/job.h"

#include <memory>
#include <utility>

#include "daemon/core/job_list.h"
#include "daemon/core/ticket.h"
#include "gtest/gtest.h"
#include "tests/support/recording_reply.h"

namespace uacced {
namespace {

TEST(JobTest, AnswerHandsTheJobBackOnce) {
  RecordingReply reply;
  Answer(MakeJob(&reply), {absl::StatusCode::kOk, Cause::kDevice, 5});
  auto jobs = reply.Take(1);
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0]->outcome.produced_bytes, 5u);
  jobs.clear();
  EXPECT_EQ(reply.lost(), 0);
}

TEST(JobTest, AForgottenJobIsReported) {
  RecordingReply reply;
  MakeJob(&reply).reset();
  EXPECT_EQ(reply.lost(), 1);
  EXPECT_EQ(reply.count(), 0u);
}

TEST(JobTest, TicketGivesBackWhatItCounted) {
  Usage usage;
  usage.jobs = 2;
  usage.bytes = 150;
  {
    Ticket ticket(&usage, 1, 100);
    Ticket moved = std::move(ticket);
    EXPECT_FALSE(ticket.valid());  // NOLINT(bugprone-use-after-move)
    usage.bytes += 20;
    moved.AddBytes(20);
  }
  EXPECT_EQ(usage.jobs, 1u);
  EXPECT_EQ(usage.bytes, 50u);
}

TEST(JobListTest, IsFirstInFirstOutAndOwnsItsJobs) {
  RecordingReply reply;
  {
    JobList list;
    for (uint64_t cost = 1; cost <= 3; ++cost) {
      list.PushBack(MakeJob(&reply, cost));
    }
    EXPECT_EQ(list.front().cost_bytes, 1u);
    auto first = list.PopFront();
    EXPECT_EQ(first->cost_bytes, 1u);
    Answer(std::move(first), {});
    EXPECT_EQ(list.front().cost_bytes, 2u);
  }
  EXPECT_EQ(reply.count(), 1u);
  EXPECT_EQ(reply.lost(), 2);
}

}  // namespace
}  // namespace uacced
