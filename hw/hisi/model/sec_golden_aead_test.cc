// The descriptors of GCM, CCM and CBC with HMAC that UADK, Linux and OP-TEE
// send, as captured from their code, and what they must give.
#include <cstdint>

#include "gtest/gtest.h"
#include "hw/hisi/model/sec_bench.h"
#include "hw/hisi/model/sec_oracle.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

constexpr size_t kAadBytes = 16;
constexpr size_t kDataBytes = 4096;

class SecGoldenAeadTest : public SecBench {
 protected:
  // Encrypts by the first, decrypts by the second descriptor; in between a
  // wrong tag is found, and yet the plaintext written.
  void SealAndOpen(uint32_t version, const Descriptor& seal,
                   const Descriptor& open, const Sealed& expected) {
    memory_.Add(kSource, Joined(aad_, plaintext_));
    memory_.Add(kDestination, kAadBytes + kDataBytes);
    memory_.Add(kMac, expected.tag.size());
    EXPECT_EQ(Execute(version, seal), kAeadOk);
    EXPECT_EQ(From(at(kDestination), kAadBytes), expected.data);
    EXPECT_EQ(at(kMac), expected.tag);
    // The gap before the payload is not the device's.
    EXPECT_EQ(at(kDestination)[0], 0xa5);

    memory_.Add(kSource, Joined(aad_, expected.data));
    for (const bool wrong : {false, true}) {
      memory_.Add(kDestination, kAadBytes + kDataBytes);
      if (wrong) at(kMac).back() ^= 1;
      const Data tag = at(kMac);
      EXPECT_EQ(Execute(version, open), wrong ? kAeadMismatch : kAeadOk);
      EXPECT_EQ(From(at(kDestination), kAadBytes), plaintext_);
      EXPECT_EQ(at(kMac), tag);
    }
    EXPECT_EQ(memory_.faults(), 0);
  }

  const Data aad_ = RandomBytes(kAadBytes, 1);
  const Data plaintext_ = RandomBytes(kDataBytes, 2);
};

TEST_F(SecGoldenAeadTest, Gcm) {
  const Data key = RandomBytes(32, 3);
  const Data nonce = RandomBytes(12, 4);
  const Sealed sealed =
      OracleSeal("AES-256-GCM", key, nonce, aad_, plaintext_, 16);
  memory_.Add(kKey, key);
  memory_.Add(kIv, nonce);
  memory_.Add(kAuthIv, 64);
  const auto type2 = [](const char* operands, uint32_t dword0) {
    return Bd(
        2, operands,
        {{0, dword0}, {3, 0x26410}, {4, 0x10}, {5, 0x1000}, {6, 0x100000}});
  };
  const auto type3 = [](const char* operands, uint32_t dword0, uint32_t dword1,
                        uint32_t dword14) {
    return Bd(3, operands,
              {{0, dword0},
               {1, dword1},
               {14, dword14},
               {16, 0x100000},
               {17, 0x10},
               {18, 0x1000}});
  };
  // The auth key is not there, and not looked at.
  SealAndOpen(2, type2("SDKIAVM", 0xa12), type2("SDKIAVM", 0xb22), sealed);
  SealAndOpen(3, type3("SDKIAVM", 0x223, 0x264101, 0x8000000),
              type3("SDKIAVM", 0x223, 0x40264102, 0x8000000), sealed);
  // OP-TEE gives neither auth key nor auth IV; Linux sets the bits of CTR.
  SealAndOpen(2, type2("SDKIM", 0x212), type2("SDKIM", 0x322), sealed);
  SealAndOpen(3, type3("SDKIM", 0x203, 0x264101, 0x4000000),
              type3("SDKIM", 0x203, 0x40264102, 0x4000000), sealed);
}

TEST_F(SecGoldenAeadTest, GcmOfLinuxWithLists) {
  const Data key = RandomBytes(32, 3);
  const Data nonce = RandomBytes(12, 4);
  const Sealed sealed =
      OracleSeal("AES-256-GCM", key, nonce, aad_, plaintext_, 16);
  const size_t bytes = kAadBytes + kDataBytes;
  memory_.Add(kKey, key);
  memory_.Add(kIv, nonce);
  const Descriptor kSeal[] = {
      Bd(2, "sdKIM",
         {{0, 0x48212}, {3, 0x26410}, {4, 16}, {5, 4096}, {6, 0x100000}}),
      Bd(3, "sdKIM",
         {{0, 0x4a03},
          {1, 0x264101},
          {14, 0x4000000},
          {16, 0x100000},
          {17, 16},
          {18, 4096}})};
  const Descriptor kOpen[] = {
      Bd(2, "sdKIM",
         {{0, 0x48322}, {3, 0x26410}, {4, 16}, {5, 4096}, {6, 0x100000}}),
      Bd(3, "sdKIM",
         {{0, 0x4a03},
          {1, 0x40264102},
          {14, 0x4000000},
          {16, 0x100000},
          {17, 16},
          {18, 4096}})};
  for (int i = 0; i < 2; ++i) {
    AddList(kSourceList, Joined(aad_, plaintext_), 777, 4);
    AddList(kDestinationList, Data(bytes), 1001, 2);
    memory_.Add(kMac, 16);
    EXPECT_EQ(Execute(i + 2, kSeal[i]), kAeadOk);
    EXPECT_EQ(From(ListContent(kDestinationList, bytes, 1001), kAadBytes),
              sealed.data);
    EXPECT_EQ(at(kMac), sealed.tag);
    AddList(kSourceList, Joined(aad_, sealed.data), 777, 4);
    EXPECT_EQ(Execute(i + 2, kOpen[i]), kAeadOk);
    EXPECT_EQ(From(ListContent(kDestinationList, bytes, 1001), kAadBytes),
              plaintext_);
  }
}

TEST_F(SecGoldenAeadTest, Ccm) {
  const Data key = RandomBytes(16, 3);
  const Data nonce = FromHex("0102030405060708090a0b");
  memory_.Add(kKey, key);
  memory_.Add(kIv, FromHex("030102030405060708090a0b00000001"));
  memory_.Add(kAuthIv, FromHex("5b0102030405060708090a0b00001000"));
  const auto type2 = [](uint32_t dword0) {
    return Bd(
        2, "SDKIVM",
        {{0, dword0}, {3, 0x25008}, {4, 0x10}, {5, 0x1000}, {6, 0x100000}});
  };
  const auto type3 = [](uint32_t dword1) {
    return Bd(
        3, "SDKIVM",
        {{0, 0x223}, {1, dword1}, {16, 0x100000}, {17, 0x10}, {18, 0x1000}});
  };
  const Sealed sealed =
      OracleSeal("AES-128-CCM", key, nonce, aad_, plaintext_, 8);
  SealAndOpen(2, type2(0xa12), type2(0xb22), sealed);
  SealAndOpen(3, type3(0x250081), type3(0x40250082), sealed);
}

TEST_F(SecGoldenAeadTest, CbcWithHmac) {
  const Data key = RandomBytes(16, 3);
  const Data iv = RandomBytes(16, 4);
  const Data auth_key = RandomBytes(32, 5);
  Sealed sealed;
  sealed.data = OracleCipher("AES-128-CBC", true, key, iv, plaintext_);
  sealed.tag = OracleHmac("SHA256", auth_key, Joined(aad_, sealed.data));
  memory_.Add(kKey, key);
  memory_.Add(kIv, iv);
  memory_.Add(kAuthKey, auth_key);
  const auto type2 = [](uint32_t dword0) {
    return Bd(2, "SDKIAM",
              {{0, dword0},
               {2, 0x8908},
               {3, 0x21000},
               {4, 0x1010},
               {5, 0x1000},
               {6, 0x100000}});
  };
  const auto type3 = [](uint32_t dword1, uint32_t dword14) {
    return Bd(3, "SDKIAM",
              {{0, 0x223},
               {1, dword1},
               {14, dword14},
               {16, 0x100000},
               {17, 0x1010},
               {18, 0x1000}});
  };
  SealAndOpen(2, type2(0xa52), type2(0xba2), sealed);
  SealAndOpen(3, type3(0x210001, 0x8089081), type3(0x40210002, 0x8089082),
              sealed);
}

// RFC 8998, appendix A.
class SecSm4AeadTest : public SecBench {
 protected:
  SecSm4AeadTest() {
    memory_.Add(kKey, FromHex("0123456789abcdeffedcba9876543210"));
    memory_.Add(kSource, Joined(aad_, plaintext_));
    memory_.Add(kDestination, 84);
    memory_.Add(kMac, 16);
  }

  const Data aad_ = FromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const Data plaintext_ = FromHex(
      "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
      "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaa"
      "a");
};

TEST_F(SecSm4AeadTest, GcmOfItsRfc) {
  memory_.Add(kIv, FromHex("00001234567800000000abcd"));
  EXPECT_EQ(
      Execute(
          3,
          Bd(3, "SDKIM",
             {{0, 0x223}, {1, 0x360101}, {16, 20 << 16}, {17, 20}, {18, 64}})),
      kAeadOk);
  EXPECT_EQ(
      From(at(kDestination), 20),
      FromHex("17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
              "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8"
              "d"));
  EXPECT_EQ(at(kMac), FromHex("83de3541e4c2b58177e065a9bf7b62ec"));
}

TEST_F(SecSm4AeadTest, CcmOfItsRfc) {
  memory_.Add(kIv, FromHex("0200001234567800000000abcd000001"));
  memory_.Add(kAuthIv, FromHex("7a00001234567800000000abcd000040"));
  EXPECT_EQ(
      Execute(
          3,
          Bd(3, "SDKIVM",
             {{0, 0x223}, {1, 0x350101}, {16, 20 << 16}, {17, 20}, {18, 64}})),
      kAeadOk);
  EXPECT_EQ(
      From(at(kDestination), 20),
      FromHex("48af93501fa62adbcd414cce6034d895dda1bf8f132f042098661572e7483094"
              "fd12e518ce062c98acee28d95df4416bed31a2f04476c18bb40c84a74b97dc5"
              "b"));
  EXPECT_EQ(at(kMac), FromHex("16842d4fa186f56ab33256971fa110f4"));
}

}  // namespace
}  // namespace uacced::hw::hisi
