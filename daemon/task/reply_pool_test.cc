#include "daemon/task/reply_pool.h"

#include <atomic>
#include <vector>

#include "gtest/gtest.h"

namespace uacced {
namespace {

class CountingTask final : public ReplyTask {
 public:
  void Respond() override { responses.fetch_add(1); }
  std::atomic<int> responses{0};
};

TEST(ReplyPoolTest, RespondsToEachTaskOnceBeforeItEnds) {
  std::vector<CountingTask> tasks(10'000);
  {
    ReplyPool pool(2, 16'384);
    for (CountingTask& task : tasks) pool.Push(&task);
  }
  for (const CountingTask& task : tasks) ASSERT_EQ(task.responses.load(), 1);
}

TEST(ReplyPoolTest, AFullPoolStillRespondsToEverything) {
  std::vector<CountingTask> tasks(1'000);
  {
    ReplyPool pool(1, 2);
    for (CountingTask& task : tasks) pool.Push(&task);
  }
  for (const CountingTask& task : tasks) ASSERT_EQ(task.responses.load(), 1);
}

}  // namespace
}  // namespace uacced
