#include "tests/bench/ring_loops.h"

#include <chrono>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/bench/bare_ring.h"
#include "tests/bench/round.h"

namespace uacced::bench {
namespace {

using std::chrono::milliseconds;

constexpr RingLoopOptions kShort = {
    .warm_up = milliseconds(2), .duration = milliseconds(10), .in_flight = 64};

constexpr milliseconds kLongest(20'000);

using Loop = absl::StatusOr<Round> (*)(const RingLoopOptions&);

// On a busy machine the two threads of a loop may not meet for long.
absl::StatusOr<Round> RunUntilItMoves(Loop loop) {
  RingLoopOptions options = kShort;
  for (;;) {
    absl::StatusOr<Round> round = loop(options);
    if (round.ok() || options.duration >= kLongest ||
        !absl::StrContains(round.status().message(), "stood still")) {
      return round;
    }
    options.duration *= 4;
  }
}

TEST(RingLoopsTest, EveryLoopDoesOperations) {
  for (const Loop loop :
       {RunDriverLoop, RunDriverAlone, RunLaneLoop, RunPathLoop}) {
    const auto round = RunUntilItMoves(loop);
    ASSERT_TRUE(round.ok()) << round.status();
    EXPECT_GT(round->operations, 0);
    EXPECT_GT(round->wall_ns, 0);
  }
  int64_t done = 0;
  for (milliseconds duration(10); done == 0 && duration < kLongest;
       duration *= 4) {
    done = RunBareRing({.warm_up = milliseconds(2), .duration = duration})
               .operations;
  }
  EXPECT_GT(done, 0);
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
