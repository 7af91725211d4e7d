#include "daemon/metrics/process_stats.h"

#include <fcntl.h>

#include <ctime>

#include "base/unique_fd.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

TEST(ProcessStatsTest, CountsOpenDescriptors) {
  const uint64_t before = ReadProcessStats().open_fds;
  const UniqueFd fd(open("/dev/null", O_RDONLY));
  ASSERT_TRUE(fd);
  EXPECT_EQ(ReadProcessStats().open_fds, before + 1);
  EXPECT_GT(ReadProcessStats().max_fds, before);
}

TEST(ProcessStatsTest, ResidentMemoryIsInBytes) {
  const uint64_t resident_bytes = ReadProcessStats().resident_bytes;
  EXPECT_GT(resident_bytes, uint64_t{1} << 19);
  EXPECT_LT(resident_bytes, uint64_t{1} << 36);
}

TEST(ProcessStatsTest, CpuTimeGrowsWithWork) {
  const double before = ReadProcessStats().cpu_seconds;
  // 20 ms by another clock of the same time.
  const clock_t end = clock() + CLOCKS_PER_SEC / 50;
  while (clock() < end) {
  }
  const double used = ReadProcessStats().cpu_seconds - before;
  EXPECT_GE(used, 0.019);
  EXPECT_LT(used, 10);
}

}  // namespace
}  // namespace uacced
