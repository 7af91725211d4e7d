#include "client/cpp/retry_timer.h"

#include <future>
#include <memory>
#include <vector>

#include "gtest/gtest.h"

namespace uacced::client {
namespace {

constexpr int64_t kHourNs = int64_t{3600} * 1'000'000'000;

TEST(ThreadRetryTimerTest, RunsTheEarlierOneFirst) {
  std::promise<void> ended;
  std::vector<int> order;  // the timer's thread, then this one
  ThreadRetryTimer timer;
  timer.RunAfter(kHourNs, [&] { order.push_back(3); });
  timer.RunAfter(20'000'000, [&] {
    order.push_back(2);
    ended.set_value();
  });
  timer.RunAfter(1'000'000, [&] { order.push_back(1); });
  ended.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(ThreadRetryTimerTest, RunAllNowEndsTheWaitOfOldAndNew) {
  std::promise<void> old_one, new_one;
  ThreadRetryTimer timer;
  timer.RunAfter(kHourNs, [&] { old_one.set_value(); });
  timer.RunAllNow();
  old_one.get_future().wait();
  timer.RunAfter(kHourNs, [&] { new_one.set_value(); });
  new_one.get_future().wait();
}

TEST(ThreadRetryTimerTest, DestructorForgetsNothing) {
  int runs = 0;
  {
    ThreadRetryTimer timer;
    for (int i = 0; i < 3; ++i) timer.RunAfter(kHourNs, [&] { ++runs; });
  }
  EXPECT_EQ(runs, 3);
}

TEST(ThreadRetryTimerTest, FunctionsMayScheduleMore) {
  std::promise<void> ended;
  ThreadRetryTimer timer;
  timer.RunAfter(0, [&] { timer.RunAfter(0, [&] { ended.set_value(); }); });
  ended.get_future().wait();
}

TEST(ThreadRetryTimerTest, UnusedItHasNoThreadToWaitFor) {
  ThreadRetryTimer timer;
  timer.RunAllNow();
}

}  // namespace
}  // namespace uacced::client
