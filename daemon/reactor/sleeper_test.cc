#include "daemon/reactor/sleeper.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <thread>
#include <vector>

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

// Whether a Sleep() of 3 ms lasted about that long.
bool SleepsThrough(Sleeper& sleeper) {
  MonotonicClock clock;
  const int64_t start = clock.NowNs();
  EXPECT_TRUE(sleeper.Sleep(3'000'000).ok());
  return clock.NowNs() - start >= 2'900'000;
}

TEST(SleeperTest, AnUnwatchedDescriptorWakesNobody) {
  auto sleeper = Sleeper::Create();
  ASSERT_TRUE(sleeper.ok()) << sleeper.status();
  UniqueFd a(eventfd(0, 0)), b(eventfd(0, 0));
  (*sleeper)->Watch(a.get());
  (*sleeper)->Watch(b.get());
  ASSERT_TRUE((*sleeper)->Sleep(1'000).ok());
  (*sleeper)->Unwatch(a.get());
  Signal(a.get());
  EXPECT_TRUE(SleepsThrough(**sleeper));
  // The other one is still watched.
  Signal(b.get());
  ASSERT_TRUE((*sleeper)->Sleep(Sleeper::kNoTimeout).ok());
}

TEST(SleeperTest, UnwatchingWhatIsNotWatchedDoesNothing) {
  auto sleeper = Sleeper::Create();
  ASSERT_TRUE(sleeper.ok()) << sleeper.status();
  UniqueFd fd(eventfd(0, 0));
  (*sleeper)->Unwatch(fd.get());
  (*sleeper)->Watch(fd.get());
  (*sleeper)->Unwatch(fd.get());  // Before it was ever armed.
  (*sleeper)->Unwatch(fd.get());
  Signal(fd.get());
  EXPECT_TRUE(SleepsThrough(**sleeper));
}

// The write end of a pipe learns that nobody holds the read end any more.
TEST(SleeperTest, AnUnwatchedFileIsNotHeldOpen) {
  auto sleeper = Sleeper::Create();
  ASSERT_TRUE(sleeper.ok()) << sleeper.status();
  signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  UniqueFd reader(ends[0]), writer(ends[1]);
  (*sleeper)->Watch(reader.get());
  ASSERT_TRUE((*sleeper)->Sleep(1'000).ok());
  (*sleeper)->Unwatch(reader.get());
  reader = UniqueFd();
  EXPECT_EQ(write(writer.get(), "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
}

TEST(SleeperTest, ADescriptorNumberUsedAgainIsANewDescriptor) {
  auto sleeper = Sleeper::Create();
  ASSERT_TRUE(sleeper.ok()) << sleeper.status();
  int number = -1;
  for (int i = 0; i < 200; ++i) {
    UniqueFd fd(eventfd(0, 0));
    if (number < 0) number = fd.get();
    ASSERT_EQ(fd.get(), number);
    (*sleeper)->Watch(fd.get());
    if (i % 3 == 0) Signal(fd.get());  // An event on its way when it goes.
    if (i % 2 == 0) {
      ASSERT_TRUE((*sleeper)->Sleep(1).ok());
    }
    (*sleeper)->Unwatch(fd.get());
  }
  UniqueFd last(eventfd(0, 0));
  ASSERT_EQ(last.get(), number);
  (*sleeper)->Watch(last.get());
  EXPECT_TRUE(SleepsThrough(**sleeper));
  Signal(last.get());
  ASSERT_TRUE((*sleeper)->Sleep(Sleeper::kNoTimeout).ok());
}

TEST(SleeperTest, WatchesMoreThanTheRingHolds) {
  auto sleeper = Sleeper::Create();
  ASSERT_TRUE(sleeper.ok()) << sleeper.status();
  std::vector<UniqueFd> fds;
  for (int i = 0; i < 200; ++i) {
    fds.emplace_back(eventfd(0, 0));
    (*sleeper)->Watch(fds.back().get());
  }
  ASSERT_TRUE((*sleeper)->Sleep(1'000).ok());
  for (const UniqueFd& fd : fds) {
    Signal(fd.get());
    ASSERT_TRUE((*sleeper)->Sleep(Sleeper::kNoTimeout).ok());
    Clear(fd.get());
  }
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
