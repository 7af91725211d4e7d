// Random hashes and HMACs, whole and in parts, and GCM in parts, against
// OpenSSL. SEC_RANDOM_SEED and SEC_RANDOM_COUNT as in sec_random_test.cc.
#include <cstdint>
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "hw/hisi/abi/sec.h"
#include "hw/hisi/model/random_rounds.h"
#include "hw/hisi/model/sec_bench.h"
#include "hw/hisi/model/sec_oracle.h"
#include "hw/hisi/model/sec_random_bd.h"

namespace uacced::hw::hisi {
namespace {

struct HashCase {
  const char* oracle;
  uint32_t a_alg, hmac_alg;
  size_t digest_bytes, state_bytes, block_bytes;
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
  void Start(uint64_t i) {
    random_.seed(seed_ << 32 | i);
    memory_ = TestMemory();
    version_ = 2 + Below(2);
  }

  // One part, or all: `ai_gen` and `pad` say which.
  BdWriter Part(const HashCase& c, bool keyed, uint32_t ai_gen, uint32_t pad,
                size_t mac_words, const Data& data, uint64_t total_bits) {
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

  const uint64_t seed_ = FromEnvironment("SEC_RANDOM_SEED", 1);
  const uint64_t count_ = FromEnvironment("SEC_RANDOM_COUNT", 4000);
};

TEST_F(SecRandomHashTest, WholeInputs) {
  for (uint64_t i = 0; i < count_ && !HasFailure(); ++i) {
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
  for (uint64_t i = 0; i < count_ && !HasFailure(); ++i) {
    Start(i);
    const HashCase& c = kHashCases[Below(std::size(kHashCases))];
    const bool keyed = Coin();
    memory_.Add(kAuthKey, Random(4 * Below(c.block_bytes / 4 + 1)));
    memory_.Add(kMac, c.state_bytes);
    Data all;
    const size_t parts = 1 + Below(4);
    const size_t state_words = c.a_alg == HISI_SEC_A_SM3 ? 8 : 0;
    for (size_t part = 0; part < parts; ++part) {
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

class SecRandomStreamTest : public SecRandomHashTest {
 protected:
  void Start(int i) {
    SecRandomHashTest::Start(i);
    sm4_ = version_ == 3 && Below(4) == 0;
    key_ = Random(sm4_ ? 16 : 16 + 8 * Below(3));
    nonce_ = Random(12);
    aad_ = Random(1 + Below(200));
    encrypt_ = Coin();
    memory_.Add(kKey, key_);
    memory_.Add(kAuthKey, key_);
    memory_.Add(kMac, 16);
    counter_ = 1;
  }

  BdWriter Stream(uint32_t type) {
    BdWriter bd(type);
    bd.Set(HISI_SEC2_SCENE, HISI_SEC3_SCENE, HISI_SEC_SCENE_STREAM);
    bd.Set(HISI_SEC2_A_KEY_LEN, HISI_SEC3_A_KEY_LEN, KeyWords());
    bd.Address(HISI_SEC2_A_KEY_ADDR, HISI_SEC3_A_KEY_ADDR, kAuthKey);
    bd.Address(HISI_SEC2_MAC_ADDR, HISI_SEC3_MAC_ADDR, kMac);
    return bd;
  }

  void First() {
    BdWriter bd = Stream(version_);
    bd.Set(HISI_SEC2_AUTH, HISI_SEC3_AUTH, HISI_SEC_AUTH_COMPUTE);
    bd.Set(HISI_SEC2_A_ALG, HISI_SEC3_A_ALG,
           sm4_ ? HISI_SEC_A_SM4_GMAC : HISI_SEC_A_AES_GMAC);
    bd.Set(HISI_SEC2_A_PAD, HISI_SEC3_AUTH_PAD, HISI_SEC_NO_PAD);
    bd.Set(HISI_SEC2_A_LEN, HISI_SEC3_A_LEN, aad_.size());
    Source(bd, aad_);
    EXPECT_EQ(Execute(version_, bd.bd()), kDigestOk);
  }

  // A part of the payload; `bd` says which.
  Data Payload(BdWriter& bd, const Data& data) {
    bd.Set(HISI_SEC2_CIPHER, HISI_SEC3_CIPHER,
           encrypt_ ? HISI_SEC_CIPHER_ENCRYPT : HISI_SEC_CIPHER_DECRYPT);
    bd.Set(HISI_SEC2_SEQ, HISI_SEC3_SEQ, encrypt_ ? 0 : 1);
    bd.Set(HISI_SEC2_C_ALG, HISI_SEC3_C_ALG,
           sm4_ ? HISI_SEC_C_SM4 : HISI_SEC_C_AES);
    bd.Set(HISI_SEC2_C_MODE, HISI_SEC3_C_MODE, HISI_SEC_MODE_GCM);
    bd.Set(HISI_SEC2_C_KEY_LEN, HISI_SEC3_C_KEY_LEN, key_.size() / 8 - 2);
    bd.Set(HISI_SEC2_C_ICV_LEN, HISI_SEC3_C_ICV_LEN, 16);
    bd.Set(HISI_SEC2_AI_GEN, HISI_SEC3_AI_GEN, HISI_SEC_AI_FROM_ADDR);
    bd.Set(HISI_SEC2_C_LEN, HISI_SEC3_C_LEN, data.size());
    bd.Address(HISI_SEC2_C_KEY_ADDR, HISI_SEC3_C_KEY_ADDR, kKey);
    Flat(bd, HISI_SEC2_C_IVIN_ADDR, HISI_SEC3_C_IVIN_ADDR, kIv,
         Joined(nonce_, {0, 0, static_cast<uint8_t>(counter_ >> 8),
                         static_cast<uint8_t>(counter_)}));
    Source(bd, data);
    Destination(bd);
    EXPECT_EQ(Execute(version_, bd.bd()), kAeadOk);
    counter_ += data.size() / 16;
    return Output();
  }

  Data Middle(const Data& data) {
    BdWriter bd = Stream(version_);
    bd.Set(HISI_SEC2_A_PAD, HISI_SEC3_AUTH_PAD, HISI_SEC_NO_PAD);
    bd.Address(HISI_SEC2_A_IVIN_ADDR, HISI_SEC3_A_IVIN_ADDR, kMac);
    return Payload(bd, data);
  }

  // Of later devices.
  Data End(const Data& data, uint64_t payload_bytes, const Data& tag) {
    Data end = Joined(nonce_, {0, 0, 0, 1});
    end.resize(32);
    end = Joined(end, at(kMac));
    end.resize(64);
    if (!encrypt_) at(kMac) = tag;
    BdWriter bd = Stream(3);
    Flat(bd, HISI_SEC2_A_IVIN_ADDR, HISI_SEC3_A_IVIN_ADDR, kAuthIv, end);
    bd.Address(HISI_SEC2_LONG_A_DATA_LEN, HISI_SEC3_LONG_A_DATA_LEN,
               aad_.size() | payload_bytes << 24);
    return Payload(bd, data);
  }

  bool sm4_ = false;
  bool encrypt_ = false;
  Data key_, nonce_, aad_;
  size_t counter_ = 1;
};

TEST_F(SecRandomStreamTest, GcmInParts) {
  for (uint64_t i = 0; i < count_ / 4 && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    Start(i);
    const size_t whole_bytes = 16 * (1 + Below(30));
    const Data plaintext = Random(whole_bytes + 1 + Below(50));
    const Sealed sealed =
        sm4_ ? PlainGcm("SM4-ECB", key_, nonce_, aad_, plaintext)
             : OracleSeal("AES-" + std::to_string(key_.size() * 8) + "-GCM",
                          key_, nonce_, aad_, plaintext, 16);
    const Data& in = encrypt_ ? plaintext : sealed.data;
    const Data& expected = encrypt_ ? sealed.data : plaintext;
    First();
    Data out;
    while (out.size() < whole_bytes) {
      const size_t bytes = 16 * (1 + Below((whole_bytes - out.size()) / 16));
      const Data part(in.begin() + out.size(), in.begin() + out.size() + bytes);
      out = Joined(out, Middle(part));
    }
    if (version_ == 2) {  // Software does the rest.
      EXPECT_EQ(out, Data(expected.begin(), expected.begin() + whole_bytes));
      continue;
    }
    out = Joined(out, End(From(in, whole_bytes), in.size(), sealed.tag));
    EXPECT_EQ(out, expected);
    EXPECT_EQ(at(kMac), sealed.tag);
    EXPECT_EQ(memory_.faults(), 0);
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
