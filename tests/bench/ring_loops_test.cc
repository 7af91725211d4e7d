#include "tests/bench/ring_loops.h"

#include <chrono>

#include "gtest/gtest.h"
#include "tests/bench/bare_ring.h"

namespace uacced::bench {
namespace {

using std::chrono::milliseconds;

constexpr RingLoopOptions kShort = {
    .warm_up = milliseconds(2), .duration = milliseconds(10), .in_flight = 64};

TEST(RingLoopsTest, EveryLoopDoesOperations) {
  for (const auto run :
       {RunDriverLoop, RunDriverAlone, RunLaneLoop, RunPathLoop}) {
    const auto round = run(kShort);
    ASSERT_TRUE(round.ok()) << round.status();
    EXPECT_GT(round->operations, 0);
    EXPECT_GT(round->wall_ns, 0);
  }
  EXPECT_GT(
      RunBareRing({.warm_up = milliseconds(2), .duration = milliseconds(10)})
          .operations,
      0);
}

// One operation at a time, each of 1 ms, cannot be more than it is.
TEST(RingLoopsTest, TheModelTakesItsTime) {
  RingLoopOptions options = kShort;
  options.duration = milliseconds(50);
  options.in_flight = 1;
  options.service_ns = 1'000'000;
  const auto round = RunPathLoop(options);
  ASSERT_TRUE(round.ok()) << round.status();
  EXPECT_LE(round->operations, round->wall_ns / 1'000'000 + 1);
}

}  // namespace
}  // namespace uacced::bench
