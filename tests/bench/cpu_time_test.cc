#include "tests/bench/cpu_time.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace uacced::bench {
namespace {

// Above every pid that Linux gives out (PID_MAX_LIMIT is 2^22).
constexpr pid_t kNoSuchPid = 1 << 23;

TEST(CpuTimeTest, GrowsWithWork) {
  const absl::StatusOr<int64_t> before = ProcessCpuNs(0);
  ASSERT_TRUE(before.ok()) << before.status();
  volatile uint64_t sum = 0;
  for (uint64_t i = 0; i < 1'000'000; ++i) sum = sum + i;
  const absl::StatusOr<int64_t> after = ProcessCpuNs(getpid());
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_GT(*after, *before);
}

TEST(CpuTimeTest, OfThreadsByName) {
  EXPECT_EQ(ThreadCpuNs("spinner").status().code(),
            absl::StatusCode::kNotFound);
  std::atomic<bool> stop = false;
  std::thread thread([&stop] {
    pthread_setname_np(pthread_self(), "spinner");
    while (!stop.load()) {
    }
  });
  absl::StatusOr<int64_t> before = absl::NotFoundError("");
  while (!before.ok()) before = ThreadCpuNs("spinner");
  while (*ThreadCpuNs("spinner") == *before) {
  }
  EXPECT_GT(*ThreadCpuNs("spinner"), *before);
  stop.store(true);
  thread.join();
}

TEST(CpuTimeTest, ResidentMemoryGrowsWhenTouched) {
  const absl::StatusOr<int64_t> before = ResidentBytes(getpid());
  ASSERT_TRUE(before.ok()) << before.status();
  const std::vector<char> touched(64 << 20, 'x');
  const absl::StatusOr<int64_t> after = ResidentBytes(getpid());
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_GE(*after - *before, 60 << 20);
  EXPECT_EQ(touched.back(), 'x');
}

TEST(CpuTimeTest, UnknownProcessIsNotFound) {
  EXPECT_EQ(ProcessCpuNs(kNoSuchPid).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(ResidentBytes(kNoSuchPid).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace uacced::bench
