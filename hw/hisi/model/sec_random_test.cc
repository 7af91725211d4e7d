// Random operations of every kind that SEC has, in every way that they can be
// asked for, against OpenSSL. SEC_RANDOM_SEED and SEC_RANDOM_COUNT in the
// environment choose others than the usual ones.
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

struct CipherCase {
  const char* oracle;
  uint32_t c_alg, c_mode, c_key_len;
  size_t key_bytes, iv_bytes;
  size_t least, granule;
  uint32_t since;
  uint32_t c_width = 0;
};

constexpr uint32_t kDes = HISI_SEC_C_DES;
constexpr uint32_t k3Des = HISI_SEC_C_3DES;
constexpr uint32_t kAes = HISI_SEC_C_AES;
constexpr uint32_t kSm4 = HISI_SEC_C_SM4;
constexpr uint32_t kCs = HISI_SEC_MODE_CBC_CS;

constexpr CipherCase kCipherCases[] = {
    {"AES-128-ECB", kAes, HISI_SEC_MODE_ECB, 0, 16, 0, 1, 16, 2},
    {"AES-192-ECB", kAes, HISI_SEC_MODE_ECB, 1, 24, 0, 1, 16, 2},
    {"AES-256-ECB", kAes, HISI_SEC_MODE_ECB, 2, 32, 0, 1, 16, 2},
    {"AES-128-CBC", kAes, HISI_SEC_MODE_CBC, 0, 16, 16, 1, 16, 2},
    {"AES-192-CBC", kAes, HISI_SEC_MODE_CBC, 1, 24, 16, 1, 16, 2},
    {"AES-256-CBC", kAes, HISI_SEC_MODE_CBC, 2, 32, 16, 1, 16, 2},
    {"AES-128-CTR", kAes, HISI_SEC_MODE_CTR, 0, 16, 16, 1, 1, 2},
    {"AES-192-CTR", kAes, HISI_SEC_MODE_CTR, 1, 24, 16, 1, 1, 2},
    {"AES-256-CTR", kAes, HISI_SEC_MODE_CTR, 2, 32, 16, 1, 1, 2},
    {"AES-128-XTS", kAes, HISI_SEC_MODE_XTS, 0, 32, 16, 16, 1, 2},
    {"AES-256-XTS", kAes, HISI_SEC_MODE_XTS, 2, 64, 16, 16, 1, 2},
    {"AES-128-OFB", kAes, HISI_SEC_MODE_OFB, 0, 16, 16, 1, 1, 3},
    {"AES-192-OFB", kAes, HISI_SEC_MODE_OFB, 1, 24, 16, 1, 1, 3},
    {"AES-256-OFB", kAes, HISI_SEC_MODE_OFB, 2, 32, 16, 1, 1, 3},
    {"AES-128-CFB", kAes, HISI_SEC_MODE_CFB, 0, 16, 16, 1, 1, 3},
    {"AES-192-CFB", kAes, HISI_SEC_MODE_CFB, 1, 24, 16, 1, 1, 3},
    {"AES-256-CFB", kAes, HISI_SEC_MODE_CFB, 2, 32, 16, 1, 1, 3},
    {"AES-128-CBC-CTS", kAes, kCs, 0, 16, 16, 17, 1, 3, HISI_SEC_CS1},
    {"AES-192-CBC-CTS", kAes, kCs, 1, 24, 16, 17, 1, 3, HISI_SEC_CS2},
    {"AES-256-CBC-CTS", kAes, kCs, 2, 32, 16, 17, 1, 3, HISI_SEC_CS3},
    {"AES-128-CBC-CTS", kAes, kCs, 0, 16, 16, 32, 16, 3, HISI_SEC_CS2},
    {"AES-128-CBC-CTS", kAes, kCs, 0, 16, 16, 32, 16, 3, HISI_SEC_CS3},
    {"SM4-ECB", kSm4, HISI_SEC_MODE_ECB, 0, 16, 0, 1, 16, 2},
    {"SM4-CBC", kSm4, HISI_SEC_MODE_CBC, 0, 16, 16, 1, 16, 2},
    {"SM4-CTR", kSm4, HISI_SEC_MODE_CTR, 0, 16, 16, 1, 1, 2},
    {"SM4-XTS", kSm4, HISI_SEC_MODE_XTS, 0, 32, 16, 16, 1, 2},
    {"SM4-OFB", kSm4, HISI_SEC_MODE_OFB, 0, 16, 16, 1, 1, 3},
    {"SM4-CFB", kSm4, HISI_SEC_MODE_CFB, 0, 16, 16, 1, 1, 3},
    {"SM4-CBC", kSm4, kCs, 0, 16, 16, 16, 1, 3, HISI_SEC_CS1},
    {"SM4-CBC", kSm4, kCs, 0, 16, 16, 16, 1, 3, HISI_SEC_CS2},
    {"SM4-CBC", kSm4, kCs, 0, 16, 16, 16, 1, 3, HISI_SEC_CS3},
    {"DES-EDE3-ECB", kDes, HISI_SEC_MODE_ECB, 1, 8, 0, 1, 8, 2},
    {"DES-EDE3-CBC", kDes, HISI_SEC_MODE_CBC, 1, 8, 8, 1, 8, 2},
    {"DES-EDE3-ECB", k3Des, HISI_SEC_MODE_ECB, 1, 24, 0, 1, 8, 2},
    {"DES-EDE3-CBC", k3Des, HISI_SEC_MODE_CBC, 1, 24, 8, 1, 8, 2},
    {"DES-EDE3-ECB", k3Des, HISI_SEC_MODE_ECB, 3, 16, 0, 1, 8, 2},
    {"DES-EDE3-CBC", k3Des, HISI_SEC_MODE_CBC, 3, 16, 8, 1, 8, 2},
};

// Of 3DES: three times one, or the first again.
Data OracleKey(const CipherCase& c, Data key) {
  if (c.c_alg == kDes) key = Joined(key, Joined(key, key));
  if (c.c_alg == k3Des && key.size() == 16) {
    key.insert(key.end(), key.begin(), key.begin() + 8);
  }
  return key;
}

Data Expected(const CipherCase& c, bool gb, const Data& key, const Data& iv,
              const Data& plaintext) {
  if (c.c_alg == kSm4 && c.c_mode == HISI_SEC_MODE_XTS) {
    return PlainXts("SM4-ECB", gb, key, iv, plaintext);
  }
  if (c.c_alg == kSm4 && c.c_mode == kCs) {
    return PlainCs("SM4-CBC", static_cast<int>(c.c_width), key, iv, plaintext);
  }
  static constexpr const char* kNames[] = {nullptr, "CS1", "CS2", "CS3"};
  return OracleCipher(c.oracle, true, OracleKey(c, key), iv, plaintext,
                      kNames[c.c_width]);
}

class SecRandomTest : public SecRandomBench {
 protected:
  void Cipher() {
    const CipherCase& c = kCipherCases[Below(std::size(kCipherCases))];
    if (c.since > version_) return;
    const Data key = Random(c.key_bytes);
    const Data iv = Random(c.iv_bytes);
    const Data plaintext = Random(Length(c.least, c.granule));
    BdWriter bd = Writer();
    bool gb = false;
    if (bd.type() == 3) {
      const uint32_t count_mode = Below(3);
      gb = count_mode == HISI_SEC3_SM4_XTS_GB;
      bd.Set(HISI_SEC3_CTR_COUNT_MODE, HISI_SEC3_CTR_COUNT_MODE, count_mode);
      bd.Set(HISI_SEC3_SVA_PREFETCH, HISI_SEC3_SVA_PREFETCH, Below(2));
    }
    const Data ciphertext = Expected(c, gb, key, iv, plaintext);
    const bool encrypt = Coin();
    const Data gap = Random(Below(3) == 0 ? Below(100) : 0);
    SetCipher(bd, c.c_alg, c.c_mode, c.c_key_len, encrypt);
    bd.Set(HISI_SEC2_C_WIDTH, HISI_SEC3_C_WIDTH, c.c_width);
    SetPayload(bd, gap, encrypt ? plaintext : ciphertext);
    SetKeys(bd, key, iv);
    EXPECT_EQ(Execute(version_, bd.bd()), kCipherOk) << c.oracle;
    EXPECT_EQ(From(Output(), gap.size()), encrypt ? ciphertext : plaintext)
        << c.oracle << " " << plaintext.size();
  }

  void Aead() {
    const bool ccm = Coin();
    const bool sm4 = version_ == 3 && Below(4) == 0;
    const size_t key_code = sm4 ? 0 : Below(3);
    const Data key = Random(16 + 8 * key_code);
    // Without a payload only on later devices.
    const Data plaintext =
        Random(Length(version_ == 3 ? 0 : 1, 1, sm4 ? 300 : 12000));
    const Data aad = Random(Below(3) == 0 ? 0 : Length(0, 1, 300));
    const size_t tag_bytes = ccm ? 4 + 2 * Below(7) : 4 + Below(13);
    const size_t length_bytes = ccm ? 2 + Below(7) : 3;  // L of CCM.
    const Data nonce = Random(15 - length_bytes);
    Data counter = Joined({static_cast<uint8_t>(length_bytes - 1)}, nonce);
    Data first_block = counter;
    first_block[0] |= (tag_bytes - 2) / 2 << 3 | (aad.empty() ? 0 : 0x40);
    counter.resize(16);
    counter[15] = 1;
    first_block.resize(16);
    for (size_t i = 0; i < length_bytes; ++i) {
      first_block[15 - i] =
          i < 4 ? static_cast<uint8_t>(plaintext.size() >> 8 * i) : 0;
    }
    Sealed sealed;
    if (sm4) {
      sealed = ccm ? PlainCcm("SM4", key, counter, first_block, aad, plaintext)
                   : PlainGcm("SM4-ECB", key, nonce, aad, plaintext);
      sealed.tag.resize(tag_bytes);
    } else {
      const std::string name = "AES-" + std::to_string(key.size() * 8);
      sealed = OracleSeal(name + (ccm ? "-CCM" : "-GCM"), key, nonce, aad,
                          plaintext, tag_bytes);
    }
    const bool encrypt = Coin();
    BdWriter bd = Writer();
    SetCipher(bd, sm4 ? kSm4 : kAes,
              ccm ? HISI_SEC_MODE_CCM : HISI_SEC_MODE_GCM, key_code, encrypt);
    bd.Set(HISI_SEC2_SEQ, HISI_SEC3_SEQ, encrypt ? 0 : 1);
    bd.Set(HISI_SEC2_C_ICV_LEN, HISI_SEC3_C_ICV_LEN, tag_bytes);
    bd.Set(HISI_SEC2_A_LEN, HISI_SEC3_A_LEN, aad.size());
    SetPayload(bd, aad, encrypt ? plaintext : sealed.data);
    SetKeys(bd, key, ccm ? counter : nonce);
    if (ccm) {
      Flat(bd, HISI_SEC2_A_IVIN_ADDR, HISI_SEC3_A_IVIN_ADDR, kAuthIv,
           first_block);
    }
    CheckSealed(bd, encrypt, aad.size(), plaintext, sealed);
  }

  void Authenc() {
    static constexpr struct {
      uint32_t a_alg;
      const char* hash;
      uint32_t since;
      size_t most_key_words;
    } kHashes[] = {{0x10, "SHA1", 2, 16},
                   {0x11, "SHA256", 2, 16},
                   {0x15, "SHA512", 2, 32},
                   {0x26, "SM3", 3, 16}};
    const auto& hash = kHashes[Below(4)];
    if (hash.since > version_) return;
    const bool sm4 = hash.a_alg == 0x26 && Coin();
    const size_t key_code = sm4 ? 0 : Below(3);
    const Data key = Random(16 + 8 * key_code);
    const Data iv = Random(16);
    const Data auth_key = Random(4 * Below(hash.most_key_words + 1));
    const Data aad = Random(Below(200));
    const Data plaintext = Random(Length(1, 16));
    const std::string name =
        sm4 ? "SM4-CBC" : "AES-" + std::to_string(key.size() * 8) + "-CBC";
    Sealed sealed;
    sealed.data = OracleCipher(name, true, key, iv, plaintext);
    sealed.tag = OracleHmac(hash.hash, auth_key, Joined(aad, sealed.data));
    const size_t words = 1 + Below(sealed.tag.size() / 4);
    sealed.tag.resize(words * 4);
    const bool encrypt = Coin();
    BdWriter bd = Writer();
    SetCipher(bd, sm4 ? kSm4 : kAes, HISI_SEC_MODE_CBC, key_code, encrypt);
    bd.Set(HISI_SEC2_SEQ, HISI_SEC3_SEQ, encrypt ? 0 : 1);
    SetAuth(bd, encrypt ? HISI_SEC_AUTH_COMPUTE : HISI_SEC_AUTH_VERIFY,
            hash.a_alg, auth_key, words);
    bd.Set(HISI_SEC2_A_LEN, HISI_SEC3_A_LEN, aad.size() + plaintext.size());
    SetPayload(bd, aad, encrypt ? plaintext : sealed.data);
    SetKeys(bd, key, iv);
    CheckSealed(bd, encrypt, aad.size(), plaintext, sealed);
  }

  void BlockMac() {
    if (version_ < 3) return;
    const uint32_t a_alg = HISI_SEC_A_AES_XCBC + Below(3);
    const bool gmac = a_alg == HISI_SEC_A_AES_GMAC;
    const bool sm4 = gmac && Below(4) == 0;
    const Data key = Random(gmac && !sm4 ? 16 + 8 * Below(3) : 16);
    const Data nonce = Random(12);
    const Data data = Random(Length(gmac ? 0 : 1, 1, sm4 ? 300 : 12000));
    Data mac = a_alg == HISI_SEC_A_AES_XCBC   ? PlainXcbc(key, data)
               : a_alg == HISI_SEC_A_AES_CMAC ? OracleCmac(key, data)
               : sm4 ? PlainGcm("SM4-ECB", key, nonce, data, {}).tag
                     : OracleGmac(key, nonce, data);
    mac.resize(4 + 4 * Below(4));
    BdWriter bd = Writer();
    SetAuth(bd, HISI_SEC_AUTH_COMPUTE, sm4 ? HISI_SEC_A_SM4_GMAC : a_alg, key,
            mac.size() / 4);
    bd.Set(HISI_SEC2_A_LEN, HISI_SEC3_A_LEN, data.size());
    if (gmac) {
      bd.Set(HISI_SEC2_AI_GEN, HISI_SEC3_AI_GEN, HISI_SEC_AI_FROM_ADDR);
      Flat(bd, HISI_SEC2_A_IVIN_ADDR, HISI_SEC3_A_IVIN_ADDR, kAuthIv, nonce);
    }
    Source(bd, data);
    Flat(bd, HISI_SEC2_MAC_ADDR, HISI_SEC3_MAC_ADDR, kMac, Data(mac.size()));
    EXPECT_EQ(Execute(version_, bd.bd()), kDigestOk) << a_alg;
    EXPECT_EQ(at(kMac), mac) << a_alg;
  }

  void SetCipher(BdWriter& bd, uint32_t c_alg, uint32_t c_mode,
                 size_t c_key_len, bool encrypt) {
    bd.Set(HISI_SEC2_CIPHER, HISI_SEC3_CIPHER,
           encrypt ? HISI_SEC_CIPHER_ENCRYPT : HISI_SEC_CIPHER_DECRYPT);
    bd.Set(HISI_SEC2_C_ALG, HISI_SEC3_C_ALG, c_alg);
    bd.Set(HISI_SEC2_C_MODE, HISI_SEC3_C_MODE, c_mode);
    bd.Set(HISI_SEC2_C_KEY_LEN, HISI_SEC3_C_KEY_LEN, c_key_len);
  }

  void SetAuth(BdWriter& bd, uint32_t auth, uint32_t a_alg, const Data& key,
               size_t mac_words) {
    bd.Set(HISI_SEC2_AUTH, HISI_SEC3_AUTH, auth);
    bd.Set(HISI_SEC2_A_ALG, HISI_SEC3_A_ALG, a_alg);
    bd.Set(HISI_SEC2_A_KEY_LEN, HISI_SEC3_A_KEY_LEN, key.size() / 4);
    bd.Set(HISI_SEC2_MAC_LEN, HISI_SEC3_MAC_LEN, mac_words);
    Flat(bd, HISI_SEC2_A_KEY_ADDR, HISI_SEC3_A_KEY_ADDR, kAuthKey, key);
  }

  void SetKeys(BdWriter& bd, const Data& key, const Data& iv) {
    Flat(bd, HISI_SEC2_C_KEY_ADDR, HISI_SEC3_C_KEY_ADDR, kKey, key);
    if (iv.empty()) return;
    Flat(bd, HISI_SEC2_C_IVIN_ADDR, HISI_SEC3_C_IVIN_ADDR, kIv, iv);
  }

  void SetPayload(BdWriter& bd, const Data& before, const Data& payload) {
    Source(bd, Joined(before, payload));
    Destination(bd);
    bd.Set(HISI_SEC2_CIPHER_SRC_OFFSET, HISI_SEC3_CIPHER_SRC_OFFSET,
           before.size());
    bd.Set(HISI_SEC2_C_LEN, HISI_SEC3_C_LEN, payload.size());
  }

  void CheckSealed(BdWriter& bd, bool encrypt, size_t aad_bytes,
                   const Data& plaintext, const Sealed& sealed) {
    Data mac = encrypt ? Data(sealed.tag.size()) : sealed.tag;
    const bool wrong = !encrypt && Below(4) == 0;
    if (wrong) mac[Below(mac.size())] ^= 1 << Below(8);
    Flat(bd, HISI_SEC2_MAC_ADDR, HISI_SEC3_MAC_ADDR, kMac, mac);
    EXPECT_EQ(Execute(version_, bd.bd()), wrong ? kAeadMismatch : kAeadOk);
    EXPECT_EQ(From(Output(), aad_bytes), encrypt ? sealed.data : plaintext);
    EXPECT_EQ(at(kMac), encrypt ? sealed.tag : mac);
  }
};

TEST_F(SecRandomTest, AgreesWithOpenSsl) {
  const uint64_t seed = FromEnvironment("SEC_RANDOM_SEED", 1);
  const uint64_t count = FromEnvironment("SEC_RANDOM_COUNT", 10000);
  for (uint64_t i = 0; i < count && !HasFailure(); ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", operation " +
                 std::to_string(i));
    random_.seed(seed << 32 | i);
    memory_ = TestMemory();
    version_ = 2 + Below(2);
    switch (Below(8)) {
      default:
        Cipher();
        break;
      case 4:
      case 5:
        Aead();
        break;
      case 6:
        Authenc();
        break;
      case 7:
        BlockMac();
        break;
    }
    EXPECT_EQ(memory_.faults(), 0);
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
