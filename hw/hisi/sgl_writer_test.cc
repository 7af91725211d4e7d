#include "hw/hisi/sgl_writer.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "gtest/gtest.h"
#include "hw/dma_buffer.h"

namespace uacced::hw::hisi {
namespace {

constexpr size_t kListBytes = SglWriter::ListBytes(HISI_SGL_MAX_ENTRIES);

class SglWriterTest : public ::testing::Test {
 protected:
  template <typename T>
  static T At(uint64_t address, size_t offset) {
    T value;
    std::memcpy(&value, std::bit_cast<const uint8_t*>(address) + offset,
                sizeof(value));
    return value;
  }
  static uint64_t Address(const uint8_t* data) {
    return reinterpret_cast<uintptr_t>(data);
  }
  // {capacity of the chain, valid entries} of each list.
  static std::vector<std::pair<int, int>> Lists(const SglWriter& writer) {
    std::vector<std::pair<int, int>> lists;
    for (uint64_t at = writer.address(); at != 0; at = At<uint64_t>(at, 0)) {
      EXPECT_EQ(at % HISI_SGL_ALIGN_BYTES, 0u);
      EXPECT_EQ(At<uint64_t>(at, 0), At<uint64_t>(at, 48));
      EXPECT_EQ(At<uint16_t>(at, 12), HISI_SGL_MAX_ENTRIES);
      lists.emplace_back(At<uint16_t>(at, 8), At<uint16_t>(at, 10));
    }
    return lists;
  }

  DmaBuffer memory_ = DmaBuffer::Allocate(3 * kListBytes);
  std::vector<uint8_t> data_ = std::vector<uint8_t>(16'384);
};

TEST_F(SglWriterTest, AListIsTheManualsOne) {
  SglWriter writer(memory_.span(), HISI_SGL_MAX_ENTRIES);
  ASSERT_TRUE(writer.Add(data_.data(), 1000));
  ASSERT_TRUE(writer.Add(data_.data() + 5000, 3096));
  const uint64_t head = writer.address();
  EXPECT_EQ(head, Address(memory_.data()));
  EXPECT_EQ(At<uint64_t>(head, 0), 0u);
  EXPECT_EQ(At<uint16_t>(head, 8), 255);
  EXPECT_EQ(At<uint16_t>(head, 10), 2);
  EXPECT_EQ(At<uint16_t>(head, 12), 255);
  EXPECT_EQ(At<uint16_t>(head, 14), 0);
  EXPECT_EQ(At<uint64_t>(head, 48), 0u);
  EXPECT_EQ(At<uint64_t>(head, 56), 4096u);
  EXPECT_EQ(At<uint64_t>(head, 64), Address(data_.data()));
  EXPECT_EQ(At<uint64_t>(head, 72), 0u);
  EXPECT_EQ(At<uint32_t>(head, 80), 1000u);
  EXPECT_EQ(At<uint32_t>(head, 84), 0u);
  EXPECT_EQ(At<uint64_t>(head, 88), Address(data_.data()));
  EXPECT_EQ(At<uint64_t>(head, 96), Address(data_.data() + 5000));
  EXPECT_EQ(At<uint32_t>(head, 112), 3096u);
}

TEST_F(SglWriterTest, LongListsAreChained) {
  using Expected = std::vector<std::pair<int, int>>;
  const std::vector<std::pair<int, Expected>> rows = {
      {1, {{255, 1}}},
      {254, {{255, 254}}},
      {255, {{255, 255}}},
      {256, {{510, 255}, {255, 1}}},
      {510, {{510, 255}, {255, 255}}},
      {511, {{765, 255}, {255, 255}, {255, 1}}},
  };
  for (const auto& [entries, expected] : rows) {
    SglWriter writer(memory_.span(), HISI_SGL_MAX_ENTRIES);
    for (int i = 0; i < entries; ++i) {
      ASSERT_TRUE(writer.Add(data_.data() + i, 1));
    }
    EXPECT_EQ(Lists(writer), expected) << entries;
  }
}

TEST_F(SglWriterTest, EmptyEntriesAreLeftOut) {
  SglWriter writer(memory_.span(), HISI_SGL_MAX_ENTRIES);
  ASSERT_TRUE(writer.Add(data_.data(), 0));
  EXPECT_EQ(Lists(writer), (std::vector<std::pair<int, int>>{{255, 0}}));
  ASSERT_TRUE(writer.Add(data_.data(), 1));
  ASSERT_TRUE(writer.Add(data_.data(), 0));
  ASSERT_TRUE(writer.Add(data_.data(), 1));
  EXPECT_EQ(Lists(writer), (std::vector<std::pair<int, int>>{{255, 2}}));
}

TEST_F(SglWriterTest, WhatDoesNotFitIsRefused) {
  SglWriter writer(memory_.span(), HISI_SGL_MAX_ENTRIES);
  EXPECT_FALSE(writer.Add(data_.data(), HISI_SGL_MAX_ENTRY_BYTES + 1));
  EXPECT_TRUE(writer.Add(data_.data(), HISI_SGL_MAX_ENTRY_BYTES));
  for (int i = 1; i < 3 * 255; ++i) ASSERT_TRUE(writer.Add(data_.data(), 1));
  EXPECT_FALSE(writer.Add(data_.data(), 1));
  EXPECT_EQ(Lists(writer).size(), 3u);
}

TEST_F(SglWriterTest, LongBuffersAreCutIntoEntries) {
  SglWriter writer(memory_.span().first(SglWriter::ListBytes(3)), 3);
  const uint8_t* const data = data_.data();  // Never read.
  ASSERT_TRUE(writer.AddAll(data, 2 * size_t{HISI_SGL_MAX_ENTRY_BYTES} + 5));
  EXPECT_EQ(At<uint16_t>(writer.address(), 10), 3);
  EXPECT_EQ(At<uint16_t>(writer.address(), 12), 3);
  EXPECT_EQ(At<uint32_t>(writer.address(), 64 + 2 * 32 + 16), 5u);
  EXPECT_EQ(At<uint64_t>(writer.address(), 64 + 2 * 32),
            Address(data) + 2 * size_t{HISI_SGL_MAX_ENTRY_BYTES});
  EXPECT_FALSE(writer.AddAll(data, 1));
}

}  // namespace
}  // namespace uacced::hw::hisi
