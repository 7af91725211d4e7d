// For tests of SecEngine: memory with every operand in its place, descriptors
// written as the hardware's description writes them, and a check that nothing
// but the status comes back changed.
#ifndef UACCED_HW_HISI_MODEL_SEC_BENCH_H_
#define UACCED_HW_HISI_MODEL_SEC_BENCH_H_

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/abi/sec.h"
#include "hw/hisi/abi/sgl.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/sec_engine.h"
#include "hw/hisi/model/sec_oracle.h"
#include "hw/hisi/model/sec_status.h"
#include "hw/hisi/model/test_memory.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {

// None of them aligned.
inline constexpr uint64_t kSource = 0x7f01'0000'0001;
inline constexpr uint64_t kDestination = 0x7f02'0000'0003;
inline constexpr uint64_t kKey = 0x7f03'0000'0005;
inline constexpr uint64_t kIv = 0x7f04'0000'0007;
inline constexpr uint64_t kAuthKey = 0x7f05'0000'0009;
inline constexpr uint64_t kAuthIv = 0x7f06'0000'000b;
inline constexpr uint64_t kMac = 0x7f07'0000'000d;
// Lists are, as they must be.
inline constexpr uint64_t kSourceList = 0x7f08'0000'0040;
inline constexpr uint64_t kDestinationList = 0x7f09'0000'0080;

inline constexpr uint32_t kCipherOk = 0x101;
inline constexpr uint32_t kAeadOk = 0x181;
inline constexpr uint32_t kAeadMismatch = 0x185;
inline constexpr uint32_t kDigestOk = 0x081;
inline constexpr uint32_t kDigestMismatch = 0x085;
inline constexpr uint32_t kOnlyDone = 0x001;

inline void SetAddress(Descriptor& bd, uint32_t dword, uint64_t address) {
  bd[dword] = static_cast<uint32_t>(address);
  bd[dword + 1] = static_cast<uint32_t>(address >> 32);
}

// `operands` says which addresses are given: S and D source and destination,
// s and d the lists of them, K and I key and IV of the cipher, A and V those of
// the authentication, M the MAC; v: the auth IV is where the MAC is.
inline Descriptor Bd(
    uint32_t type, const char* operands,
    std::initializer_list<std::pair<uint32_t, uint32_t>> dwords) {
  struct Place {
    char operand;
    uint32_t type2, type3;
    uint64_t address;
  };
  static constexpr Place kPlaces[] = {
      {'S', HISI_SEC2_DATA_SRC_ADDR, HISI_SEC3_DATA_SRC_ADDR, kSource},
      {'D', HISI_SEC2_DATA_DST_ADDR, HISI_SEC3_DATA_DST_ADDR, kDestination},
      {'s', HISI_SEC2_DATA_SRC_ADDR, HISI_SEC3_DATA_SRC_ADDR, kSourceList},
      {'d', HISI_SEC2_DATA_DST_ADDR, HISI_SEC3_DATA_DST_ADDR, kDestinationList},
      {'K', HISI_SEC2_C_KEY_ADDR, HISI_SEC3_C_KEY_ADDR, kKey},
      {'I', HISI_SEC2_C_IVIN_ADDR, HISI_SEC3_C_IVIN_ADDR, kIv},
      {'A', HISI_SEC2_A_KEY_ADDR, HISI_SEC3_A_KEY_ADDR, kAuthKey},
      {'V', HISI_SEC2_A_IVIN_ADDR, HISI_SEC3_A_IVIN_ADDR, kAuthIv},
      {'M', HISI_SEC2_MAC_ADDR, HISI_SEC3_MAC_ADDR, kMac},
      {'v', HISI_SEC2_A_IVIN_ADDR, HISI_SEC3_A_IVIN_ADDR, kMac},
  };
  Descriptor bd = {};
  for (; *operands != '\0'; ++operands) {
    for (const Place& place : kPlaces) {
      if (place.operand != *operands) continue;
      SetAddress(bd, type == 2 ? place.type2 : place.type3, place.address);
    }
  }
  // The tag: 16 bits, or 64.
  if (type == 2) {
    bd[10] = 0xbeef;
  } else {
    bd[2] = 0xdeadbeef;
    bd[3] = 0x12345678;
  }
  for (const auto& [dword, value] : dwords) bd[dword] |= value;
  return bd;
}

class SecBench : public ::testing::Test {
 protected:
  // The status. Everything else must come back as it was.
  uint32_t Execute(uint32_t version, Descriptor bd) {
    const Descriptor sent = bd;
    engine_.Execute({.version = version}, memory_, bd);
    for (uint32_t i = 0; i < bd.size(); ++i) {
      if (i == HISI_SEC_STATUS_DWORD) continue;
      EXPECT_EQ(bd[i], sent[i]) << "dword " << i;
    }
    return bd[HISI_SEC_STATUS_DWORD];
  }

  static uint32_t ErrorType(uint32_t status) { return status >> 16 & 0xff; }

  Data& at(uint64_t address) { return memory_.at(address); }

  // Spreads `content` over pieces of `piece_bytes` each, in lists of
  // `entries` that are chained. The pieces begin at `address` + 2^20.
  void AddList(uint64_t address, const Data& content, size_t piece_bytes,
               size_t entries) {
    uint64_t piece = address + (1 << 20) + 1;
    size_t done = 0;
    while (true) {
      Data list(HISI_SGL_HEAD_BYTES + entries * HISI_SGL_ENTRY_BYTES);
      const auto put = [&](size_t at, uint64_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) {
          list[at + i] = static_cast<uint8_t>(value >> 8 * i);
        }
      };
      uint16_t filled = 0;
      for (; filled < entries && done < content.size(); ++filled) {
        const size_t bytes = std::min(piece_bytes, content.size() - done);
        memory_.Add(piece, Data(content.begin() + done,
                                content.begin() + done + bytes));
        put(HISI_SGL_HEAD_BYTES + filled * HISI_SGL_ENTRY_BYTES, piece, 8);
        put(HISI_SGL_HEAD_BYTES + filled * HISI_SGL_ENTRY_BYTES + 16, bytes, 4);
        piece += bytes + 64;
        done += bytes;
      }
      const uint64_t next = address + 0x4000;
      const bool last = done == content.size();
      put(0, last ? 0 : next, 8);
      put(8, 255, 2);
      put(10, filled, 2);
      put(12, 255, 2);
      memory_.Add(address, std::move(list));
      if (last) return;
      address = next;
    }
  }

  // What the pieces of AddList() hold now.
  Data ListContent(uint64_t address, size_t bytes, size_t piece_bytes) {
    uint64_t piece = address + (1 << 20) + 1;
    Data content;
    while (content.size() < bytes) {
      const Data& part = memory_.at(piece);
      content.insert(content.end(), part.begin(), part.end());
      piece += std::min(piece_bytes, part.size()) + 64;
    }
    return content;
  }

  SecEngine engine_;
  TestMemory memory_;
};

// Every operand, and more of each than a descriptor asks for.
inline constexpr const char* kAll = "SDKIAVM";

// All of them there.
class SecLoadedBench : public SecBench {
 protected:
  SecLoadedBench() {
    for (const uint64_t address : {kSource, kDestination}) {
      memory_.Add(address, RandomBytes(4096, 1));
    }
    for (const uint64_t address : {kKey, kIv, kAuthKey, kAuthIv, kMac}) {
      memory_.Add(address, RandomBytes(256, 2));
    }
    at(kIv)[0] = 2;  // A counter block of CCM.
  }

  SecError Error(uint32_t version, const Descriptor& bd) {
    const uint32_t status = Execute(version, bd);
    EXPECT_EQ(status & 1, 1u);
    return static_cast<SecError>(ErrorType(status));
  }
};

// `data` from `offset` on.
inline Data From(const Data& data, size_t offset) {
  return Data(data.begin() + offset, data.end());
}

inline Data Joined(const Data& a, const Data& b) {
  Data out = a;
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_BENCH_H_
