// What SEC does with memory that is not there; faults on demand.
#include "hw/hisi/model/sec_engine.h"

#include <bit>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/abi/sec.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/sec_bench.h"
#include "hw/hisi/model/sec_oracle.h"
#include "hw/hisi/model/sec_status.h"
#include "hw/hisi/model/test_memory.h"

namespace uacced::hw::hisi {
namespace {

class SecEngineTest : public SecLoadedBench {};

TEST_F(SecEngineTest, TypesThatAQueueDoesNotTake) {
  for (uint32_t type = 0; type < 16; ++type) {
    for (uint32_t version = 0; version <= 3; ++version) {
      const bool takes =
          (type == 2 && version >= 2) || (type == 3 && version >= 3);
      // Neither cipher nor auth: wrong for another reason.
      EXPECT_EQ(Error(version, Bd(type, kAll, {{0, type}})),
                takes ? SecError::kFields : SecError::kBdType);
    }
  }
  Descriptor bd = Bd(2, kAll, {{0, 0xa12}, {3, 0x21000}, {5, 16}});
  engine_.Execute({.version = 2, .qc_type = 1}, memory_, bd);
  EXPECT_EQ(ErrorType(bd[28]), static_cast<uint32_t>(SecError::kBdType));
}

TEST_F(SecEngineTest, MemoryThatIsNotThere) {
  const struct {
    Descriptor bd;
    const char* needs;
  } kCases[] = {
      {Bd(2, kAll, {{0, 0xa12}, {3, 0x21000}, {5, 16}}), "SDKI"},
      {Bd(2, kAll, {{0, 0xa12}, {3, 0x26010}, {5, 16}}), "SDKIM"},
      {Bd(2, kAll, {{0, 0xb22}, {3, 0x26010}, {5, 16}}), "SDKIM"},
      {Bd(2, kAll, {{0, 0xa12}, {3, 0x25008}, {5, 16}}), "SDKIVM"},
      {Bd(2, kAll, {{0, 0xa52}, {2, 0x8908}, {3, 0x21000}, {4, 16}, {5, 16}}),
       "SDKIAM"},
      {Bd(2, kAll, {{0, 0x842}, {2, 0x808}, {4, 64}}), "SM"},
      {Bd(2, kAll, {{0, 0x842}, {1, 0x100}, {2, 0x8908}, {4, 64}}), "SAVM"},
      {Bd(2, kAll, {{0, 0x3a12}, {1, 0x500}, {2, 0x80}, {3, 0x26010}, {5, 16}}),
       "SDKIAVM"},
  };
  for (const auto& [whole, needs] : kCases) {
    EXPECT_EQ(Error(2, whole), SecError::kNone);
    for (const char* operand = kAll; *operand != '\0'; ++operand) {
      Descriptor bd = whole;
      const auto at = std::string("SDKIAVM").find(*operand);
      static constexpr uint32_t kDwords[] = {24, 26, 22, 20, 16, 14, 18};
      // No memory; and the end of all memory, where sums wrap around.
      for (const uint64_t address : {uint64_t{0x1000}, UINT64_MAX - 3}) {
        SetAddress(bd, kDwords[at], address);
        const bool needed =
            std::string(needs).find(*operand) != std::string::npos;
        EXPECT_EQ(Error(2, bd), needed ? SecError::kAddress : SecError::kNone)
            << *operand << " of " << needs;
      }
    }
  }
}

TEST_F(SecEngineTest, ListsThatAreTooShort) {
  AddList(kSourceList, Data(31), 8, 2);
  AddList(kDestinationList, Data(31), 8, 2);
  EXPECT_EQ(Error(2, Bd(2, "sDKI", {{0, 0x8a12}, {3, 0x21000}, {5, 32}})),
            SecError::kAddress);
  EXPECT_EQ(Error(2, Bd(2, "SdKI", {{0, 0x40a12}, {3, 0x21000}, {5, 32}})),
            SecError::kAddress);
  EXPECT_EQ(Error(2, Bd(2, "sdKI", {{0, 0x48a12}, {3, 0x24000}, {5, 31}})),
            SecError::kNone);
  // A list that is no list, and one that is not aligned.
  Descriptor bd = Bd(2, "sDKI", {{0, 0x8a12}, {3, 0x24000}, {5, 31}});
  for (const uint64_t address : {uint64_t{0}, kSourceList + 32}) {
    SetAddress(bd, HISI_SEC2_DATA_SRC_ADDR, address);
    EXPECT_EQ(Error(2, bd), SecError::kAddress);
  }
}

// A destination that overlaps the source, as software in a hurry has it.
TEST_F(SecEngineTest, TheSourceIsReadBeforeAnythingIsWritten) {
  const Data source = at(kSource);
  const Data key(at(kKey).begin(), at(kKey).begin() + 16);
  const Data iv(at(kIv).begin(), at(kIv).begin() + 16);
  Descriptor bd = Bd(2, kAll, {{0, 0xa12}, {3, 0x21000}, {5, 1024}});
  SetAddress(bd, HISI_SEC2_DATA_DST_ADDR, kSource + 1);
  EXPECT_EQ(Error(2, bd), SecError::kNone);
  EXPECT_EQ(Data(at(kSource).begin() + 1, at(kSource).begin() + 1025),
            OracleCipher("AES-128-CBC", true, key, iv,
                         Data(source.begin(), source.begin() + 1024)));
}

TEST_F(SecEngineTest, FailsOnDemand) {
  const Descriptor sent = Bd(3, kAll, {{0, 0x223}, {1, 0x210001}, {18, 16}});
  for (const auto& [asked, error_type] :
       {std::pair{0x21u, 0x21u}, {0u, 0xffu}, {0x100u, 0xffu}}) {
    Descriptor bd = sent;
    engine_.Fail(asked, bd);
    EXPECT_EQ(ErrorType(bd[28]), error_type);
    bd[28] = 0;
    EXPECT_EQ(bd, sent);
  }
}

TEST_F(SecEngineTest, SeveralDescriptorsAtATime) {
  const Descriptor sent =
      Bd(2, kAll, {{0, 0xa12}, {3, 0x26010}, {4, 20}, {5, 999}, {6, 20 << 16}});
  std::vector<TestMemory> memories(4, memory_);
  std::vector<std::thread> threads;
  threads.reserve(memories.size());
  for (TestMemory& memory : memories) {
    threads.emplace_back([&memory, &sent, this] {
      for (int i = 0; i < 100; ++i) {
        Descriptor bd = sent;
        engine_.Execute({.version = 2}, memory, bd);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Execute(2, sent), kAeadOk);
  for (TestMemory& memory : memories) {
    EXPECT_EQ(memory.at(kDestination), at(kDestination));
    EXPECT_EQ(memory.at(kMac), at(kMac));
  }
}

class SecCorruptTest : public SecEngineTest {
 protected:
  // Executes, corrupts, and counts the bits that differ in `content`.
  template <typename Content>
  int BitsSpoilt(const Descriptor& sent, uint64_t random,
                 const Content& content) {
    Descriptor bd = sent;
    engine_.Execute({.version = 3}, memory_, bd);
    EXPECT_EQ(ErrorType(bd[28]), 0u);
    const Data before = content();
    const Descriptor done = bd;
    EXPECT_TRUE(engine_.Corrupt(memory_, bd, random));
    EXPECT_EQ(bd, done);
    const Data after = content();
    int bits = 0;
    for (size_t i = 0; i < after.size(); ++i) {
      bits += std::popcount(static_cast<uint8_t>(before[i] ^ after[i]));
    }
    return bits;
  }
  bool CanSpoil(const Descriptor& sent) {
    Descriptor bd = sent;
    engine_.Execute({.version = 3}, memory_, bd);
    return engine_.Corrupt(memory_, bd, 0);
  }
};

TEST_F(SecCorruptTest, OneBitOfThePayload) {
  const Descriptor gcm =
      Bd(2, kAll, {{0, 0xa12}, {3, 0x26010}, {4, 20}, {5, 40}, {6, 20 << 16}});
  const Descriptor in_place =
      Bd(2, kAll, {{0, 0x12}, {3, 0x24000}, {5, 40}, {6, 20 << 16}});
  for (uint64_t random = 0; random < 1000; ++random) {
    EXPECT_EQ(BitsSpoilt(gcm, random,
                         [&] {
                           return Data(at(kDestination).begin() + 20,
                                       at(kDestination).begin() + 60);
                         }),
              1);
    EXPECT_EQ(BitsSpoilt(in_place, random,
                         [&] {
                           return Data(at(kSource).begin() + 20,
                                       at(kSource).begin() + 60);
                         }),
              1);
  }
  AddList(kDestinationList, Data(64), 7, 3);
  EXPECT_EQ(BitsSpoilt(Bd(2, "SdKI", {{0, 0x40a12}, {3, 0x24000}, {5, 40}}),
                       40 * 8 - 1,
                       [&] { return ListContent(kDestinationList, 40, 7); }),
            1);
}

TEST_F(SecCorruptTest, OneBitOfADigestOrTag) {
  for (const auto& [bd, bytes] :
       {std::pair{Bd(2, kAll, {{0, 0x842}, {2, 0x805}, {4, 64}}), 20},
        // A state is written whole.
        {Bd(2, kAll, {{0, 0x842}, {1, 0x400}, {2, 0x1800}, {4, 64}}), 32},
        // There is no payload, so the tag it is.
        {Bd(3, kAll, {{0, 0x223}, {1, 0x260081}, {16, 20 << 16}, {17, 20}}),
         8}}) {
    for (uint64_t random = 0; random < 1000; ++random) {
      EXPECT_EQ(BitsSpoilt(bd, random,
                           [&, bytes = bytes] {
                             return Data(at(kMac).begin(),
                                         at(kMac).begin() + bytes);
                           }),
                1);
    }
  }
}

TEST_F(SecCorruptTest, NothingWithoutAnOutput) {
  EXPECT_FALSE(CanSpoil(Bd(2, kAll, {{0, 0x3a12}, {1, 0x80000000}})));
  EXPECT_FALSE(CanSpoil(Bd(2, kAll, {{0, 0xa12}, {3, 0x21000}, {5, 15}})));
  EXPECT_FALSE(CanSpoil(Bd(2, kAll, {{0, 0x882}, {2, 0x808}, {4, 64}})));
  EXPECT_FALSE(CanSpoil(Bd(9, kAll, {{0, 9}})));
  // Not executed.
  EXPECT_FALSE(engine_.Corrupt(
      memory_, Bd(2, kAll, {{0, 0xa12}, {3, 0x21000}, {5, 16}}), 0));
}

}  // namespace
}  // namespace uacced::hw::hisi
