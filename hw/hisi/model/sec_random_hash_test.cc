// Random hashes and HMACs, whole and in parts, and GCM in parts, against
// OpenSSL.
#include <cstdint>
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "hw/hisi/abi/sec.h"
#include "hw/hisi/model/sec_bench.h"
#include "hw/hisi/model/sec_oracle.h"
#include "hw/hisi/model/sec_random_bd.h"

namespace uacced::hw::hisi {
namespace {

constexpr int kOperations = 4000;

struct HashCase {
  const char* oracle;
  uint32_t a_alg, hmac_alg;
  uint32_t digest_bytes, state_bytes, block_bytes;
};

constexpr HashCase kHashCases[] = {
    {"SHA1", 0x00, 0x10, 20, 20, 64},
    {"SHA256", 0x01, 0x11, 32, 32, 64},
    {"MD5", 0x02, 0x12, 16, 16, 64},
    {"SHA224", 0x03, 0x13, 28, 32, 64},
    {"SHA384", 0x04, 0x14, 48, 64, 128},
    {"SHA512", 0x05, 0x15, 64, 64, 128},
    {"SHA512-224", 0x06, 0x16, 28, 64, 128},
    {"SHA512-256", 0x07, 0x17, 32, 64, 128},
    {"SM3", 0x25, 0x26, 32, 32, 64},
};

class SecRandomHashTest : public SecRandomBench {
 protected:
  void Start(int i) {
    random_.seed(i);
    memory_ = TestMemory();
    version_ = 2 + Below(2);
  }

  // One part, or all: `ai_gen` and `pad` say which.
  BdWriter Part(const HashCase& c, bool keyed, uint32_t ai_gen, uint32_t pad,
                uint32_t mac_words, const Data& data, uint64_t total_bits) {
    BdWriter bd(version_ == 3 && Below(4) != 0 ? 3 : 2);
    bd.Set(HISI_SEC2_SCENE, HISI_SEC3_SCENE,
           bd.type() == 3 ? HISI_SEC_SCENE_STREAM : HISI_SEC_SCENE_IPSEC);
    bd.Set(HISI_SEC2_AUTH, HISI_SEC3_AUTH, HISI_SEC_AUTH_COMPUTE);
    bd.Set(HISI_SEC2_A_ALG, HISI_SEC3_A_ALG, keyed ? c.hmac_alg : c.a_alg);
    bd.Set(HISI_SEC2_AI_GEN, HISI_SEC3_AI_GEN, ai_gen);
    bd.Set(HISI_SEC2_A_PAD, HISI_SEC3_AUTH_PAD, pad);
    bd.Set(HISI_SEC2_MAC_LEN, HISI_SEC3_MAC_LEN, mac_words);
    bd.Set(HISI_SEC2_A_LEN, HISI_SEC3_A_LEN, data.size());
    bd.Address(HISI_SEC2_LONG_A_DATA_LEN, HISI_SEC3_LONG_A_DATA_LEN,
               total_bits);
    bd.Set(HISI_SEC2_A_KEY_LEN, HISI_SEC3_A_KEY_LEN, keyed ? KeyWords() : 0);
    bd.Address(HISI_SEC2_A_KEY_ADDR, HISI_SEC3_A_KEY_ADDR, kAuthKey);
    bd.Address(HISI_SEC2_MAC_ADDR, HISI_SEC3_MAC_ADDR, kMac);
    bd.Address(HISI_SEC2_A_IVIN_ADDR, HISI_SEC3_A_IVIN_ADDR, kMac);
    Source(bd, data);
    return bd;
  }

  uint32_t KeyWords() { return static_cast<uint32_t>(at(kAuthKey).size() / 4); }

  Data Expected(const HashCase& c, bool keyed, const Data& data) {
    return keyed ? OracleHmac(c.oracle, at(kAuthKey), data)
                 : OracleHash(c.oracle, data);
  }
};

TEST_F(SecRandomHashTest, WholeInputs) {
  for (int i = 0; i < kOperations && !HasFailure(); ++i) {
    Start(i);
    const HashCase& c = kHashCases[Below(std::size(kHashCases))];
    const bool keyed = Coin();
    memory_.Add(kAuthKey, Random(4 * Below(c.block_bytes / 4 + 1)));
    const Data data = Random(Length(version_ == 3 ? 0 : 1, 1));
    Data expected = Expected(c, keyed, data);
    expected.resize(4 * (1 + Below(c.digest_bytes / 4)));
    memory_.Add(kMac, expected.size());
    const BdWriter bd = Part(c, keyed, HISI_SEC_AI_INITIAL, HISI_SEC_PAD,
                             expected.size() / 4, data, 0);
    EXPECT_EQ(Execute(version_, bd.bd()), kDigestOk) << c.oracle << " " << i;
    EXPECT_EQ(at(kMac), expected) << c.oracle << " " << i;
    EXPECT_EQ(memory_.faults(), 0);
  }
}

TEST_F(SecRandomHashTest, InputsInParts) {
  for (int i = 0; i < kOperations && !HasFailure(); ++i) {
    Start(i);
    const HashCase& c = kHashCases[Below(std::size(kHashCases))];
    const bool keyed = Coin();
    memory_.Add(kAuthKey, Random(4 * Below(c.block_bytes / 4 + 1)));
    memory_.Add(kMac, c.state_bytes);
    Data all;
    const uint32_t parts = 1 + Below(4);
    const uint32_t state_words = c.a_alg == HISI_SEC_A_SM3 ? 8 : 0;
    for (uint32_t part = 0; part < parts; ++part) {
      const Data data = Random(c.block_bytes * (1 + Below(20)));
      all = Joined(all, data);
      const BdWriter bd = Part(
          c, keyed, part == 0 ? HISI_SEC_AI_INITIAL : HISI_SEC_AI_FROM_ADDR,
          HISI_SEC_NO_PAD, state_words, data, 0);
      EXPECT_EQ(Execute(version_, bd.bd()), kDigestOk) << c.oracle << " " << i;
    }
    const Data data = Random(Below(3 * c.block_bytes));
    all = Joined(all, data);
    const BdWriter bd = Part(c, keyed, HISI_SEC_AI_FROM_ADDR, HISI_SEC_PAD,
                             c.digest_bytes / 4, data, all.size() * 8);
    EXPECT_EQ(Execute(version_, bd.bd()), kDigestOk) << c.oracle << " " << i;
    Data digest = at(kMac);
    digest.resize(c.digest_bytes);
    EXPECT_EQ(digest, Expected(c, keyed, all)) << c.oracle << " " << i;
    EXPECT_EQ(memory_.faults(), 0);
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
