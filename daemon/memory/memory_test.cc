// The heap of this test grows into a pool, so it is one test, in order.
#include "daemon/memory/memory.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

// Of the build, so that a pool that gets lost is noticed.
constexpr bool kHasPool = UACCED_HAS_POOL;

constexpr size_t kMiB = size_t{1} << 20;

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
using Buffer = std::unique_ptr<std::byte, Free>;

Buffer Allocate(size_t bytes) {
  Buffer buffer(static_cast<std::byte*>(std::malloc(bytes)));
  if (buffer != nullptr) std::memset(buffer.get(), 0x5a, bytes);
  return buffer;
}

TEST(MemoryTest, WithoutAPoolThereIsNothingToSettle) {
  ASSERT_TRUE(ReservePool(0).ok());
  ASSERT_TRUE(SettlePool().ok());
  ReleaseFreeMemory();
  EXPECT_EQ(ReadMemory().pool_bytes, 0u);
}

TEST(MemoryTest, TheHeapGrowsIntoThePoolAndThenBeyond) {
  ASSERT_TRUE(ReservePool(32 * kMiB).ok());
  if (!kHasPool) {
    EXPECT_EQ(ReadMemory().pool_bytes, 0u);
    GTEST_SKIP() << "a sanitizer has the allocator";
  }
  ASSERT_TRUE(SettlePool().ok());
  EXPECT_EQ(ReadMemory().pool_bytes, 32 * kMiB);
  const size_t used = ReadMemory().pool_used_bytes;

  std::vector<Buffer> buffers;
  buffers.push_back(Allocate(16 * kMiB));
  EXPECT_GE(ReadMemory().pool_used_bytes, used + 16 * kMiB);
  for (int i = 0; i < 4; ++i) buffers.push_back(Allocate(16 * kMiB));
  for (const Buffer& buffer : buffers) ASSERT_NE(buffer, nullptr);
  EXPECT_LE(ReadMemory().pool_used_bytes, 32 * kMiB);

  // What is in use stays as it is when what is free is given back.
  buffers.resize(1);
  ReleaseFreeMemory();
  for (size_t i = 0; i < 16 * kMiB; i += 4096) {
    ASSERT_EQ(buffers[0].get()[i], std::byte{0x5a});
  }
  const size_t locked = ReadMemory().pool_locked_bytes;
  EXPECT_TRUE(locked == 0 || locked == 32 * kMiB);

  // And is used again, without more of the pool.
  const size_t full = ReadMemory().pool_used_bytes;
  buffers.clear();
  buffers.push_back(Allocate(16 * kMiB));
  EXPECT_EQ(ReadMemory().pool_used_bytes, full);
}

}  // namespace
}  // namespace uacced
