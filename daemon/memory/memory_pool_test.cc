#include "daemon/memory/memory_pool.h"

#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "gtest/gtest.h"

namespace uacced {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

std::unique_ptr<MemoryPool> Create(size_t bytes) {
  auto pool = MemoryPool::Create(bytes);
  EXPECT_TRUE(pool.ok()) << pool.status();
  return *std::move(pool);
}

size_t PageBytes() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

// Of the pages of `pool`, those that are there. `first` is its begin.
size_t PagesPresent(const MemoryPool& pool, void* first) {
  std::vector<unsigned char> present(pool.size() / PageBytes());
  EXPECT_EQ(mincore(first, pool.size(), present.data()), 0);
  return static_cast<size_t>(
      std::count_if(present.begin(), present.end(),
                    [](unsigned char page) { return (page & 1) != 0; }));
}

TEST(MemoryPoolTest, IsWholeHugePages) {
  const auto pool = Create(5 * kMiB);
  EXPECT_EQ(pool->size(), 6 * kMiB);
  EXPECT_EQ(pool->used(), 0u);
  EXPECT_FALSE(pool->locked());
  const void* const first = pool->Take(1, 1);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first) % (2 * kMiB), 0u);
}

TEST(MemoryPoolTest, GivesPiecesOneAfterTheOtherUntilItIsUsedUp) {
  const auto pool = Create(2 * kMiB);
  auto* const first = static_cast<uint8_t*>(pool->Take(100, 8));
  auto* const second = static_cast<uint8_t*>(pool->Take(kMiB, 8192));
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(second, first + 8192);
  EXPECT_EQ(pool->used(), 8192 + kMiB);
  EXPECT_EQ(pool->Take(kMiB, 1), nullptr);
  EXPECT_EQ(pool->Take(SIZE_MAX, 1), nullptr);
  EXPECT_EQ(pool->Take(1, 4 * kMiB * 1024), nullptr);
  // What was too much leaves the rest as it is.
  EXPECT_EQ(pool->Take(kMiB - 8192, 1), second + kMiB);
  EXPECT_EQ(pool->Take(1, 1), nullptr);
  EXPECT_EQ(pool->used(), pool->size());
}

TEST(MemoryPoolTest, SettlingBringsEveryPageAndKeepsWhatIsInThem) {
  const auto pool = Create(4 * kMiB);
  auto* const first = static_cast<uint8_t*>(pool->Take(PageBytes(), 1));
  EXPECT_EQ(PagesPresent(*pool, first), 0u);
  *first = 42;
  ASSERT_TRUE(pool->Settle().ok());
  EXPECT_EQ(PagesPresent(*pool, first), pool->size() / PageBytes());
  EXPECT_EQ(*first, 42);
  EXPECT_LE(pool->ReadHugeBytes(), pool->size());
}

// That is what "locked" is for: the kernel does not take them.
TEST(MemoryPoolTest, PagesGoOnlyWhileItIsNotSettled) {
  const auto pool = Create(4 * kMiB);
  void* const first = pool->Take(1, 1);
  ASSERT_TRUE(pool->Settle().ok());
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
  if (limit.rlim_cur < pool->size() && !pool->locked()) {
    GTEST_SKIP() << "so much memory may not be locked here";
  }
  ASSERT_TRUE(pool->locked());
  EXPECT_NE(madvise(first, pool->size(), MADV_DONTNEED), 0);
  EXPECT_EQ(PagesPresent(*pool, first), pool->size() / PageBytes());
  pool->Unsettle();
  EXPECT_FALSE(pool->locked());
  EXPECT_EQ(madvise(first, pool->size(), MADV_DONTNEED), 0);
  EXPECT_EQ(PagesPresent(*pool, first), 0u);
  ASSERT_TRUE(pool->Settle().ok());
  EXPECT_TRUE(pool->locked());
  EXPECT_EQ(PagesPresent(*pool, first), pool->size() / PageBytes());
}

bool DropCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

// With nothing to lock, in a process of its own.
int SettleWithoutLeave(MemoryPool& pool, void* first) {
  const rlimit none = {0, 0};
  if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) return 2;
  if (!DropCapabilities()) return 3;
  if (!pool.Settle().ok()) return 4;
  if (pool.locked()) return 5;
  if (PagesPresent(pool, first) != pool.size() / PageBytes()) return 6;
  pool.Unsettle();
  return 0;
}

TEST(MemoryPoolTest, WithoutLeaveToLockThePagesAreThereAllTheSame) {
  const auto pool = Create(4 * kMiB);
  void* const first = pool->Take(1, 1);
  const pid_t child = fork();
  if (child == 0) _exit(SettleWithoutLeave(*pool, first));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(MemoryPoolTest, MoreThanThereIsIsAnError) {
  const auto pool = MemoryPool::Create(size_t{1} << 60);
  ASSERT_FALSE(pool.ok());
  EXPECT_EQ(pool.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(pool.status().message().find("memory.pool_mib"),
            absl::string_view::npos);
}

}  // namespace
}  // namespace uacced
