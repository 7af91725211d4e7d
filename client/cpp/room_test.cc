#include "client/cpp/room.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace uacced::client {
namespace {

constexpr auto kForever = std::chrono::steady_clock::time_point::max();

TEST(RoomTest, BoundsOperations) {
  Room room(2, 1000);
  EXPECT_TRUE(room.TryTake(1));
  EXPECT_TRUE(room.HasAny());
  EXPECT_TRUE(room.TryTake(1));
  EXPECT_FALSE(room.HasAny());
  EXPECT_FALSE(room.TryTake(1));
  room.Give(1);
  EXPECT_TRUE(room.TryTake(1));
}

TEST(RoomTest, BytesGoPastTheirBoundByOneOperation) {
  Room room(10, 100);
  EXPECT_TRUE(room.TryTake(99));
  EXPECT_TRUE(room.TryTake(5000));
  EXPECT_FALSE(room.HasAny());
  EXPECT_FALSE(room.TryTake(0));
  room.Give(5000);
  EXPECT_TRUE(room.TryTake(0));
}

TEST(RoomTest, WaitingEndsInTime) {
  Room room(1, 100);
  EXPECT_TRUE(room.Wait(std::chrono::steady_clock::now()));
  ASSERT_TRUE(room.TryTake(1));
  EXPECT_FALSE(room.Wait(std::chrono::steady_clock::now()));
}

TEST(RoomTest, AQuarterMustBeFreeForAWaiter) {
  Room room(8, 100);
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(room.TryTake(1));
  room.Give(1);
  EXPECT_FALSE(room.Wait(std::chrono::steady_clock::now()));
  room.Give(1);
  EXPECT_TRUE(room.Wait(std::chrono::steady_clock::now()));
}

// A wake-up that is lost makes this hang.
TEST(RoomTest, TakersAndGiversNeverStick) {
  constexpr int kRounds = 5000;
  Room room(7, 300);
  std::atomic<int> taken = 0, given = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        while (!room.TryTake(60)) EXPECT_TRUE(room.Wait(kForever));
        ++taken;
      }
    });
  }
  threads.emplace_back([&] {
    while (given < 3 * kRounds) {
      if (taken > given) {
        room.Give(60);
        ++given;
      } else {
        std::this_thread::yield();
      }
    }
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(room.HasAny());
}

}  // namespace
}  // namespace uacced::client
