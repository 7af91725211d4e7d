#include "base/bounded_ring.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace uacced {
namespace {

TEST(BoundedRingTest, RoundsCapacityUpToAPowerOfTwo) {
  EXPECT_EQ(BoundedRing<int>(0).capacity(), 2u);
  EXPECT_EQ(BoundedRing<int>(5).capacity(), 8u);
  EXPECT_EQ(BoundedRing<int>(8).capacity(), 8u);
}

TEST(BoundedRingTest, RefusesWhenFullAndLeavesTheValue) {
  BoundedRing<std::unique_ptr<int>> ring(2);
  EXPECT_TRUE(ring.TryPush(std::make_unique<int>(1)));
  EXPECT_TRUE(ring.TryPush(std::make_unique<int>(2)));
  auto third = std::make_unique<int>(3);
  EXPECT_FALSE(ring.TryPush(std::move(third)));
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(ring.ApproximateSize(), 2u);

  std::unique_ptr<int> out;
  ASSERT_TRUE(ring.TryPop(out));
  EXPECT_EQ(*out, 1);
  EXPECT_TRUE(ring.TryPush(std::move(third)));
}

TEST(BoundedRingTest, KeepsOrderOverManyLaps) {
  BoundedRing<int> ring(4);
  int out = 0;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(ring.TryPush(int{i}));
    ASSERT_TRUE(ring.TryPop(out));
    ASSERT_EQ(out, i);
  }
  EXPECT_FALSE(ring.TryPop(out));
}

TEST(BoundedRingTest, EveryEntryOfManyThreadsArrivesOnce) {
  constexpr int kPushers = 3, kPoppers = 2, kEach = 20'000;
  constexpr size_t kTotal = size_t{kPushers} * kEach;
  BoundedRing<int> ring(64);
  std::vector<std::atomic<int>> seen(kTotal);
  std::atomic<int> popped{0};
  std::vector<std::thread> threads;
  for (int p = 0; p < kPushers; ++p) {
    threads.emplace_back([&, p] {
      for (int i = 0; i < kEach; ++i) {
        while (!ring.TryPush(p * kEach + i)) std::this_thread::yield();
      }
    });
  }
  for (int p = 0; p < kPoppers; ++p) {
    threads.emplace_back([&] {
      int value = 0;
      while (popped.load() < kPushers * kEach) {
        if (ring.TryPop(value)) {
          seen[value].fetch_add(1);
          popped.fetch_add(1);
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& count : seen) ASSERT_EQ(count.load(), 1);
}

}  // namespace
}  // namespace uacced
