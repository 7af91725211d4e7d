// The descriptors of hashes and MACs that UADK and OP-TEE send, as captured
// from their code, and what they must give.
#include <cstdint>

#include "gtest/gtest.h"
#include "hw/hisi/abi/sec.h"
#include "hw/hisi/model/sec_bench.h"
#include "hw/hisi/model/sec_oracle.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

class SecGoldenDigestTest : public SecBench {
 protected:
  // The MAC after an operation on `data`.
  Data Digest(uint32_t version, const Descriptor& bd, const Data& data,
              size_t mac_bytes) {
    memory_.Add(kSource, data);
    memory_.Add(kMac, mac_bytes);
    EXPECT_EQ(Execute(version, bd), kDigestOk);
    return at(kMac);
  }
};

const Data kData = RandomBytes(4096, 1);

TEST_F(SecGoldenDigestTest, WholeHashes) {
  EXPECT_EQ(
      Digest(2, Bd(2, "SM", {{0, 0x842}, {2, 0x808}, {4, 0x1000}}), kData, 32),
      OracleHash("SHA256", kData));
  EXPECT_EQ(Digest(3, Bd(3, "SM", {{0, 0xe3}, {14, 0x8008081}, {17, 0x1000}}),
                   kData, 32),
            OracleHash("SHA256", kData));
  EXPECT_EQ(
      Digest(2, Bd(2, "SM", {{0, 0x842}, {2, 0x2810}, {4, 0x1000}}), kData, 64),
      OracleHash("SHA512", kData));
  EXPECT_EQ(Digest(3, Bd(3, "SM", {{0, 0xe3}, {14, 0x8028101}, {17, 0x1000}}),
                   kData, 64),
            OracleHash("SHA512", kData));
  // OP-TEE has scene 0.
  EXPECT_EQ(
      Digest(2, Bd(2, "SM", {{0, 0x42}, {2, 0x808}, {4, 0x1000}}), kData, 32),
      OracleHash("SHA256", kData));
}

TEST_F(SecGoldenDigestTest, Hmac) {
  const Data key = RandomBytes(128, 2);
  memory_.Add(kAuthKey, key);
  const Data key32(key.begin(), key.begin() + 32);
  const Data sha256 = OracleHmac("SHA256", key32, kData);
  EXPECT_EQ(Digest(2, Bd(2, "SAM", {{0, 0x842}, {2, 0x8908}, {4, 0x1000}}),
                   kData, 32),
            sha256);
  EXPECT_EQ(Digest(3, Bd(3, "SAM", {{0, 0xe3}, {14, 0x8089081}, {17, 0x1000}}),
                   kData, 32),
            sha256);
  const Data sha512 = OracleHmac("SHA512", key, kData);
  EXPECT_EQ(Digest(2, Bd(2, "SAM", {{0, 0x842}, {2, 0xac10}, {4, 0x1000}}),
                   kData, 64),
            sha512);
  EXPECT_EQ(Digest(3, Bd(3, "SAM", {{0, 0xe3}, {14, 0x80ac101}, {17, 0x1000}}),
                   kData, 64),
            sha512);
}

// 4096, 4096 and 100 bytes, whose state stays at the address of the MAC.
TEST_F(SecGoldenDigestTest, LongSha256) {
  const Data data = RandomBytes(8292, 1);
  const auto part = [&](size_t offset, size_t bytes) {
    memory_.Add(kSource,
                Data(data.begin() + offset, data.begin() + offset + bytes));
  };
  const Descriptor parts2[] = {
      Bd(2, "SM", {{0, 0x842}, {1, 0x400}, {2, 0x800}, {4, 0x1000}}),
      Bd(2, "SMv", {{0, 0x842}, {1, 0x500}, {2, 0x800}, {4, 0x1000}}),
      Bd(2, "SMv",
         {{0, 0x842}, {1, 0x100}, {2, 0x808}, {4, 0x64}, {12, 0x10320}})};
  const Descriptor parts3[] = {
      Bd(3, "SM", {{0, 0xe3}, {14, 0x8008001}, {17, 0x1000}, {27, 1}}),
      Bd(3, "SMv", {{0, 0xe3}, {14, 0x8008005}, {17, 0x1000}, {27, 1}}),
      Bd(3, "SMv", {{0, 0xe3}, {14, 0x8008085}, {17, 0x64}, {25, 0x10320}})};
  for (const Descriptor* parts : {parts2, parts3}) {
    const uint32_t version = parts[0][0] & 0xf;
    memory_.Add(kMac, 32);
    part(0, 4096);
    EXPECT_EQ(Execute(version, parts[0]), kDigestOk);
    EXPECT_NE(at(kMac), Data(32, 0xa5));
    part(4096, 4096);
    EXPECT_EQ(Execute(version, parts[1]), kDigestOk);
    part(8192, 100);
    EXPECT_EQ(Execute(version, parts[2]), kDigestOk);
    EXPECT_EQ(at(kMac), OracleHash("SHA256", data));
  }
  EXPECT_EQ(memory_.faults(), 0);
}

TEST_F(SecGoldenDigestTest, LongSm3) {
  const Data first = RandomBytes(4096, 1);
  const Data second = RandomBytes(77, 2);
  for (uint32_t type = 2; type <= 3; ++type) {
    memory_.Add(kSource, first);
    memory_.Add(kMac, 32);
    EXPECT_EQ(
        Execute(
            type,
            type == 2
                ? Bd(2, "SM", {{0, 0x842}, {1, 0x400}, {2, 0x12808}, {4, 4096}})
                : Bd(3, "SM",
                     {{0, 0xe3}, {14, 0x8128081}, {17, 4096}, {27, 1}})),
        kDigestOk);
    memory_.Add(kSource, second);
    EXPECT_EQ(
        Execute(
            type,
            type == 2
                ? Bd(2, "SMv",
                     {{0, 0x842},
                      {1, 0x100},
                      {2, 0x12808},
                      {4, 77},
                      {12, 4173 * 8}})
                : Bd(3, "SMv",
                     {{0, 0xe3}, {14, 0x8128085}, {17, 77}, {25, 4173 * 8}})),
        kDigestOk);
    EXPECT_EQ(at(kMac), OracleHash("SM3", Joined(first, second)));
  }
}

// An earlier interface of UADK has a length of one word for every part.
TEST_F(SecGoldenDigestTest, APartIsWrittenWholeWhateverItsLengthSays) {
  memory_.Add(kSource, kData);
  memory_.Add(kMac, 64);
  EXPECT_EQ(
      Execute(2, Bd(2, "SM", {{0, 0x842}, {1, 0x400}, {2, 0x2801}, {4, 4096}})),
      kDigestOk);
  EXPECT_NE(From(at(kMac), 4), Data(60, 0xa5));
  memory_.Add(kSource, Data());
  EXPECT_EQ(
      Execute(2, Bd(2, "SMv",
                    {{0, 0x842}, {1, 0x100}, {2, 0x2810}, {12, 4096 * 8}})),
      kDigestOk);
  EXPECT_EQ(at(kMac), OracleHash("SHA512", kData));
}

TEST_F(SecGoldenDigestTest, Sha1OfLists) {
  const Data data = RandomBytes(64, 1);
  AddList(kSourceList, data, 9, 3);
  for (const Descriptor& bd :
       {Bd(2, "sM", {{0, 0x8842}, {2, 0x5}, {4, 64}}),
        Bd(3, "sM", {{0, 0x8e3}, {14, 0x51}, {17, 64}})}) {
    memory_.Add(kMac, 20);
    EXPECT_EQ(Execute(bd[0] & 0xf, bd), kDigestOk);
    EXPECT_EQ(at(kMac), OracleHash("SHA1", data));
  }
}

TEST_F(SecGoldenDigestTest, MacsOfBlockCiphers) {
  const Data key = RandomBytes(16, 2);
  const Data nonce = RandomBytes(12, 3);
  memory_.Add(kAuthKey, key);
  memory_.Add(kAuthIv, Joined(nonce, Data(4)));
  EXPECT_EQ(Digest(3, Bd(3, "SAVM", {{0, 0x23}, {14, 0x8110845}, {17, 4096}}),
                   kData, 16),
            OracleGmac(key, nonce, kData));
  EXPECT_EQ(Digest(3, Bd(3, "SAM", {{0, 0xe3}, {14, 0x8108841}, {17, 4096}}),
                   kData, 16),
            OracleCmac(key, kData));
  Data xcbc = PlainXcbc(key, kData);
  EXPECT_EQ(Digest(3, Bd(3, "SAM", {{0, 0xe3}, {14, 0x8100841}, {17, 4096}}),
                   kData, 16),
            xcbc);
  xcbc.resize(12);
  EXPECT_EQ(Digest(3, Bd(3, "SAM", {{0, 0xe3}, {14, 0x8100831}, {17, 4096}}),
                   kData, 12),
            xcbc);
}

// RFC 3566, section 4, test cases 2 to 6; the first has no data, which the
// hardware does not do.
TEST_F(SecGoldenDigestTest, XcbcOfItsRfc) {
  const Data counting = FromHex(
      "000102030405060708090a0b0c0d0e0f"
      "101112131415161718191a1b1c1d1e1f2021");
  memory_.Add(kAuthKey, Data(counting.begin(), counting.begin() + 16));
  const struct {
    uint32_t bytes;
    const char* mac;
  } kCases[] = {{3, "5b376580ae2f19afe7219ceef172756f"},
                {16, "d2a246fa349b68a79998a4394ff7a263"},
                {20, "47f51b4564966215b8985c63055ed308"},
                {32, "f54f0ec8d2b9f3d36807734bd5283fd4"},
                {34, "becbb3bccdb518a30677d5481fb6b4d8"}};
  for (const auto& [bytes, mac] : kCases) {
    EXPECT_EQ(Digest(3, Bd(3, "SAM", {{0, 0xe3}, {14, 0x8100841}, {17, bytes}}),
                     Data(counting.begin(), counting.begin() + bytes), 16),
              FromHex(mac));
  }
}

// RFC 4493, section 4.
TEST_F(SecGoldenDigestTest, CmacOfItsRfc) {
  memory_.Add(kAuthKey, FromHex("2b7e151628aed2a6abf7158809cf4f3c"));
  const Data data = FromHex(
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
      "30c81c46a35ce411");
  EXPECT_EQ(Digest(3, Bd(3, "SAM", {{0, 0xe3}, {14, 0x8108841}, {17, 16}}),
                   Data(data.begin(), data.begin() + 16), 16),
            FromHex("070a16b46b4d4144f79bdd9dd04a287c"));
  EXPECT_EQ(
      Digest(3, Bd(3, "SAM", {{0, 0xe3}, {14, 0x8108841}, {17, 40}}), data, 16),
      FromHex("dfa66747de9ae63030ca32611497c827"));
}

// UADK points the source of no bytes at the output.
TEST_F(SecGoldenDigestTest, NoDataAtAll) {
  Descriptor bd = Bd(3, "M", {{0, 0xe3}, {14, 0x8008081}});
  SetAddress(bd, HISI_SEC3_DATA_SRC_ADDR, 0xdead);
  EXPECT_EQ(Digest(3, bd, {}, 32), OracleHash("SHA256", {}));
  EXPECT_EQ(memory_.faults(), 0);
  EXPECT_NE(ErrorType(Execute(2, Bd(2, "SM", {{0, 0x842}, {2, 0x808}}))), 0u);
}

TEST_F(SecGoldenDigestTest, AMacIsVerified) {
  const Data key = RandomBytes(32, 2);
  memory_.Add(kAuthKey, key);
  memory_.Add(kSource, kData);
  Data mac = OracleHmac("SHA256", key, kData);
  const Descriptor bd =
      Bd(3, "SAM", {{0, 0xe3}, {14, 0x8089082}, {17, 0x1000}});
  memory_.Add(kMac, mac);
  EXPECT_EQ(Execute(3, bd), kDigestOk);
  mac[31] ^= 0x80;
  memory_.Add(kMac, mac);
  EXPECT_EQ(Execute(3, bd), kDigestMismatch);
  EXPECT_EQ(at(kMac), mac);
}

}  // namespace
}  // namespace uacced::hw::hisi
