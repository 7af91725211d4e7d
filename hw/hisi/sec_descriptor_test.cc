#include "hw/hisi/sec_descriptor.h"

#include <random>

#include "gtest/gtest.h"
#include "hw/hisi/sec_golden.h"

namespace uacced::hw::hisi {
namespace {

GoldenDwords NotZero(const Sqe& sqe) {
  GoldenDwords dwords;
  for (unsigned i = 0; i < kSqeDwords; ++i) {
    if (sqe.dword[i] != 0) dwords[i] = sqe.dword[i];
  }
  return dwords;
}

TEST(SecDescriptorTest, WritesWhatUadkLinuxAndOpTeeWrite) {
  int compared = 0;
  for (const SecGolden& golden : SecGoldens()) {
    SCOPED_TRACE(golden.name);
    Sqe sqe;
    for (uint32_t& dword : sqe.dword) dword = 0xdeadbeef;
    if (!golden.type2.empty()) {
      WriteSecDescriptor(SecType::k2, golden.command, sqe);
      EXPECT_EQ(NotZero(sqe), golden.type2);
      ++compared;
    }
    if (!golden.type3.empty()) {
      WriteSecDescriptor(SecType::k3, golden.command, sqe);
      EXPECT_EQ(NotZero(sqe), golden.type3);
      ++compared;
    }
  }
  EXPECT_GE(compared, 55);
}

// Of UADK's last descriptor of a GCM stream only these dwords are given.
TEST(SecDescriptorTest, AsksForNothingAsUadkDoes) {
  SecCommand command;
  command.invalid = true;
  command.scene = HISI_SEC_SCENE_STREAM;
  command.cipher = HISI_SEC_CIPHER_ENCRYPT;
  command.has_destination = true;
  Sqe sqe;
  WriteSecDescriptor(SecType::k2, command, sqe);
  EXPECT_EQ(sqe.dword[0], 0x3a12u);
  EXPECT_EQ(sqe.dword[1], 0x80000000u);
  WriteSecDescriptor(SecType::k3, command, sqe);
  EXPECT_EQ(sqe.dword[0], 0x2f3u);
}

TEST(SecDescriptorTest, AFieldTooNarrowForItsValueHarmsNoOther) {
  SecCommand command;
  command.a_bytes = command.c_bytes = 0xffffffff;
  command.scene = 0xff;
  command.mac_words = 0xff;
  Sqe sqe;
  WriteSecDescriptor(SecType::k2, command, sqe);
  EXPECT_EQ(
      NotZero(sqe),
      (GoldenDwords{{0, 0x7802}, {2, 0x1f}, {4, 0xffffff}, {5, 0xffffff}}));
  WriteSecDescriptor(SecType::k3, command, sqe);
  EXPECT_EQ(
      NotZero(sqe),
      (GoldenDwords{{0, 0x1e3}, {14, 0x1f0}, {17, 0xffffff}, {18, 0xffffff}}));
}

struct StatusCase {
  uint32_t word;
  SecStatus status;
  uint8_t flag;
};

// Table 8.3 of the hardware's description, and the words of 2.8.
constexpr StatusCase kStatusCases[] = {
    {0x00000101, SecStatus::kOk, 2},
    {0x00000181, SecStatus::kOk, 3},
    {0x00000185, SecStatus::kMacMismatch, 3},
    {0x00000081, SecStatus::kOk, 1},
    {0x00000001, SecStatus::kOk, 0},
    {0x00000005, SecStatus::kMacMismatch, 0},
    {0x00000000, SecStatus::kBroken, 0},
    {0x00000004, SecStatus::kBroken, 0},  // icv, but not done
    {0x00010000, SecStatus::kFailed, 0},
    {0x00ff0001, SecStatus::kFailed, 0},
    {0x00010185, SecStatus::kFailed, 3},
    {0xff000181, SecStatus::kOk, 3},  // warnings
    {0x00003871, SecStatus::kOk, 0},  // csc, dif_check
    {0x00000183, SecStatus::kOk, 3},  // other values of icv
    {0x00000187, SecStatus::kOk, 3},
    {0x0000018d, SecStatus::kOk, 3},
};

TEST(SecDescriptorTest, ReadsEveryStatus) {
  for (const SecType type : {SecType::k2, SecType::k3}) {
    for (const StatusCase& row : kStatusCases) {
      SCOPED_TRACE(row.word);
      SecCommand command;
      command.tag = 0x8765;
      Sqe sqe;
      WriteSecDescriptor(type, command, sqe);
      sqe.dword[HISI_SEC_STATUS_DWORD] = row.word;
      const SecOutcome outcome = ReadSecOutcome(type, 0x8765, sqe);
      EXPECT_EQ(outcome.status, row.status);
      EXPECT_EQ(outcome.flag, row.flag);
    }
  }
}

TEST(SecDescriptorTest, AnotherTagOrTypeIsBroken) {
  for (const SecType type : {SecType::k2, SecType::k3}) {
    SecCommand command;
    command.tag = 7;
    Sqe sqe;
    WriteSecDescriptor(type, command, sqe);
    sqe.dword[HISI_SEC_STATUS_DWORD] = 0x181;
    ASSERT_EQ(ReadSecOutcome(type, 7, sqe).status, SecStatus::kOk);
    EXPECT_EQ(ReadSecOutcome(type, 6, sqe).status, SecStatus::kBroken);
    for (int bit = 0; bit < 4; ++bit) {
      Sqe other = sqe;
      other.dword[0] ^= 1u << bit;
      EXPECT_EQ(ReadSecOutcome(type, 7, other).status, SecStatus::kBroken);
    }
    const int tag_bits = type == SecType::k2 ? 16 : 64;
    for (int bit = 0; bit < tag_bits; ++bit) {
      Sqe other = sqe;
      other.dword[(type == SecType::k2 ? 10 : 2) + bit / 32] ^= 1u << bit % 32;
      EXPECT_EQ(ReadSecOutcome(type, 7, other).status, SecStatus::kBroken);
    }
  }
}

TEST(SecDescriptorTest, RandomWordsAreSuccessOnlyWhenTheySaySo) {
  std::mt19937 random(1);
  int successes = 0;
  for (int i = 0; i < 200'000; ++i) {
    const SecType type = i % 2 == 0 ? SecType::k2 : SecType::k3;
    Sqe sqe;
    for (uint32_t& dword : sqe.dword) dword = random();
    if (i % 4 < 2) {  // Half of them get through to the status.
      SecCommand command;
      command.tag = 5;
      WriteSecDescriptor(type, command, sqe);
      sqe.dword[HISI_SEC_STATUS_DWORD] = random();
      if (i % 8 < 4) sqe.dword[HISI_SEC_STATUS_DWORD] &= 0xff00ffff;
    }
    const uint32_t word = sqe.dword[HISI_SEC_STATUS_DWORD];
    const SecOutcome outcome = ReadSecOutcome(type, 5, sqe);
    if (outcome.status != SecStatus::kOk) continue;
    ++successes;
    EXPECT_EQ(word & 1, 1u);
    EXPECT_EQ(word >> 16 & 0xff, 0u);
    EXPECT_NE(word >> 1 & 7, 2u);
    EXPECT_EQ(sqe.dword[type == SecType::k2 ? 10 : 2], 5u);
  }
  EXPECT_GT(successes, 10'000);
}

}  // namespace
}  // namespace uacced::hw::hisi
