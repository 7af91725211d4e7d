// What SEC refuses, of each version, and why.
#include "hw/hisi/model/sec_rules.h"

#include <cstdint>

#include "gtest/gtest.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/sec_bench.h"
#include "hw/hisi/model/sec_status.h"

namespace uacced::hw::hisi {
namespace {

class SecRulesTest : public SecLoadedBench {};

// Type 2, so that both versions can be asked.
TEST_F(SecRulesTest, WhatTheFirstVersionLacks) {
  const struct {
    const char* what;
    Descriptor bd;
  } kCases[] = {
      {"OFB", Bd(2, kAll, {{0, 0xa12}, {3, 0x23000}, {5, 16}})},
      {"CFB", Bd(2, kAll, {{0, 0xa12}, {3, 0x22000}, {5, 16}})},
      {"CBC-CS1", Bd(2, kAll, {{0, 0xa12}, {3, 0x29040}, {5, 32}})},
      {"CBC-CS2", Bd(2, kAll, {{0, 0xa12}, {3, 0x29080}, {5, 32}})},
      {"CBC-CS3", Bd(2, kAll, {{0, 0xa12}, {3, 0x290c0}, {5, 32}})},
      {"SM4-OFB", Bd(2, kAll, {{0, 0xa12}, {3, 0x33000}, {5, 16}})},
      {"SM4-CFB", Bd(2, kAll, {{0, 0xa12}, {3, 0x32000}, {5, 16}})},
      {"SM4-CBC-CS1", Bd(2, kAll, {{0, 0xa12}, {3, 0x39040}, {5, 32}})},
      {"SM4-GCM", Bd(2, kAll, {{0, 0xa12}, {3, 0x36010}, {5, 16}})},
      {"SM4-CCM", Bd(2, kAll, {{0, 0xa12}, {3, 0x35010}, {5, 16}})},
      {"SM3 with CBC",
       Bd(2, kAll,
          {{0, 0xa52}, {2, 0x26 << 11 | 8}, {3, 0x21000}, {4, 16}, {5, 16}})},
      {"XCBC", Bd(2, kAll, {{0, 0x842}, {2, 0x20 << 11 | 0x84}, {4, 16}})},
      {"CMAC", Bd(2, kAll, {{0, 0x842}, {2, 0x21 << 11 | 0x84}, {4, 16}})},
      {"GMAC",
       Bd(2, kAll, {{0, 0x842}, {1, 0x100}, {2, 0x22 << 11 | 0x84}, {4, 16}})},
      {"SM4-GHASH",
       Bd(2, kAll, {{0, 0x3842}, {1, 0x400}, {2, 0x31 << 11 | 0x84}, {4, 16}})},
      {"scene 7", Bd(2, kAll, {{0, 0x3a12}, {3, 0x21000}, {5, 16}})},
  };
  for (const auto& [what, bd] : kCases) {
    EXPECT_EQ(Error(2, bd), SecError::kUnsupported) << what;
    EXPECT_EQ(Error(3, bd), SecError::kNone) << what;
  }
  // Inputs of no bytes.
  const struct {
    const char* what;
    Descriptor bd;
  } kEmpty[] = {
      {"hash", Bd(2, kAll, {{0, 0x842}, {2, 0x808}})},
      {"GCM", Bd(2, kAll, {{0, 0xa12}, {3, 0x26010}})},
      {"CCM, with data before it",
       Bd(2, kAll, {{0, 0xa12}, {3, 0x25010}, {4, 16}, {6, 0x100000}})},
  };
  for (const auto& [what, bd] : kEmpty) {
    EXPECT_EQ(Error(2, bd), SecError::kDataLength) << what;
    EXPECT_EQ(Error(3, bd), SecError::kNone) << what;
  }
}

struct Refusal {
  const char* why;
  Descriptor bd;
  SecError error;
};

void ExpectRefused(const Refusal& refusal, SecError error) {
  EXPECT_EQ(error, refusal.error) << refusal.why;
}

TEST_F(SecRulesTest, RefusesWhatCiphersCannotBe) {
  const Refusal kCases[] = {
      {"copy", Bd(2, kAll, {{0, 0xa32}, {3, 0x21000}, {5, 16}}),
       SecError::kUnsupported},
      {"a PRP", Bd(2, kAll, {{0, 0x10a12}, {3, 0x21000}, {5, 16}}),
       SecError::kUnsupported},
      {"a MAC in a list", Bd(2, kAll, {{0, 0x200a12}, {3, 0x21000}, {5, 16}}),
       SecError::kUnsupported},
      {"a scene of storage", Bd(2, kAll, {{0, 0x2a12}, {3, 0x21000}, {5, 16}}),
       SecError::kUnsupported},
      {"a key out of fuses",
       Bd(2, kAll, {{0, 0xa12}, {1, 0x10}, {3, 0x21000}, {5, 16}}),
       SecError::kUnsupported},
      {"a key selected",
       Bd(3, kAll, {{0, 0x223}, {1, 0x210001}, {14, 6 << 21}, {18, 16}}),
       SecError::kUnsupported},
      {"an IV made by the device",
       Bd(3, kAll, {{0, 0x223}, {1, 0x21000d}, {18, 16}}),
       SecError::kUnsupported},
      {"an offset of IPsec",
       Bd(3, kAll, {{0, 0x223}, {1, 0x210001}, {18, 16}, {26, 1}}),
       SecError::kUnsupported},
      {"a mode that is none", Bd(2, kAll, {{0, 0xa12}, {3, 0x28000}, {5, 16}}),
       SecError::kUnsupported},
      {"a cipher that is none",
       Bd(2, kAll, {{0, 0xa12}, {3, 0x41000}, {5, 16}}),
       SecError::kUnsupported},
      {"DES-CTR", Bd(2, kAll, {{0, 0xa12}, {3, 0x4200}, {5, 16}}),
       SecError::kUnsupported},
      {"AES-192-XTS", Bd(2, kAll, {{0, 0xa12}, {3, 0x27200}, {5, 16}}),
       SecError::kKeyLength},
      {"SM4-256", Bd(2, kAll, {{0, 0xa12}, {3, 0x31400}, {5, 16}}),
       SecError::kKeyLength},
      {"3DES with one key", Bd(2, kAll, {{0, 0xa12}, {3, 0x11000}, {5, 16}}),
       SecError::kKeyLength},
      {"AES with no known key",
       Bd(2, kAll, {{0, 0xa12}, {3, 0x21600}, {5, 16}}), SecError::kKeyLength},
      {"no data", Bd(2, kAll, {{0, 0xa12}, {3, 0x21000}}),
       SecError::kDataLength},
      {"a part block of CBC", Bd(2, kAll, {{0, 0xa12}, {3, 0x21000}, {5, 24}}),
       SecError::kDataLength},
      {"a part block of DES", Bd(2, kAll, {{0, 0xa12}, {3, 0x1200}, {5, 12}}),
       SecError::kDataLength},
      {"15 bytes of XTS", Bd(2, kAll, {{0, 0xa12}, {3, 0x27000}, {5, 15}}),
       SecError::kDataLength},
      {"one block of stealing",
       Bd(3, kAll, {{0, 0x223}, {1, 0x290401}, {18, 16}}),
       SecError::kDataLength},
      {"more than there may be",
       Bd(2, kAll, {{0, 0xa12}, {3, 0x24000}, {5, 0xfffe01}}),
       SecError::kDataLength},
      {"a variant of stealing that is none",
       Bd(3, kAll, {{0, 0x223}, {1, 0x291001}, {18, 32}}), SecError::kFields},
      {"de of 2", Bd(2, kAll, {{0, 0xc12}, {3, 0x21000}, {5, 16}}),
       SecError::kFields},
  };
  for (const Refusal& refusal : kCases) {
    ExpectRefused(refusal, Error(3, refusal.bd));
  }
  EXPECT_EQ(memory_.faults(), 0);
}

TEST_F(SecRulesTest, RefusesWhatAeadCannotBe) {
  const auto gcm = [](uint32_t dword0, uint32_t icv, uint32_t aad,
                      uint32_t offset, uint32_t bytes) {
    return Bd(2, kAll,
              {{0, dword0},
               {3, 0x26000 | icv},
               {4, aad},
               {5, bytes},
               {6, offset << 16}});
  };
  const auto authenc = [](uint32_t dword0, uint32_t dword2, uint32_t a_bytes,
                          uint32_t c_bytes) {
    return Bd(
        2, kAll,
        {{0, dword0}, {2, dword2}, {3, 0x21000}, {4, a_bytes}, {5, c_bytes}});
  };
  const Refusal kCases[] = {
      {"encryption after the MAC", gcm(0xb12, 16, 0, 0, 16), SecError::kFields},
      {"decryption before it", gcm(0xa22, 16, 0, 0, 16), SecError::kFields},
      {"GCM with a MAC", gcm(0xa52, 16, 0, 0, 16), SecError::kFields},
      {"a tag of 3", gcm(0xa12, 3, 0, 0, 16), SecError::kMacLength},
      {"a tag of 17", gcm(0xa12, 17, 0, 0, 16), SecError::kMacLength},
      {"an odd tag of CCM", Bd(2, kAll, {{0, 0xa12}, {3, 0x25005}, {5, 16}}),
       SecError::kMacLength},
      {"a payload that is not behind the rest", gcm(0xa12, 16, 16, 15, 16),
       SecError::kDataLength},
      {"more than there may be", gcm(0xa12, 16, 16, 16, 0xfffdf1),
       SecError::kDataLength},
      {"CCM with too much before",
       Bd(2, kAll,
          {{0, 0xa12}, {3, 0x25008}, {4, 0xff00}, {5, 16}, {6, 0xff000000}}),
       SecError::kDataLength},
      {"authenc without a MAC's length", authenc(0xa52, 0x8900, 16, 16),
       SecError::kMacLength},
      {"authenc with too long a MAC", authenc(0xa52, 0x8909, 16, 16),
       SecError::kMacLength},
      {"authenc with too long a key", authenc(0xa52, 0x8a28, 16, 16),
       SecError::kKeyLength},
      {"authenc with a part block", authenc(0xa52, 0x8908, 15, 15),
       SecError::kDataLength},
      {"authenc of less than the payload", authenc(0xa52, 0x8908, 16, 32),
       SecError::kDataLength},
      {"authenc that verifies what it makes", authenc(0xa92, 0x8908, 16, 16),
       SecError::kFields},
      {"authenc with a plain hash", authenc(0xa52, 0x808, 16, 16),
       SecError::kUnsupported},
      {"authenc with MD5", authenc(0xa52, 0x9104, 16, 16),
       SecError::kUnsupported},
      {"a part of GCM that is no block",
       Bd(2, kAll, {{0, 0x3a12}, {1, 0x500}, {2, 0x80}, {3, 0x26010}, {5, 17}}),
       SecError::kDataLength},
      {"a part of GCM with another key",
       Bd(2, kAll, {{0, 0x3a12}, {1, 0x500}, {2, 0xc0}, {3, 0x26010}, {5, 16}}),
       SecError::kKeyLength},
      {"a part of GCM outside of a stream",
       Bd(2, kAll, {{0, 0xa12}, {1, 0x500}, {2, 0x80}, {3, 0x26010}, {5, 16}}),
       SecError::kFields},
      {"the end of GCM of type 2",
       Bd(2, kAll, {{0, 0x3a12}, {1, 0x100}, {2, 0x80}, {3, 0x26010}, {5, 16}}),
       SecError::kUnsupported},
  };
  for (const Refusal& refusal : kCases) {
    ExpectRefused(refusal, Error(3, refusal.bd));
  }
  at(kIv)[0] = 0;
  EXPECT_EQ(Error(2, Bd(2, kAll, {{0, 0xa12}, {3, 0x25008}, {5, 16}})),
            SecError::kIv);
  at(kIv)[0] = 8;
  EXPECT_EQ(Error(2, Bd(2, kAll, {{0, 0xa12}, {3, 0x25008}, {5, 16}})),
            SecError::kIv);
  EXPECT_EQ(memory_.faults(), 0);
}

TEST_F(SecRulesTest, RefusesWhatDigestsCannotBe) {
  const auto digest = [](uint32_t dword1, uint32_t dword2, uint32_t bytes) {
    return Bd(2, kAll, {{0, 0x842}, {1, dword1}, {2, dword2}, {4, bytes}});
  };
  const Refusal kCases[] = {
      {"nothing at all", Bd(2, kAll, {{0, 0xa02}}), SecError::kFields},
      {"auth of 3", Bd(2, kAll, {{0, 0x8c2}, {2, 0x808}, {4, 16}}),
       SecError::kFields},
      {"a hash that is none", digest(0, 0x3f << 11 | 8, 16), SecError::kFields},
      {"state of the device's", digest(0x300, 0x808, 16),
       SecError::kUnsupported},
      {"padding that is none", digest(0x800, 0x808, 16), SecError::kFields},
      {"too long a digest", digest(0, 0x809, 16), SecError::kMacLength},
      {"SM3 of full length", digest(0, 0x25 << 11, 16), SecError::kMacLength},
      {"an HMAC of none", digest(0, 0x11 << 11, 16), SecError::kMacLength},
      {"a key longer than a block", digest(0, 0x11 << 11 | 17 << 5 | 8, 16),
       SecError::kKeyLength},
      {"a part that is no block", digest(0x400, 0x800, 65),
       SecError::kDataLength},
      {"a part that is half a block", digest(0x400, 0x2800, 64),
       SecError::kDataLength},
      {"a part of nothing", digest(0x400, 0x800, 0), SecError::kDataLength},
      {"a part of SM3 of no length", digest(0x400, 0x25 << 11, 64),
       SecError::kMacLength},
      {"more than there may be", digest(0, 0x808, 0xfffe01),
       SecError::kDataLength},
      {"a part that is verified",
       Bd(2, kAll, {{0, 0x882}, {1, 0x400}, {2, 0x808}, {4, 64}}),
       SecError::kFields},
      {"an end outside of a stream",
       Bd(3, kAll, {{0, 0x23}, {14, 0x8085}, {17, 16}}), SecError::kFields},
      {"CMAC of AES-256", digest(0, 0x21 << 11 | 8 << 5 | 4, 16),
       SecError::kKeyLength},
      {"CMAC of nothing", digest(0, 0x21 << 11 | 4 << 5 | 4, 0),
       SecError::kDataLength},
      {"CMAC in parts", digest(0x400, 0x21 << 11 | 4 << 5 | 4, 64),
       SecError::kFields},
      {"CMAC of 5 words", digest(0, 0x21 << 11 | 4 << 5 | 5, 16),
       SecError::kMacLength},
      {"GMAC without an IV", digest(0, 0x22 << 11 | 4 << 5 | 4, 16),
       SecError::kFields},
      {"GHASH outside of a stream", digest(0x400, 0x22 << 11 | 4 << 5 | 4, 16),
       SecError::kFields},
      {"GHASH of nothing",
       Bd(2, kAll, {{0, 0x3842}, {1, 0x400}, {2, 0x22 << 11 | 4 << 5 | 4}}),
       SecError::kDataLength},
  };
  for (const Refusal& refusal : kCases) {
    ExpectRefused(refusal, Error(3, refusal.bd));
  }
  EXPECT_EQ(memory_.faults(), 0);
}

}  // namespace
}  // namespace uacced::hw::hisi
