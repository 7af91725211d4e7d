#include "hw/hisi/model/process_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace uacced::hw::hisi {
namespace {

uint64_t AddressOf(const void* memory) {
  return reinterpret_cast<uintptr_t>(memory);
}

// Three pages, of which the last may not be touched.
class ProcessMemoryTest : public testing::Test {
 protected:
  ProcessMemoryTest()
      : page_(sysconf(_SC_PAGESIZE)),
        pages_(static_cast<uint8_t*>(
            mmap(nullptr, 3 * page_, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    mprotect(pages_ + 2 * page_, page_, PROT_NONE);
  }
  ~ProcessMemoryTest() override { munmap(pages_, 3 * page_); }

  const size_t page_;
  uint8_t* const pages_;
  ProcessMemory memory_;
  std::array<uint8_t, 64> buffer_{};
};

TEST_F(ProcessMemoryTest, IsAllowedWhereTestsRun) {
  EXPECT_TRUE(ProcessMemory::Allowed());
}

TEST_F(ProcessMemoryTest, MovesBytesAcrossPages) {
  buffer_.fill(0x3C);
  EXPECT_TRUE(memory_.Write(AddressOf(pages_ + page_ - 7), buffer_));
  EXPECT_EQ(pages_[page_ - 8], 0);
  EXPECT_EQ(pages_[page_ - 7], 0x3C);
  EXPECT_EQ(pages_[page_ + 56], 0x3C);
  EXPECT_EQ(pages_[page_ + 57], 0);
  pages_[page_] = 0x11;
  EXPECT_TRUE(memory_.Read(AddressOf(pages_ + page_ - 7), buffer_));
  EXPECT_EQ(buffer_[6], 0x3C);
  EXPECT_EQ(buffer_[7], 0x11);
}

TEST_F(ProcessMemoryTest, MovesManyPagesAtOnce) {
  std::vector<uint8_t> from(9'000'001), to(from.size());
  for (size_t i = 0; i < from.size(); ++i) from[i] = i * 7;
  EXPECT_TRUE(memory_.Write(AddressOf(to.data()), from));
  EXPECT_EQ(from, to);
}

TEST_F(ProcessMemoryTest, FailsOnAddressesThatAreNotThere) {
  for (const uint64_t address :
       {uint64_t{0}, uint64_t{1}, uint64_t{0x0000'7fff'ffff'f000},
        uint64_t{0x8000'0000'0000'0000}, uint64_t{0xffff'8000'0000'0000},
        uint64_t{0xffff'ffff'ff60'0000},
        std::numeric_limits<uint64_t>::max() - 63,
        std::numeric_limits<uint64_t>::max() - 10,
        std::numeric_limits<uint64_t>::max()}) {
    EXPECT_FALSE(memory_.Read(address, buffer_)) << address;
    EXPECT_FALSE(memory_.Write(address, buffer_)) << address;
  }
}

TEST_F(ProcessMemoryTest, FailsOnPagesThatMayNotBeTouched) {
  EXPECT_FALSE(memory_.Read(AddressOf(pages_ + 2 * page_), buffer_));
  EXPECT_FALSE(memory_.Write(AddressOf(pages_ + 2 * page_), buffer_));
  // Begins well, ends badly.
  EXPECT_FALSE(memory_.Read(AddressOf(pages_ + 2 * page_ - 1), buffer_));
  EXPECT_FALSE(memory_.Write(AddressOf(pages_ + 2 * page_ - 1), buffer_));
  mprotect(pages_, page_, PROT_READ);
  EXPECT_TRUE(memory_.Read(AddressOf(pages_), buffer_));
  EXPECT_FALSE(memory_.Write(AddressOf(pages_), buffer_));
}

TEST_F(ProcessMemoryTest, NothingIsNeverLookedAt) {
  EXPECT_TRUE(memory_.Read(0, {}));
  EXPECT_TRUE(memory_.Write(std::numeric_limits<uint64_t>::max(), {}));
}

}  // namespace
}  // namespace uacced::hw::hisi
