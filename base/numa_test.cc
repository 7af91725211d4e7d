#include "base/numa.h"

#include <sched.h>

#include "gtest/gtest.h"

namespace uacced {
namespace {

TEST(ParseCpuListTest, ReadsNumbersAndRanges) {
  EXPECT_EQ(ParseCpuList("0"), (std::vector<int>{0}));
  EXPECT_EQ(ParseCpuList("0-2,5,7-8"), (std::vector<int>{0, 1, 2, 5, 7, 8}));
  EXPECT_TRUE(ParseCpuList("").empty());
}

TEST(ParseCpuListTest, RefusesWhatIsNoList) {
  for (const char* text : {"x", "1-", "-1", "3-1", "1,", ",1", "1 2", "1-99999",
                           "99999999999999999999"}) {
    EXPECT_TRUE(ParseCpuList(text).empty()) << text;
  }
}

TEST(NumaTest, EveryProcessorThatWeMayUseIsOnAListedNode) {
  ASSERT_FALSE(NumaNodes().empty());
  const int node = NumaNodeOfCpu(sched_getcpu());
  bool listed = false;
  for (const int candidate : NumaNodes()) listed |= candidate == node;
  EXPECT_TRUE(listed);
  EXPECT_EQ(NumaNodeOfCpu(-1), 0);
  EXPECT_EQ(NumaNodeOfCpu(1 << 20), 0);
}

}  // namespace
}  // namespace uacced
