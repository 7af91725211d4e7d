#include "tests/bench/dpdk.h"

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace uacced::bench {
namespace {

TEST(DpdkTest, TheTableIsRead) {
  const auto throughput = ParseDpdkThroughput(
      "EAL: Detected CPU lcores: 2\n"
      "    lcore id    Buf Size  Burst Size    Enqueued    Dequeued  Failed Enq"
      "  Failed Deq        MOps        Gbps  Cycles/Buf\n\n"
      "           1          64          32    20000000    20000000           0"
      "           0    154.5831     79.1466       13.58\n");
  ASSERT_TRUE(throughput.ok()) << throughput.status();
  EXPECT_DOUBLE_EQ(*throughput, 154.5831e6);
}

TEST(DpdkTest, WithoutARowThereIsNoFigure) {
  EXPECT_EQ(ParseDpdkThroughput("").status().code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(ParseDpdkThroughput("lcore id a b c d e f g h\n").status().code(),
            absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace uacced::bench
