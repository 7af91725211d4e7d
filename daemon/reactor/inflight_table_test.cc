#include "daemon/reactor/inflight_table.h"

#include <set>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/recording_reply.h"

namespace uacced {
namespace {

class InflightTableTest : public testing::Test {
 protected:
  RecordingReply reply_;
};

TEST_F(InflightTableTest, GivesDistinctTagsUntilFull) {
  InflightTable table(3);
  std::set<int> tags;
  while (!table.full()) {
    tags.insert(static_cast<int>(table.NextTag()));
    table.Insert(MakeJob(&reply_));
  }
  EXPECT_EQ(tags, (std::set<int>{0, 1, 2}));
  EXPECT_EQ(table.size(), 3u);
  JobList jobs;
  EXPECT_EQ(table.DrainTo(jobs), 3u);
  EXPECT_EQ(table.size(), 0u);
  while (!jobs.empty()) Answer(jobs.PopFront(), {});
  EXPECT_EQ(reply_.count(), 3u);
}

TEST_F(InflightTableTest, KnowsTheOldestWhereverItIs) {
  InflightTable table(4);
  std::vector<hw::Tag> tags;
  for (uint64_t cost = 1; cost <= 4; ++cost) {
    tags.push_back(table.NextTag());
    table.Insert(MakeJob(&reply_, cost));
  }
  Answer(table.Take(tags[0]), {});
  Answer(table.Take(tags[2]), {});
  EXPECT_EQ(table.Oldest().job->cost_bytes, 2u);
  EXPECT_EQ(table.Oldest().sequence, 1u);
  // Its tag was free before, and is the last one that was.
  table.Insert(MakeJob(&reply_, 5));
  EXPECT_EQ(table.last_sequence(), 4u);
  Answer(table.Take(tags[1]), {});
  EXPECT_EQ(table.Oldest().job->cost_bytes, 4u);
  JobList jobs;
  EXPECT_EQ(table.DrainTo(jobs), 2u);
  EXPECT_EQ(table.DrainTo(jobs), 0u);
  EXPECT_EQ(table.Oldest().job, nullptr);
  // Every tag can be had again.
  while (!table.full())
    table.Insert(jobs.empty() ? MakeJob(&reply_) : jobs.PopFront());
  table.DrainTo(jobs);
  while (!jobs.empty()) Answer(jobs.PopFront(), {});
}

TEST_F(InflightTableTest, ATagIsTakenOnce) {
  InflightTable table(2);
  const hw::Tag tag = table.NextTag();
  table.Insert(MakeJob(&reply_, 42));
  auto job = table.Take(tag);
  ASSERT_NE(job, nullptr);
  EXPECT_EQ(job->cost_bytes, 42u);
  EXPECT_EQ(table.Take(tag), nullptr);
  EXPECT_EQ(table.size(), 0u);
  Answer(std::move(job), {});
}

TEST_F(InflightTableTest, TagsFromNowhereAreRefused) {
  InflightTable table(2);
  EXPECT_EQ(table.Take(hw::Tag{0}), nullptr);
  EXPECT_EQ(table.Take(hw::Tag{2}), nullptr);
  EXPECT_EQ(table.Take(hw::Tag{0xffff}), nullptr);
}

}  // namespace
}  // namespace uacced
