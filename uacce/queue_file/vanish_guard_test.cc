#include "uacce/queue_file/vanish_guard.h"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): pthread_kill()
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace uacced {
namespace {

// A file in memory whose mapping vanishes when it is cut.
class Vanishing {
 public:
  explicit Vanishing(size_t pages)
      : size_bytes_(pages * static_cast<size_t>(sysconf(_SC_PAGESIZE))),
        fd_(memfd_create("vanishing", MFD_CLOEXEC)) {
    Return();
    base_ = static_cast<uint8_t*>(
        mmap(nullptr, size_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0));
  }
  ~Vanishing() {
    munmap(base_, size_bytes_);
    close(fd_);
  }
  void Vanish() { ASSERT_EQ(ftruncate(fd_, 0), 0); }
  void Return() {
    ASSERT_EQ(ftruncate(fd_, static_cast<off_t>(size_bytes_)), 0);
  }
  volatile uint8_t* base() { return base_; }
  void* address() { return base_; }
  size_t size_bytes() const { return size_bytes_; }
  volatile uint32_t& word(size_t offset_bytes) {
    return *reinterpret_cast<volatile uint32_t*>(base_ + offset_bytes);
  }

 private:
  const size_t size_bytes_;
  const int fd_;
  uint8_t* base_ = nullptr;
};

VanishGuard Watch(Vanishing& memory, const VanishGuard::Afterlife& afterlife) {
  auto guard =
      VanishGuard::Watch(memory.address(), memory.size_bytes(), afterlife);
  EXPECT_TRUE(guard.ok()) << guard.status();
  return *std::move(guard);
}

TEST(VanishGuardTest, TheOwnersWordsAreLeftBehind) {
  Vanishing memory(5);
  const size_t last = memory.size_bytes() - 4;
  const VanishGuard guard = Watch(
      memory,
      {.fill = 0xff, .word_count = 2, .words = {{{last - 4, 7}, {last, 1}}}});
  memory.word(last) = 0;
  EXPECT_EQ(memory.word(last), 0u);
  EXPECT_FALSE(guard.has_vanished());
  memory.Vanish();
  // Not where the words are: all of it goes with one touch.
  EXPECT_EQ(memory.base()[0], 0xff);
  EXPECT_TRUE(guard.has_vanished());
  EXPECT_EQ(memory.word(last), 1u);
  EXPECT_EQ(memory.word(last - 4), 7u);
  EXPECT_EQ(memory.word(last - 8), 0xffffffffu);
  // It is ordinary memory, whatever becomes of the file.
  memory.word(0) = 5;
  memory.Return();
  EXPECT_EQ(memory.word(0), 5u);
}

TEST(VanishGuardTest, AStoreIsSurvivedToo) {
  Vanishing memory(1);
  const VanishGuard guard = Watch(memory, {});
  memory.Vanish();
  memory.word(64) = 3;
  EXPECT_EQ(memory.word(64), 3u);
  EXPECT_EQ(memory.word(0), 0u);
}

TEST(VanishGuardTest, OthersStayAsTheyAre) {
  Vanishing one(2);
  Vanishing two(2);
  const VanishGuard guard_one = Watch(one, {});
  const VanishGuard guard_two = Watch(two, {});
  two.word(0) = 9;
  one.Vanish();
  EXPECT_EQ(one.word(0), 0u);
  EXPECT_TRUE(guard_one.has_vanished());
  EXPECT_FALSE(guard_two.has_vanished());
  EXPECT_EQ(two.word(0), 9u);
}

// At no time does a thread see anything but the old and the new.
TEST(VanishGuardTest, ManyThreadsTouchItAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 100;
  constexpr uint32_t kOld = 0x11111111;
  constexpr uint32_t kNew = 0xffffffff;
  std::atomic<int> wrong{0};
  for (int round = 0; round < kRounds; ++round) {
    Vanishing memory(3);
    const size_t last = memory.size_bytes() - 4;
    for (size_t i = 0; i <= last; i += 4) memory.word(i) = kOld;
    const VanishGuard guard =
        Watch(memory, {.fill = 0xff, .word_count = 1, .words = {{{last, 1}}}});
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        const size_t offset = static_cast<size_t>(t) * 4096 % last / 4 * 4;
        ready.fetch_add(1);
        // A cut file is gone page by page, and zeros are what the kernel makes
        // of the page it is at; not so with a device.
        uint32_t seen = kOld;
        while (seen == kOld || seen == 0) seen = memory.word(offset);
        if (seen != kNew || memory.word(last) != 1) wrong.fetch_add(1);
      });
    }
    while (ready.load() < kThreads) std::this_thread::yield();
    memory.Vanish();
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(guard.has_vanished());
  }
  EXPECT_EQ(wrong.load(), 0);
}

// Guards that come and go while others have their mappings vanish.
TEST(VanishGuardTest, EntriesAreUsedAgain) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (uint32_t t = 1; t <= 4; ++t) {
    threads.emplace_back([&wrong, t] {
      for (int i = 0; i < 100; ++i) {
        Vanishing memory(1);
        VanishGuard guard =
            Watch(memory, {.fill = 0, .word_count = 1, .words = {{{8, t}}}});
        const VanishGuard moved = std::move(guard);
        if (i % 3 == 0) continue;
        memory.Vanish();
        if (memory.word(8) != t || !moved.has_vanished()) wrong.fetch_add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

TEST(VanishGuardTest, MappingsAreCounted) {
  std::vector<VanishGuard> guards;
  static char somewhere;
  absl::Status status;
  while (status.ok()) {
    auto guard = VanishGuard::Watch(&somewhere, 1, {});
    status = guard.status();
    if (guard.ok()) guards.push_back(*std::move(guard));
    ASSERT_LE(guards.size(), VanishGuard::kMaxMappings);
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(guards.size(), VanishGuard::kMaxMappings);
  guards.pop_back();
  EXPECT_TRUE(VanishGuard::Watch(&somewhere, 1, {}).ok());
}

class VanishGuardDeathTest : public testing::Test {
 protected:
  void SetUp() override {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    const rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
  }
  // As a process that no sanitizer watches.
  static void DefaultAction() { signal(SIGBUS, SIG_DFL); }
};

TEST_F(VanishGuardDeathTest, ATouchElsewhereStillKills) {
  EXPECT_EXIT(
      {
        DefaultAction();
        Vanishing guarded(1);
        Vanishing other(1);
        const VanishGuard guard = Watch(guarded, {});
        other.Vanish();
        other.word(0) = 1;
      },
      testing::KilledBySignal(SIGBUS), "");
}

TEST_F(VanishGuardDeathTest, AMappingThatIsGuardedNoMoreStillKills) {
  EXPECT_EXIT(
      {
        DefaultAction();
        Vanishing memory(1);
        { const VanishGuard guard = Watch(memory, {}); }
        memory.Vanish();
        memory.word(0) = 1;
      },
      testing::KilledBySignal(SIGBUS), "");
}

TEST_F(VanishGuardDeathTest, ASignalThatWasSentStillKills) {
  EXPECT_EXIT(
      {
        DefaultAction();
        Vanishing memory(1);
        const VanishGuard guard = Watch(memory, {});
        kill(getpid(), SIGBUS);
        pause();
      },
      testing::KilledBySignal(SIGBUS), "");
}

// Who was there before is asked about the rest.
TEST_F(VanishGuardDeathTest, AnEarlierHandlerIsAsked) {
  EXPECT_EXIT(
      {
        signal(SIGBUS, [](int) { _exit(42); });
        Vanishing guarded(1);
        Vanishing other(1);
        const VanishGuard guard = Watch(guarded, {});
        guarded.Vanish();
        guarded.word(0) = 1;
        other.Vanish();
        other.word(0) = 1;
      },
      testing::ExitedWithCode(42), "");
}

}  // namespace
}  // namespace uacced
