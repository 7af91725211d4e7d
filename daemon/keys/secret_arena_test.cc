#include "daemon/keys/secret_arena.h"

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

std::shared_ptr<SecretArena> MakeArena(size_t slot_count) {
  auto arena = SecretArena::Create(slot_count);
  EXPECT_TRUE(arena.ok()) << arena.status();
  return arena.ok() ? *arena : nullptr;
}

bool IsZero(std::span<const uint8_t> bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](uint8_t byte) { return byte == 0; });
}

// The two-letter flags that the kernel gives the mapping around `address`.
std::string VmFlags(const void* address) {
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  std::ifstream smaps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(smaps, line);) {
    const std::pair<std::string, std::string> range =
        absl::StrSplit(line.substr(0, line.find(' ')), '-');
    uint64_t begin, end;
    if (absl::SimpleHexAtoi(range.first, &begin) &&
        absl::SimpleHexAtoi(range.second, &end)) {
      inside = begin <= wanted && wanted < end;
    }
    if (inside && absl::StartsWith(line, "VmFlags:")) return line + " ";
  }
  return "no such mapping";
}

// What `body` returns in a child process: its exit code, or minus its signal.
template <typename Body>
int InChild(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// CAP_IPC_LOCK, which root may have, knows no limit.
bool DropCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

TEST(SecretArenaTest, MemoryIsLockedAndOutOfCoreDumpsAndChildren) {
  const auto arena = MakeArena(100);
  const SecretSlot slot = arena->Take();
  const std::string flags = VmFlags(slot.bytes().data());
  EXPECT_THAT(flags, testing::HasSubstr(" lo "));
  EXPECT_THAT(flags, testing::HasSubstr(" dd "));
  EXPECT_THAT(flags, testing::HasSubstr(" wf "));
}

TEST(SecretArenaTest, AForkedChildSeesZeros) {
  const auto arena = MakeArena(1);
  const SecretSlot slot = arena->Take();
  slot.bytes()[0] = 42;
  EXPECT_EQ(InChild([&] { return int{slot.bytes()[0]}; }), 0);
  EXPECT_EQ(slot.bytes()[0], 42);
}

TEST(SecretArenaTest, RunningOffEitherEndHitsAGuardPage) {
  const auto page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t slot_count = page_bytes / kSecretSlotBytes;
  const auto arena = MakeArena(slot_count);
  const SecretSlot first = arena->Take();
  // The first slot handed out is the lowest, and all fill one page exactly.
  const volatile uint8_t* const begin = first.bytes().data();
  ASSERT_EQ(reinterpret_cast<uintptr_t>(begin) % page_bytes, 0u);
  for (const ptrdiff_t offset :
       {ptrdiff_t{-1}, static_cast<ptrdiff_t>(page_bytes)}) {
    EXPECT_EQ(InChild([&] {
                signal(SIGSEGV, SIG_DFL);  // Sanitizers would report it.
                return begin[offset] == 0 ? 100 : 101;
              }),
              -SIGSEGV);
  }
}

TEST(SecretArenaTest, SlotsDoNotOverlapAndRunOut) {
  const auto arena = MakeArena(33);
  std::vector<SecretSlot> slots;
  std::set<uint8_t*> places;
  for (int i = 0; i < 33; ++i) {
    slots.push_back(arena->Take());
    ASSERT_TRUE(slots.back());
    places.insert(slots.back().bytes().data());
  }
  EXPECT_EQ(places.size(), 33u);
  for (auto place = std::next(places.begin()); place != places.end(); ++place) {
    EXPECT_GE(static_cast<size_t>(*place - *std::prev(place)),
              kSecretSlotBytes);
  }
  EXPECT_FALSE(arena->Take());
  EXPECT_EQ(arena->taken_slots(), 33u);
  slots.pop_back();
  EXPECT_TRUE(arena->Take());
  EXPECT_EQ(arena->taken_slots(), 32u);
}

TEST(SecretArenaTest, ASlotGivenBackIsZeroed) {
  const auto arena = MakeArena(1);
  SecretSlot slot = arena->Take();
  const std::span<uint8_t> bytes = slot.bytes();
  std::fill(bytes.begin(), bytes.end(), 0xa5);
  slot = SecretSlot();
  // The memory is still mapped, as the arena is.
  EXPECT_TRUE(IsZero(bytes));
}

TEST(SecretArenaTest, AMovedSlotIsGivenBackOnce) {
  const auto arena = MakeArena(2);
  {
    SecretSlot one = arena->Take();
    SecretSlot two = std::move(one);
    EXPECT_FALSE(one);  // NOLINT(bugprone-use-after-move)
    EXPECT_TRUE(two);
    EXPECT_EQ(arena->taken_slots(), 1u);
  }
  EXPECT_EQ(arena->taken_slots(), 0u);
}

TEST(SecretArenaTest, ASlotKeepsItsArena) {
  auto arena = MakeArena(1);
  const std::weak_ptr<SecretArena> watch = arena;
  {
    const SecretSlot slot = arena->Take();
    arena.reset();
    slot.bytes()[0] = 1;
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(watch.expired());
}

TEST(SecretArenaTest, SaysWhichLimitForbidsTheLock) {
  int text[2];
  ASSERT_EQ(pipe(text), 0);
  const int exit_code = InChild([&] {
    const rlimit small = {65536, 65536};
    if (setrlimit(RLIMIT_MEMLOCK, &small) != 0) return 1;
    if (!DropCapabilities()) return 2;
    const auto arena = SecretArena::Create(1024);
    if (arena.ok()) return 3;
    const std::string message = arena.status().ToString();
    return write(text[1], message.data(), message.size()) > 0 ? 0 : 4;
  });
  close(text[1]);
  ASSERT_EQ(exit_code, 0);
  char message[500] = {};
  ASSERT_GT(read(text[0], message, sizeof message - 1), 0);
  close(text[0]);
  EXPECT_STREQ(message,
               "RESOURCE_EXHAUSTED: cannot lock memory for keys, 262144 "
               "bytes: Cannot allocate memory; raise LimitMEMLOCK= (systemd) "
               "or `ulimit -l`, now 64 KiB, or lower keys.max_keys");
}

TEST(SecretArenaTest, ThreadsNeverShareASlot) {
  const auto arena = MakeArena(3);
  std::vector<std::thread> threads;
  std::vector<int> mixed_up(4);
  for (uint8_t id = 0; id < 4; ++id) {
    threads.emplace_back([&, id] {
      for (int i = 0; i < 2000; ++i) {
        const SecretSlot slot = arena->Take();
        if (!slot) continue;
        if (!IsZero(slot.bytes())) ++mixed_up[id];
        std::fill(slot.bytes().begin(), slot.bytes().end(), id + 1);
        for (const uint8_t byte : slot.bytes()) mixed_up[id] += byte != id + 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(mixed_up, testing::Each(0));
  EXPECT_EQ(arena->taken_slots(), 0u);
}

}  // namespace
}  // namespace uacced
