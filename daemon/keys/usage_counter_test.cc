#include "daemon/keys/usage_counter.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace uacced {
namespace {

using Outcome = UsageCounter::Outcome;

TEST(UsageCounterTest, CountsUpToItsLimitAndNoFurther) {
  UsageCounter counter(3, 0, 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(counter.TryCount(), Outcome::kCounted);
  EXPECT_EQ(counter.TryCount(), Outcome::kLimitReached);
  EXPECT_EQ(counter.used(), 3u);
}

TEST(UsageCounterTest, WantsAReservationFirst) {
  UsageCounter counter(100, 10, 10);
  EXPECT_EQ(counter.TryCount(), Outcome::kNotReserved);
  EXPECT_EQ(counter.used(), 10u);
  EXPECT_EQ(counter.NextReserved(), 16u);
  counter.Reserve(16);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(counter.TryCount(), Outcome::kCounted);
  EXPECT_EQ(counter.TryCount(), Outcome::kNotReserved);
}

TEST(UsageCounterTest, ReservesInStepsThatFitTheLimit) {
  EXPECT_EQ(UsageCounter(UsageCounter::kNoLimit, 0, 0).NextReserved(),
            UsageCounter::kStep);
  EXPECT_EQ(UsageCounter(uint64_t{1} << 32, 5, 5).NextReserved(),
            UsageCounter::kStep + 5);
  EXPECT_EQ(UsageCounter(1, 0, 0).NextReserved(), 1u);
  EXPECT_EQ(UsageCounter(160, 155, 155).NextReserved(), 160u);
  EXPECT_EQ(UsageCounter(UsageCounter::kNoLimit, 0, UsageCounter::kNoLimit - 1)
                .NextReserved(),
            UsageCounter::kNoLimit);
}

TEST(UsageCounterTest, ALoweredLimitIsReachedAtOnce) {
  UsageCounter counter(5, 1000, 2000);
  EXPECT_EQ(counter.TryCount(), Outcome::kLimitReached);
  EXPECT_EQ(counter.NextReserved(), 2000u);
}

TEST(UsageCounterTest, ThreadsThatRaceAtTheLimitNeverPassIt) {
  constexpr uint64_t kLimit = 50'000;
  UsageCounter counter(kLimit, 0, kLimit);
  std::atomic<uint64_t> counted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (uint64_t tries = 0; tries < kLimit / 4; ++tries) {
        counted += counter.TryCount() == Outcome::kCounted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counted.load(), kLimit);
  EXPECT_EQ(counter.used(), kLimit);
}

}  // namespace
}  // namespace uacced
