#include "hw/hisi/model/doorbell_unit.h"

#include <cstdint>
#include <random>

#include "gtest/gtest.h"

namespace uacced::hw::hisi {
namespace {

using Event = DoorbellUnit::Event;

// The values are those that other software was seen to write.
TEST(DoorbellUnitTest, DecodesVersion2) {
  DoorbellUnit unit(
      {.version = 2, .sqn = 5, .sq_depth = 512, .cq_depth = 1024});
  EXPECT_EQ(unit.mmio_bytes(), 8192);
  EXPECT_EQ(unit.Store(0x1000, 0x0000000200000005), Event::kSqTail);
  EXPECT_EQ(unit.sq_tail(), 2);
  EXPECT_EQ(unit.Store(0x1000, 0x000003ff00001005), Event::kCqHead);
  EXPECT_EQ(unit.cq_head(), 0x3ff);
  EXPECT_FALSE(unit.TakeArm(0));
  EXPECT_EQ(unit.Store(0x1000, 0x000103ff00001005), Event::kCqHead);
  EXPECT_TRUE(unit.TakeArm(0));
  EXPECT_EQ(unit.sq_tail(), 2);
  EXPECT_EQ(unit.stores(), 3);
  EXPECT_EQ(unit.bad_stores(), 0);
}

TEST(DoorbellUnitTest, DecodesVersion1) {
  DoorbellUnit unit(
      {.version = 1, .sqn = 5, .sq_depth = 1024, .cq_depth = 1024});
  EXPECT_EQ(unit.mmio_bytes(), 4096);
  EXPECT_EQ(unit.Store(0x340, 0x0000000200000005), Event::kSqTail);
  EXPECT_EQ(unit.sq_tail(), 2);
  EXPECT_EQ(unit.Store(0x340, 0x000103ff00010005), Event::kCqHead);
  EXPECT_EQ(unit.cq_head(), 0x3ff);
  EXPECT_TRUE(unit.TakeArm(0));
  // A place or a layout of later versions.
  EXPECT_EQ(unit.Store(0x1000, 0x0000000300000005), Event::kNone);
  EXPECT_EQ(unit.Store(0x340, 0x0000000300001005), Event::kNone);
  EXPECT_EQ(unit.bad_stores(), 2);
}

TEST(DoorbellUnitTest, LastStoreCounts) {
  DoorbellUnit unit({.sqn = 0, .sq_depth = 8, .cq_depth = 8});
  unit.Store(0x1000, 0x0001000200001000);
  unit.Store(0x1000, 0x0000000300001000);
  EXPECT_EQ(unit.cq_head(), 3);
  EXPECT_FALSE(unit.TakeArm(5));  // Disarmed by the second.
  for (const uint64_t tail : {1, 7, 0, 4}) unit.Store(0x1000, tail << 32);
  EXPECT_EQ(unit.sq_tail(), 4);
}

TEST(DoorbellUnitTest, IgnoresAndCountsWhatIsNotForIt) {
  DoorbellUnit unit({.sqn = 5, .sq_depth = 8, .cq_depth = 16});
  unit.Store(0x1000, 0x0000000200000005);
  unit.Store(0x1000, 0x0000000200001005);
  for (const uint64_t value :
       {0x0000000300000004ull,  // Another queue's.
        0x0000000300000105ull,  // Another one's.
        0x0000000300002005ull,  // The kernel's event queue.
        0x000000030000f005ull,  // No command.
        0x0000000800000005ull,  // Beyond the SQ.
        0x0000001000001005ull,  // Beyond the CQ.
        0x0000ffff00000005ull}) {
    EXPECT_EQ(unit.Store(0x1000, value), Event::kNone) << std::hex << value;
  }
  for (const uint32_t offset : {0u, 0x340u, 0x0ff8u, 0x1001u, 0x1008u, ~0u}) {
    EXPECT_EQ(unit.Store(offset, 0x0000000300000005), Event::kNone) << offset;
  }
  EXPECT_EQ(unit.sq_tail(), 2);
  EXPECT_EQ(unit.cq_head(), 2);
  EXPECT_EQ(unit.bad_stores(), unit.stores() - 2);
  EXPECT_EQ(unit.Store(0x1000, 0x0000000f00001005), Event::kCqHead);
}

TEST(DoorbellUnitTest, ArmIsTakenOnce) {
  DoorbellUnit unit({.sqn = 0, .sq_depth = 8, .cq_depth = 8});
  EXPECT_FALSE(unit.TakeArm(0));  // Armed from the start, nothing beyond.
  EXPECT_TRUE(unit.TakeArm(1));
  EXPECT_FALSE(unit.TakeArm(2));
  unit.Store(0x1000, 0x0001000200001000);
  EXPECT_FALSE(unit.TakeArm(2));
  EXPECT_TRUE(unit.TakeArm(3));
  unit.Store(0x1000, 0x0001000200001000);  // The same once more.
  EXPECT_TRUE(unit.TakeArm(3));
  unit.Reset();
  EXPECT_EQ(unit.cq_head(), 0);
  EXPECT_TRUE(unit.TakeArm(1));
}

TEST(DoorbellUnitTest, StaysWithinTheRingsWhateverIsStored) {
  std::mt19937_64 random(7);
  DoorbellUnit unit({.sqn = 3, .sq_depth = 5, .cq_depth = 9});
  for (int i = 0; i < 1'000'000; ++i) {
    // Half of them nearly right.
    const uint64_t value =
        i % 2 == 0 ? random() : (random() & 0x0003'000f'0000'1000) | 3;
    unit.Store(i % 8 == 7 ? random() : 0x1000, value);
    ASSERT_LT(unit.sq_tail(), 5);
    ASSERT_LT(unit.cq_head(), 9);
  }
  EXPECT_GT(unit.bad_stores(), 0);
  EXPECT_LT(unit.bad_stores(), unit.stores());
}

}  // namespace
}  // namespace uacced::hw::hisi
