#include "hw/hisi/model/sgl_reader.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/abi/sgl.h"
#include "hw/hisi/model/test_memory.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint64_t kData = 0x0000'7000'0000'1001;
constexpr uint64_t kLists = 0x0000'6000'0000'0000;
constexpr uint64_t kListBytes =
    HISI_SGL_HEAD_BYTES + HISI_SGL_MAX_ENTRIES * HISI_SGL_ENTRY_BYTES;

struct Node {
  uint64_t address;
  uint32_t bytes;
};

class SglReaderTest : public testing::Test {
 protected:
  SglReaderTest() {
    std::vector<uint8_t> data(4096);
    std::iota(data.begin(), data.end(), 0);
    memory_.Add(kData, data);
  }

  static uint64_t List(size_t index) { return kLists + index * 0x4000; }

  // Entries behind the valid ones are stale: they name no memory.
  void AddList(size_t index, const std::vector<Node>& nodes, uint64_t next) {
    std::vector<uint8_t> list(kListBytes, 0xEE);
    hisi_sgl head = {};
    head.next_dma = next;
    head.entry_sum_in_chain = 1;  // Not to be counted with.
    head.entry_sum_in_sgl = static_cast<uint16_t>(nodes.size());
    head.entry_length_in_sgl = HISI_SGL_MAX_ENTRIES;
    std::memcpy(list.data(), &head, sizeof(head));
    for (size_t i = 0; i < nodes.size() && i < HISI_SGL_MAX_ENTRIES; ++i) {
      hisi_sgl_entry entry = {};
      entry.buf = nodes[i].address;
      entry.len = nodes[i].bytes;
      std::memcpy(list.data() + sizeof(head) + i * sizeof(entry), &entry,
                  sizeof(entry));
    }
    memory_.Add(List(index), std::move(list));
  }

  std::vector<uint8_t> Gather(const DmaRange& range) {
    std::vector<uint8_t> out(range.bytes());
    EXPECT_TRUE(range.Read(memory_, 0, out));
    return out;
  }

  TestMemory memory_;
};

TEST_F(SglReaderTest, FlatIsOnePiece) {
  const DmaRange range = DmaRange::Flat(kData + 5, 3);
  EXPECT_EQ(Gather(range), (std::vector<uint8_t>{5, 6, 7}));
  uint8_t byte;
  EXPECT_FALSE(range.Read(memory_, 3, MutableBytes(&byte, 1)));
  EXPECT_FALSE(range.Read(memory_, UINT64_MAX, MutableBytes(&byte, 1)));
  EXPECT_TRUE(range.Read(memory_, 3, MutableBytes()));
}

TEST_F(SglReaderTest, NothingIsEmpty) {
  EXPECT_EQ(DmaRange::Flat(0, 0).bytes(), 0u);
  EXPECT_TRUE(DmaRange().Read(memory_, 0, MutableBytes()));
  EXPECT_EQ(ReadSgl(memory_, 0, 0, 10)->bytes(), 0u);
  // Where nothing is wanted nothing is read.
  EXPECT_EQ(ReadSgl(memory_, 0xdead, 0, 0)->bytes(), 0u);
  EXPECT_EQ(memory_.faults(), 0);
}

TEST_F(SglReaderTest, GathersAcrossNodesListsAndEmptyOnes) {
  AddList(0, {{kData, 2}, {0x1, 0}, {kData + 10, 3}}, List(1));
  AddList(1, {}, List(2));
  AddList(2, {{kData + 20, 4}}, List(3));
  AddList(3, {}, 0);
  const auto range = ReadSgl(memory_, List(0), 0, 100);
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(Gather(*range),
            (std::vector<uint8_t>{0, 1, 10, 11, 12, 20, 21, 22, 23}));
}

TEST_F(SglReaderTest, SkipsAndLimits) {
  AddList(0, {{kData, 2}, {kData + 10, 3}}, List(1));
  AddList(1, {{kData + 20, 4}}, 0);
  const std::vector<uint8_t> all = {0, 1, 10, 11, 12, 20, 21, 22, 23};
  for (uint64_t skip = 0; skip <= 10; ++skip) {
    for (uint64_t limit = 0; limit <= 10; ++limit) {
      const auto range = ReadSgl(memory_, List(0), skip, limit);
      ASSERT_TRUE(range.has_value());
      const size_t begin = std::min<size_t>(skip, all.size());
      const size_t end = std::min<size_t>(begin + limit, all.size());
      EXPECT_EQ(Gather(*range),
                std::vector<uint8_t>(all.begin() + begin, all.begin() + end));
    }
  }
}

TEST_F(SglReaderTest, ReadsAndWritesAnyPartOfTheRange) {
  AddList(0, {{kData, 2}, {kData + 10, 3}, {kData + 20, 4}}, 0);
  const auto range = ReadSgl(memory_, List(0), 1, 7);
  ASSERT_TRUE(range.has_value());
  std::vector<uint8_t> shadow = Gather(*range);
  ASSERT_EQ(shadow.size(), 7u);
  uint8_t value = 100;
  for (size_t offset = 0; offset <= 7; ++offset) {
    for (size_t bytes = 0; offset + bytes <= 7; ++bytes) {
      std::vector<uint8_t> part(bytes);
      for (uint8_t& byte : part) byte = value++;
      ASSERT_TRUE(range->Write(memory_, offset, part));
      std::copy(part.begin(), part.end(), shadow.begin() + offset);
      ASSERT_EQ(Gather(*range), shadow);
      std::vector<uint8_t> read(bytes);
      ASSERT_TRUE(range->Read(memory_, offset, read));
      ASSERT_EQ(read, part);
    }
    std::vector<uint8_t> too_long(8 - offset);
    EXPECT_FALSE(range->Write(memory_, offset, too_long));
  }
  // What was skipped or lies between is untouched.
  EXPECT_EQ(memory_.at(kData)[0], 0);
  EXPECT_EQ(memory_.at(kData)[2], 2);
  EXPECT_EQ(memory_.at(kData)[9], 9);
  EXPECT_EQ(memory_.at(kData)[13], 13);
  EXPECT_EQ(memory_.at(kData)[23], 23);
}

TEST_F(SglReaderTest, RefusesListsThatAreNone) {
  EXPECT_FALSE(ReadSgl(memory_, 0xdead0000, 0, 1).has_value());
  AddList(0, {{kData, 2}}, 0);
  EXPECT_FALSE(ReadSgl(memory_, List(0) + 32, 0, 1).has_value());
  AddList(1, std::vector<Node>(256, Node{kData, 1}), 0);
  EXPECT_FALSE(ReadSgl(memory_, List(1), 0, 1).has_value());
  AddList(2, {{kData, HISI_SGL_MAX_ENTRY_BYTES + 1}}, 0);
  EXPECT_FALSE(ReadSgl(memory_, List(2), 0, 1).has_value());
  AddList(3, {{UINT64_MAX, 2}}, 0);
  EXPECT_FALSE(ReadSgl(memory_, List(3), 0, 1).has_value());
  AddList(4, {{kData, 2}}, 0xdead0000);
  EXPECT_FALSE(ReadSgl(memory_, List(4), 0, 3).has_value());
  // Where the bytes are there the next list is not looked at.
  EXPECT_EQ(ReadSgl(memory_, List(4), 0, 2)->bytes(), 2u);
}

TEST_F(SglReaderTest, RefusesCycles) {
  AddList(0, {}, List(0));
  EXPECT_FALSE(ReadSgl(memory_, List(0), 0, 1).has_value());
  AddList(1, {{kData, 2}}, List(2));
  AddList(2, {{kData, 2}}, List(1));
  EXPECT_FALSE(ReadSgl(memory_, List(1), 0, 100).has_value());
}

TEST_F(SglReaderTest, ChainsEndAtTheLimit) {
  for (size_t i = 0; i <= kMaxSgls; ++i) {
    AddList(i, {{kData, 1}}, i == kMaxSgls ? 0 : List(i + 1));
  }
  EXPECT_EQ(ReadSgl(memory_, List(1), 0, 1000)->bytes(), kMaxSgls);
  EXPECT_FALSE(ReadSgl(memory_, List(0), 0, 1000).has_value());
}

TEST_F(SglReaderTest, MemoryThatIsNotThereIsNoticedOnAccess) {
  AddList(0, {{kData, 2}, {0xdead0000, 2}}, 0);
  const auto range = ReadSgl(memory_, List(0), 0, 4);
  ASSERT_TRUE(range.has_value());
  std::vector<uint8_t> out(4);
  EXPECT_FALSE(range->Read(memory_, 0, out));
  EXPECT_FALSE(range->Write(memory_, 0, out));
  EXPECT_TRUE(range->Read(memory_, 0, MutableBytes(out).first(2)));
}

}  // namespace
}  // namespace uacced::hw::hisi
