#include "daemon/reactor/inflight_table.h"

#include <set>

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
  while (auto job = table.TakeAny()) Answer(std::move(job), {});
  EXPECT_EQ(table.size(), 0u);
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
  EXPECT_EQ(table.TakeAny(), nullptr);
}

}  // namespace
}  // namespace uacced
