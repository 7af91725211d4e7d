// The descriptors of ciphers that UADK, Linux and OP-TEE send, as captured
// from their code, and what they must give.
#include <cstdint>
#include <string>

#include "gtest/gtest.h"
#include "hw/hisi/model/sec_bench.h"
#include "hw/hisi/model/sec_oracle.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

class SecGoldenCipherTest : public SecBench {};

constexpr size_t kDataBytes = 4096;

struct Golden {
  const char* name;
  uint32_t version;
  Descriptor bd;
  const char* oracle;
  size_t key_bytes;
  size_t iv_bytes;
  bool encrypt;
  const char* cts = nullptr;
  size_t data_bytes = kDataBytes;
};

// DES is 3DES with one key.
Data OracleKey(const Data& key) {
  return key.size() == 8 ? Joined(key, Joined(key, key)) : key;
}

const Golden kGolden[] = {
    {"AES-128-XTS", 2, Bd(2, "SDKI", {{0, 0xa12}, {3, 0x27000}, {5, 0x1000}}),
     "AES-128-XTS", 32, 16, true},
    {"AES-128-XTS", 3,
     Bd(3, "SDKI", {{0, 0x223}, {1, 0x270001}, {14, 0x8000000}, {18, 0x1000}}),
     "AES-128-XTS", 32, 16, true},
    {"AES-256-XTS", 2, Bd(2, "SDKI", {{0, 0xa12}, {3, 0x27400}, {5, 0x1000}}),
     "AES-256-XTS", 64, 16, true},
    {"AES-256-XTS", 3,
     Bd(3, "SDKI", {{0, 0x223}, {1, 0x274001}, {14, 0x8000000}, {18, 0x1000}}),
     "AES-256-XTS", 64, 16, true},
    {"AES-256-CTR", 3,
     Bd(3, "SDKI", {{0, 0x223}, {1, 0x244001}, {14, 0xc000000}, {18, 0x1000}}),
     "AES-256-CTR", 32, 16, true},
    {"AES-256-CTR, OP-TEE", 2,
     Bd(2, "SDKI", {{0, 0x212}, {3, 0x24400}, {5, 0x1000}}), "AES-256-CTR", 32,
     16, true},
    {"SM4-CBC", 2, Bd(2, "SDKI", {{0, 0xa12}, {3, 0x31000}, {5, 0x1000}}),
     "SM4-CBC", 16, 16, true},
    {"SM4-CBC", 2, Bd(2, "SDKI", {{0, 0xa22}, {3, 0x31000}, {5, 0x1000}}),
     "SM4-CBC", 16, 16, false},
    {"SM4-CBC", 3,
     Bd(3, "SDKI", {{0, 0x223}, {1, 0x310001}, {14, 0x8000000}, {18, 0x1000}}),
     "SM4-CBC", 16, 16, true},
    {"SM4-CBC", 3,
     Bd(3, "SDKI", {{0, 0x223}, {1, 0x310002}, {14, 0x8000000}, {18, 0x1000}}),
     "SM4-CBC", 16, 16, false},
    {"AES-192-ECB", 2, Bd(2, "SDK", {{0, 0xa22}, {3, 0x20200}, {5, 0x1000}}),
     "AES-192-ECB", 24, 0, false},
    {"AES-192-ECB", 3,
     Bd(3, "SDK", {{0, 0x223}, {1, 0x202002}, {14, 0x8000000}, {18, 0x1000}}),
     "AES-192-ECB", 24, 0, false},
    {"3DES-CBC", 2, Bd(2, "SDKI", {{0, 0xa12}, {3, 0x11200}, {5, 0x1000}}),
     "DES-EDE3-CBC", 24, 8, true},
    {"3DES-CBC", 3,
     Bd(3, "SDKI", {{0, 0x223}, {1, 0x112001}, {14, 0x8000000}, {18, 0x1000}}),
     "DES-EDE3-CBC", 24, 8, true},
    {"DES-CBC, its length in c_icv_len", 2,
     Bd(2, "SDKI", {{0, 0xa12}, {3, 0x1001}, {5, 0x1000}}), "DES-EDE3-CBC", 8,
     8, true},
    {"DES-CBC, its length in its place", 2,
     Bd(2, "SDKI", {{0, 0xa12}, {3, 0x1200}, {5, 0x1000}}), "DES-EDE3-CBC", 8,
     8, true},
    {"DES-CBC", 3,
     Bd(3, "SDKI", {{0, 0x223}, {1, 0x12001}, {14, 0x8000000}, {18, 0x1000}}),
     "DES-EDE3-CBC", 8, 8, true},
    {"AES-128-CBC-CS3", 3,
     Bd(3, "SDKI", {{0, 0x223}, {1, 0x290c01}, {14, 0x8000000}, {18, 0x1000}}),
     "AES-128-CBC-CTS", 16, 16, true, "CS3"},
    {"AES-128-CBC-CS3, a part block", 3,
     Bd(3, "SDKI", {{0, 0x223}, {1, 0x290c01}, {14, 0x8000000}, {18, 0xfff}}),
     "AES-128-CBC-CTS", 16, 16, true, "CS3", 0xfff},
    {"AES-128-CBC, Linux's bits of CTR", 3,
     Bd(3, "SDKI", {{0, 0x203}, {1, 0x210001}, {14, 0x4000000}, {18, 0x1000}}),
     "AES-128-CBC", 16, 16, true},
    {"type 2 on a later device", 3,
     Bd(2, "SDKI", {{0, 0xa12}, {3, 0x31000}, {5, 0x1000}}), "SM4-CBC", 16, 16,
     true},
    {"scene 7 on a later device", 3,
     Bd(3, "SDKI", {{0, 0x2e3}, {1, 0x310001}, {18, 0x1000}}), "SM4-CBC", 16,
     16, true},
};

TEST_F(SecGoldenCipherTest, GivesWhatOpenSslGives) {
  for (const Golden& golden : kGolden) {
    SCOPED_TRACE(std::string(golden.name) + " type " +
                 std::to_string(golden.bd[0] & 0xf) +
                 (golden.encrypt ? " enc" : " dec"));
    const Data source = RandomBytes(golden.data_bytes, 1);
    const Data key = RandomBytes(golden.key_bytes, 2);
    Data iv = RandomBytes(golden.iv_bytes, 3);
    // A counter that carries through more than 64 bits.
    for (size_t i = 4; i < iv.size(); ++i) iv[i] = 0xff;
    memory_.Add(kSource, source);
    memory_.Add(kDestination, golden.data_bytes);
    memory_.Add(kKey, key);
    memory_.Add(kIv, iv);
    EXPECT_EQ(Execute(golden.version, golden.bd), kCipherOk);
    EXPECT_EQ(at(kDestination),
              OracleCipher(golden.oracle, golden.encrypt, OracleKey(key), iv,
                           source, golden.cts));
    EXPECT_EQ(at(kSource), source);
    EXPECT_EQ(at(kIv), iv);
    EXPECT_EQ(memory_.faults(), 0);
  }
}

TEST_F(SecGoldenCipherTest, ListsOfSourceAndDestination) {
  const Data source = RandomBytes(kDataBytes, 1);
  const Data key = RandomBytes(16, 2);
  const Data iv = RandomBytes(16, 3);
  const Data expected = OracleCipher("AES-128-CBC", true, key, iv, source);
  memory_.Add(kKey, key);
  memory_.Add(kIv, iv);
  const Descriptor type2 =
      Bd(2, "sdKI", {{0, 0x48a12}, {3, 0x21000}, {5, 0x1000}});
  const Descriptor type3 =
      Bd(3, "sdKI", {{0, 0x4a23}, {1, 0x210001}, {18, 0x1000}});
  for (const Descriptor& bd : {type2, type3}) {
    // One byte over whole lists, and pieces that cut blocks.
    AddList(kSourceList, source, 1365, 2);
    AddList(kDestinationList, Data(kDataBytes), 999, 5);
    EXPECT_EQ(Execute((bd[0] & 0xf), bd), kCipherOk);
    EXPECT_EQ(ListContent(kDestinationList, kDataBytes, 999), expected);
  }
}

TEST_F(SecGoldenCipherTest, InPlace) {
  const Data source = RandomBytes(kDataBytes, 1);
  const Data key = RandomBytes(16, 2);
  const Data iv = RandomBytes(16, 3);
  const Data expected = OracleCipher("AES-128-CBC", true, key, iv, source);
  memory_.Add(kKey, key);
  memory_.Add(kIv, iv);
  // Linux fills the destination in, and `de` says that it does not count.
  for (const Descriptor& bd :
       {Bd(2, "SDKI", {{0, 0x12}, {3, 0x21000}, {5, 0x1000}}),
        Bd(3, "SDKI", {{0, 0x3}, {1, 0x210001}, {18, 0x1000}})}) {
    memory_.Add(kSource, source);
    EXPECT_EQ(Execute(bd[0] & 0xf, bd), kCipherOk);
    EXPECT_EQ(at(kSource), expected);
    EXPECT_EQ(memory_.faults(), 0);
  }
}

// The vector of GB/T 17964-2021, as later versions of OpenSSL test it
// (evpciph_sm4.txt), who also have it with the order of IEEE 1619.
TEST_F(SecGoldenCipherTest, Sm4XtsInBothOrders) {
  memory_.Add(kKey, FromHex("2b7e151628aed2a6abf7158809cf4f3c"
                            "000102030405060708090a0b0c0d0e0f"));
  memory_.Add(kIv, FromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));
  memory_.Add(kSource,
              FromHex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac"
                      "45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b1"
                      "7"));
  const Data gb = FromHex(
      "e9538251c71d7b80bbe4483fef497bd12c5c581bd6242fc51e08964fb4f60fdb"
      "0ba42f63499279213d318d2c11f6886e903be7f93a1b3479");
  const Data ieee = FromHex(
      "e9538251c71d7b80bbe4483fef497bd1b3db1a3e60408c575d63ff7db39f8326"
      "0869f9e2585fec9f0b863bf8fd784b8627d16c0db6d2cfc7");
  memory_.Add(kDestination, 56);
  EXPECT_EQ(
      Execute(3, Bd(3, "SDKI",
                    {{0, 0x223}, {1, 0x370001}, {14, 0xa000000}, {18, 56}})),
      kCipherOk);
  EXPECT_EQ(at(kDestination), gb);
  // 2 is Linux's CTR, which is no variant of XTS.
  for (const uint32_t dword14 : {0x0u, 0x4000000u, 0x8000000u}) {
    EXPECT_EQ(
        Execute(3, Bd(3, "SDKI",
                      {{0, 0x203}, {1, 0x370001}, {14, dword14}, {18, 56}})),
        kCipherOk);
    EXPECT_EQ(at(kDestination), ieee);
  }
  EXPECT_EQ(Execute(2, Bd(2, "SDKI", {{0, 0xa12}, {3, 0x37000}, {5, 56}})),
            kCipherOk);
  EXPECT_EQ(at(kDestination), ieee);
}

// The examples of FIPS 81.
TEST_F(SecGoldenCipherTest, DesOfFips81) {
  memory_.Add(kKey, FromHex("0123456789abcdef"));
  memory_.Add(kIv, FromHex("1234567890abcdef"));
  memory_.Add(kSource,
              FromHex("4e6f77206973207468652074696d6520666f7220616c6c20"));
  memory_.Add(kDestination, 24);
  const Data cbc = FromHex("e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6");
  EXPECT_EQ(Execute(2, Bd(2, "SDKI", {{0, 0xa12}, {3, 0x1001}, {5, 24}})),
            kCipherOk);
  EXPECT_EQ(at(kDestination), cbc);
  const Data ecb = FromHex("3fa40e8a984d48156a271787ab8883f9893d51ec4b563b53");
  EXPECT_EQ(Execute(3, Bd(3, "SDKI", {{0, 0x223}, {1, 0x2001}, {18, 24}})),
            kCipherOk);
  EXPECT_EQ(at(kDestination), ecb);
}

// The example of GB/T 32907-2016.
TEST_F(SecGoldenCipherTest, Sm4OfItsStandard) {
  const Data block = FromHex("0123456789abcdeffedcba9876543210");
  memory_.Add(kKey, block);
  memory_.Add(kSource, block);
  memory_.Add(kDestination, 16);
  EXPECT_EQ(Execute(2, Bd(2, "SDK", {{0, 0xa12}, {3, 0x30000}, {5, 16}})),
            kCipherOk);
  EXPECT_EQ(at(kDestination), FromHex("681edf34d206965e86b3e94f536e4246"));
}

// 3DES with two keys is K1, K2, K1.
TEST_F(SecGoldenCipherTest, TripleDesOfTwoKeys) {
  const Data source = RandomBytes(64, 1);
  const Data key = RandomBytes(16, 2);
  const Data iv = RandomBytes(8, 3);
  const Data three = Joined(key, Data(key.begin(), key.begin() + 8));
  memory_.Add(kSource, source);
  memory_.Add(kDestination, 64);
  memory_.Add(kKey, key);
  memory_.Add(kIv, iv);
  EXPECT_EQ(Execute(2, Bd(2, "SDKI", {{0, 0xa12}, {3, 0x11600}, {5, 64}})),
            kCipherOk);
  EXPECT_EQ(at(kDestination),
            OracleCipher("DES-EDE3-CBC", true, three, iv, source));
}

}  // namespace
}  // namespace uacced::hw::hisi
