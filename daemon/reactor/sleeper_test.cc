#include "daemon/reactor/sleeper.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

#include "base/clock.h"
#include "base/unique_fd.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

void Signal(int fd) {
  const uint64_t one = 1;
  ASSERT_EQ(write(fd, &one, sizeof(one)), static_cast<ssize_t>(sizeof(one)));
}

void Clear(int fd) {
  uint64_t count;
  ASSERT_EQ(read(fd, &count, sizeof(count)),
            static_cast<ssize_t>(sizeof(count)));
}

TEST(SleeperTest, TimesOutWhenNothingHappens) {
  auto sleeper = Sleeper::Create();
  ASSERT_TRUE(sleeper.ok()) << sleeper.status();
  UniqueFd fd(eventfd(0, 0));
  (*sleeper)->Watch(fd.get());
  MonotonicClock clock;
  const int64_t start = clock.NowNs();
  ASSERT_TRUE((*sleeper)->Sleep(2'000'000).ok());
  EXPECT_GE(clock.NowNs() - start, 1'900'000);
}

TEST(SleeperTest, WakesEachTimeADescriptorIsSignalled) {
  auto sleeper = Sleeper::Create();
  ASSERT_TRUE(sleeper.ok()) << sleeper.status();
  UniqueFd a(eventfd(0, 0)), b(eventfd(0, 0));
  (*sleeper)->Watch(a.get());
  (*sleeper)->Watch(b.get());
  for (int i = 0; i < 100; ++i) {
    const int fd = i % 2 == 0 ? a.get() : b.get();
    Signal(fd);
    // A hang here is a lost event.
    ASSERT_TRUE((*sleeper)->Sleep(Sleeper::kNoTimeout).ok());
    Clear(fd);
  }
}

TEST(SleeperTest, AClosedDescriptorIsForgotten) {
  auto sleeper = Sleeper::Create();
  ASSERT_TRUE(sleeper.ok()) << sleeper.status();
  (*sleeper)->Watch(1'000'000);  // Never was one.
  MonotonicClock clock;
  const int64_t start = clock.NowNs();
  // The first one may return at once, with the error.
  for (int i = 0; i < 3; ++i) ASSERT_TRUE((*sleeper)->Sleep(3'000'000).ok());
  EXPECT_GE(clock.NowNs() - start, 5'900'000);
}

TEST(SleeperTest, WakesFromAnotherThread) {
  auto sleeper = Sleeper::Create();
  ASSERT_TRUE(sleeper.ok()) << sleeper.status();
  UniqueFd fd(eventfd(0, 0));
  (*sleeper)->Watch(fd.get());
  ASSERT_TRUE((*sleeper)->Sleep(1'000).ok());
  std::thread other([&] { Signal(fd.get()); });
  ASSERT_TRUE((*sleeper)->Sleep(Sleeper::kNoTimeout).ok());
  other.join();
}

TEST(SleeperTest, AHandledEventDoesNotWakeAgain) {
  auto sleeper = Sleeper::Create();
  ASSERT_TRUE(sleeper.ok()) << sleeper.status();
  UniqueFd fd(eventfd(0, 0));
  (*sleeper)->Watch(fd.get());
  Signal(fd.get());
  ASSERT_TRUE((*sleeper)->Sleep(Sleeper::kNoTimeout).ok());
  Clear(fd.get());
  MonotonicClock clock;
  const int64_t start = clock.NowNs();
  // At most one spurious return; a second one would be a busy loop.
  ASSERT_TRUE((*sleeper)->Sleep(3'000'000).ok());
  ASSERT_TRUE((*sleeper)->Sleep(3'000'000).ok());
  EXPECT_GE(clock.NowNs() - start, 2'900'000);
}

}  // namespace
}  // namespace uacced
