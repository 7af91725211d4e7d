#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "hw/hisi/abi/sec.h"
#include "tests/vm/sim_queue.h"
#include "tests/vm/sim_tests.h"

namespace uacced::vm {
namespace {

constexpr uint32_t kCipherOk = 0x101;
constexpr uint32_t kAeadOk = 0x181;
constexpr uint32_t kAeadMismatch = 0x185;
constexpr uint32_t kDigestOk = 0x081;

constexpr uint32_t ErrorOf(uint32_t status) { return status >> 16 & 0xff; }

// A descriptor of type 3 for buffers apart, without what it does.
struct Operands {
  const uint8_t* source = nullptr;
  uint8_t* target = nullptr;
  const uint8_t* key = nullptr;
  const uint8_t* iv = nullptr;
  const uint8_t* auth_key = nullptr;
  const uint8_t* auth_iv = nullptr;
  uint8_t* mac = nullptr;
};

Sqe Type3(uint32_t word0, uint32_t word1, const Operands& operands) {
  Sqe sqe = {};
  sqe[0] = word0;
  sqe[1] = word1;
  sqe[2] = 0x1a2b3c4d;
  SetAddress(sqe, 4, AddressOf(operands.source));
  SetAddress(sqe, 6, AddressOf(operands.auth_key));
  SetAddress(sqe, 8, AddressOf(operands.auth_iv));
  SetAddress(sqe, 12, AddressOf(operands.key));
  SetAddress(sqe, 19, AddressOf(operands.target));
  SetAddress(sqe, 21, AddressOf(operands.mac));
  SetAddress(sqe, 23, AddressOf(operands.iv));
  return sqe;
}

Sqe Type2(uint32_t word0, const Operands& operands) {
  Sqe sqe = {};
  sqe[0] = word0;
  sqe[10] = 0x1a2b;
  SetAddress(sqe, 14, AddressOf(operands.auth_iv));
  SetAddress(sqe, 16, AddressOf(operands.auth_key));
  SetAddress(sqe, 18, AddressOf(operands.mac));
  SetAddress(sqe, 20, AddressOf(operands.iv));
  SetAddress(sqe, 22, AddressOf(operands.key));
  SetAddress(sqe, 24, AddressOf(operands.source));
  SetAddress(sqe, 26, AddressOf(operands.target));
  return sqe;
}

// The status word; all ones: there was no answer, or it does not fit.
uint32_t RunSec(SimQueue& queue, const Sqe& sqe) {
  const std::optional<Sqe> answer = queue.Run(sqe);
  if (!answer) return ~0u;
  return std::equal(sqe.begin(), sqe.begin() + 28, answer->begin())
             ? (*answer)[28]
             : ~0u;
}

// By OpenSSL, without padding. Nothing: it does not have it.
std::optional<ByteVector> Encipher(const char* name, const ByteVector& key,
                                   const ByteVector& iv,
                                   const ByteVector& plain,
                                   const char* cts = nullptr) {
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  if (cipher == nullptr) return std::nullopt;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  OSSL_PARAM params[2] = {OSSL_PARAM_END, OSSL_PARAM_END};
  if (cts != nullptr) {
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_CIPHER_PARAM_CTS_MODE,
                                                 const_cast<char*>(cts), 0);
  }
  ByteVector out(plain.size() + 64);
  int bytes = 0;
  const bool done =
      EVP_EncryptInit_ex2(context, cipher, key.data(), iv.data(), params) &&
      EVP_CIPHER_CTX_set_padding(context, 0) &&
      EVP_EncryptUpdate(context, out.data(), &bytes, plain.data(),
                        static_cast<int>(plain.size()));
  EVP_CIPHER_CTX_free(context);
  EVP_CIPHER_free(cipher);
  if (!done || bytes != static_cast<int>(plain.size())) return std::nullopt;
  out.resize(plain.size());
  return out;
}

struct CipherCase {
  const char* name;  // OpenSSL's
  uint32_t word1;    // as captured, encrypting: hisi-sec, section 10
  size_t key_bytes;
  size_t block_bytes;  // that the length is a multiple of
  const char* cts = nullptr;
};

constexpr CipherCase kCiphers[] = {
    {"AES-128-ECB", 0x00200001, 16, 16},
    {"AES-192-ECB", 0x00202001, 24, 16},
    {"AES-128-CBC", 0x00210001, 16, 16},
    {"AES-256-CBC", 0x00214001, 32, 16},
    {"AES-256-CTR", 0x00244001, 32, 1},
    {"AES-128-CFB", 0x00220001, 16, 1},
    {"AES-128-OFB", 0x00230001, 16, 1},
    {"AES-128-XTS", 0x00270001, 32, 1},
    {"AES-256-XTS", 0x00274001, 64, 1},
    {"AES-128-CBC-CTS", 0x00290401, 16, 1, "CS1"},
    {"AES-128-CBC-CTS", 0x00290801, 16, 1, "CS2"},
    {"AES-128-CBC-CTS", 0x00290c01, 16, 1, "CS3"},
    {"DES-EDE3-CBC", 0x00112001, 24, 8},
    {"DES-EDE3-ECB", 0x00102001, 24, 8},
    {"SM4-ECB", 0x00300001, 16, 16},
    {"SM4-CBC", 0x00310001, 16, 16},
    {"SM4-CFB", 0x00320001, 16, 1},
    {"SM4-OFB", 0x00330001, 16, 1},
    {"SM4-CTR", 0x00340001, 16, 1},
};

ByteVector FromHex(std::string_view text) {
  ByteVector bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(
        std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// The vector of GB/T 17964-2021; and in the order of IEEE 1619, which the first
// block cannot tell from it.
bool Sm4XtsFits(SimQueue& queue) {
  const ByteVector key = FromHex(
      "2b7e151628aed2a6abf7158809cf4f3c000102030405060708090a0b0c0d0e0f");
  const ByteVector iv = FromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  const ByteVector plain = FromHex(
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
      "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17");
  const ByteVector gb = FromHex(
      "e9538251c71d7b80bbe4483fef497bd12c5c581bd6242fc51e08964fb4f60fdb"
      "0ba42f63499279213d318d2c11f6886e903be7f93a1b3479");
  const ByteVector ieee = FromHex(
      "e9538251c71d7b80bbe4483fef497bd1b3db1a3e60408c575d63ff7db39f8326"
      "0869f9e2585fec9f0b863bf8fd784b8627d16c0db6d2cfc7");
  // 2 is Linux's CTR, which is no variant of XTS.
  for (const uint32_t order : {0u, 1u, 2u}) {
    ByteVector got(plain.size());
    Sqe sqe = Type3(0x223, 0x00370001,
                    {.source = plain.data(),
                     .target = got.data(),
                     .key = key.data(),
                     .iv = iv.data()});
    sqe[14] = order << 25;
    sqe[18] = static_cast<uint32_t>(plain.size());
    if (RunSec(queue, sqe) != kCipherOk || got != (order == 1 ? gb : ieee)) {
      return false;
    }
    // Back, in place.
    sqe[0] = 0x23;
    sqe[1] ^= 3;
    SetAddress(sqe, 4, AddressOf(got.data()));
    if (RunSec(queue, sqe) != kCipherOk || got != plain) return false;
  }
  return true;
}

}  // namespace

void TestSecCiphers(Checks& checks) {
  SimQueue queue("hisi_sec2", 0);
  checks.Equal("sec queue", queue.result(), 0);
  Random random(101);
  for (const CipherCase& test : kCiphers) {
    const std::string name =
        std::string(test.name) + (test.cts != nullptr ? test.cts : "");
    bool encrypted = true;
    bool decrypted = true;
    for (size_t bytes : {32, 33, 47, 4096, 4099, 32704, 32711, 65536, 100003}) {
      bytes = bytes / test.block_bytes * test.block_bytes;
      const ByteVector key = random.Bytes(test.key_bytes);
      const ByteVector iv = random.Bytes(16);
      const ByteVector plain = random.Bytes(bytes);
      const auto want = Encipher(test.name, key, iv, plain, test.cts);
      if (!want) {
        checks.That(name + " by OpenSSL", false);
        break;
      }
      ByteVector got(bytes + 1, 0xee);
      Sqe sqe = Type3(0x223, test.word1,
                      {.source = plain.data(),
                       .target = got.data(),
                       .key = key.data(),
                       .iv = iv.data()});
      sqe[14] = 0x04000000;
      sqe[18] = static_cast<uint32_t>(bytes);
      uint32_t status = RunSec(queue, sqe);
      encrypted = encrypted && status == kCipherOk && got[bytes] == 0xee &&
                  std::equal(want->begin(), want->end(), got.begin());
      // Back, in place.
      sqe[0] = 0x23;
      sqe[1] ^= 3;
      SetAddress(sqe, 4, AddressOf(got.data()));
      status = RunSec(queue, sqe);
      decrypted = decrypted && status == kCipherOk && got[bytes] == 0xee &&
                  std::equal(plain.begin(), plain.end(), got.begin());
    }
    checks.That("encrypt " + name, encrypted);
    checks.That("decrypt " + name, decrypted);
  }
  checks.That("SM4-XTS in both orders", Sm4XtsFits(queue));
}

namespace {

bool SealedBy(const char* name, const ByteVector& key, const ByteVector& nonce,
              const ByteVector& aad, const ByteVector& plain, size_t tag_bytes,
              ByteVector& sealed, ByteVector& tag) {
  const bool ccm = std::strstr(name, "CCM") != nullptr;
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  if (cipher == nullptr) return false;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  sealed.resize(plain.size());
  tag.resize(tag_bytes);
  int bytes = 0;
  bool done =
      EVP_EncryptInit_ex2(context, cipher, nullptr, nullptr, nullptr) &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN,
                          static_cast<int>(nonce.size()), nullptr) &&
      (!ccm || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG,
                                   static_cast<int>(tag_bytes), nullptr)) &&
      EVP_EncryptInit_ex2(context, nullptr, key.data(), nonce.data(),
                          nullptr) &&
      (!ccm || EVP_EncryptUpdate(context, nullptr, &bytes, nullptr,
                                 static_cast<int>(plain.size()))) &&
      (aad.empty() || EVP_EncryptUpdate(context, nullptr, &bytes, aad.data(),
                                        static_cast<int>(aad.size()))) &&
      EVP_EncryptUpdate(context, sealed.data(), &bytes, plain.data(),
                        static_cast<int>(plain.size())) &&
      EVP_EncryptFinal_ex(context, sealed.data(), &bytes) &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG,
                          static_cast<int>(tag_bytes), tag.data());
  EVP_CIPHER_CTX_free(context);
  EVP_CIPHER_free(cipher);
  return done;
}

ByteVector Hmac(const char* hash, const ByteVector& key,
                const ByteVector& data) {
  ByteVector mac(64);
  size_t bytes = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, hash, nullptr, key.data(), key.size(),
            data.data(), data.size(), mac.data(), mac.size(), &bytes);
  mac.resize(bytes);
  return mac;
}

ByteVector Joined(const ByteVector& first, const ByteVector& second) {
  ByteVector all = first;
  all.insert(all.end(), second.begin(), second.end());
  return all;
}

// One AEAD of one size: there and back, and with a wrong tag.
bool AeadFits(SimQueue& queue, bool ccm, size_t aad_bytes, size_t bytes,
              size_t tag_bytes, Random& random) {
  const ByteVector key = random.Bytes(32);
  ByteVector nonce = random.Bytes(ccm ? 13 : 12);
  const ByteVector aad = random.Bytes(aad_bytes);
  const ByteVector plain = random.Bytes(bytes);
  ByteVector sealed;
  ByteVector tag;
  if (!SealedBy(ccm ? "AES-256-CCM" : "AES-256-GCM", key, nonce, aad, plain,
                tag_bytes, sealed, tag)) {
    return false;
  }
  ByteVector counter = nonce;
  ByteVector first_block = nonce;
  if (ccm) {
    counter.insert(counter.begin(), 1);
    counter.insert(counter.end(), {0, 1});
    first_block = counter;
    first_block[0] = static_cast<uint8_t>(1 | ((tag_bytes - 2) / 2) << 3 |
                                          (aad_bytes > 0 ? 0x40 : 0));
    first_block[14] = static_cast<uint8_t>(bytes >> 8);
    first_block[15] = static_cast<uint8_t>(bytes);
  }
  ByteVector source = Joined(aad, plain);
  ByteVector target(source.size());
  ByteVector mac(16);
  Sqe sqe = Type3(0x223, 0x00264001 | static_cast<uint32_t>(tag_bytes) << 4,
                  {.source = source.data(),
                   .target = target.data(),
                   .key = key.data(),
                   .iv = counter.data(),
                   .auth_iv = first_block.data(),
                   .mac = mac.data()});
  if (ccm) sqe[1] ^= 0x00030000;  // Mode 5 instead of 6.
  sqe[16] = static_cast<uint32_t>(aad_bytes) << 16;
  sqe[17] = static_cast<uint32_t>(aad_bytes);
  sqe[18] = static_cast<uint32_t>(bytes);
  const auto offset = static_cast<long>(aad_bytes);
  if (RunSec(queue, sqe) != kAeadOk ||
      !std::equal(sealed.begin(), sealed.end(), target.begin() + offset) ||
      !std::equal(tag.begin(), tag.end(), mac.begin())) {
    return false;
  }
  sqe[1] = (sqe[1] & ~3u) | 0x40000002;
  source = Joined(aad, sealed);
  SetAddress(sqe, 4, AddressOf(source.data()));
  if (RunSec(queue, sqe) != kAeadOk ||
      !std::equal(plain.begin(), plain.end(), target.begin() + offset)) {
    return false;
  }
  mac[0] ^= 1;
  return RunSec(queue, sqe) == kAeadMismatch;
}

// AES-128-CBC with an HMAC over what is not ciphered and the ciphertext.
bool AuthencFits(SimQueue& queue, size_t aad_bytes, size_t bytes,
                 Random& random) {
  const ByteVector key = random.Bytes(16);
  const ByteVector auth_key = random.Bytes(32);
  const ByteVector iv = random.Bytes(16);
  const ByteVector aad = random.Bytes(aad_bytes);
  const ByteVector plain = random.Bytes(bytes);
  const auto sealed = Encipher("AES-128-CBC", key, iv, plain);
  ByteVector source = Joined(aad, plain);
  ByteVector target(source.size());
  ByteVector mac(32);
  Sqe sqe = Type3(0x223, 0x00210001,
                  {.source = source.data(),
                   .target = target.data(),
                   .key = key.data(),
                   .iv = iv.data(),
                   .auth_key = auth_key.data(),
                   .mac = mac.data()});
  sqe[14] = 0x00089081;
  sqe[16] = static_cast<uint32_t>(aad_bytes) << 16;
  sqe[17] = static_cast<uint32_t>(aad_bytes + bytes);
  sqe[18] = static_cast<uint32_t>(bytes);
  const auto offset = static_cast<long>(aad_bytes);
  if (!sealed || RunSec(queue, sqe) != kAeadOk ||
      !std::equal(sealed->begin(), sealed->end(), target.begin() + offset) ||
      mac != Hmac("SHA256", auth_key, Joined(aad, *sealed))) {
    return false;
  }
  sqe[1] = 0x40210002;
  sqe[14] = 0x00089082;
  source = Joined(aad, *sealed);
  SetAddress(sqe, 4, AddressOf(source.data()));
  if (RunSec(queue, sqe) != kAeadOk ||
      !std::equal(plain.begin(), plain.end(), target.begin() + offset)) {
    return false;
  }
  mac[31] ^= 0x80;
  return RunSec(queue, sqe) == kAeadMismatch;
}

// A GCM in parts: what is authenticated alone, whole blocks, the end.
bool GcmStreamFits(SimQueue& queue, Random& random) {
  constexpr size_t kAad = 20;
  constexpr size_t kMiddle = 4096;
  constexpr size_t kEnd = 100;
  const ByteVector key = random.Bytes(32);
  const ByteVector nonce = random.Bytes(12);
  const ByteVector aad = random.Bytes(kAad);
  const ByteVector plain = random.Bytes(kMiddle + kEnd);
  ByteVector sealed;
  ByteVector tag;
  SealedBy("AES-256-GCM", key, nonce, aad, plain, 16, sealed, tag);

  ByteVector state(16);
  ByteVector iv = Joined(nonce, {0, 0, 0, 0});
  ByteVector target(plain.size());
  Sqe sqe = Type3(0x2e3, 0x00064100,
                  {.source = aad.data(),
                   .iv = iv.data(),
                   .auth_key = key.data(),
                   .mac = state.data()});
  sqe[14] = 0x00111041;
  sqe[16] = kAad << 16;
  sqe[17] = kAad;
  sqe[27] = 0x21;
  if (RunSec(queue, sqe) != kDigestOk) return false;

  iv[15] = 1;
  sqe = Type3(0x2e3, 0x00264101,
              {.source = plain.data(),
               .target = target.data(),
               .key = key.data(),
               .iv = iv.data(),
               .auth_key = key.data(),
               .auth_iv = state.data(),
               .mac = state.data()});
  sqe[14] = 0x08001004;
  sqe[18] = kMiddle;
  sqe[27] = 0x21;
  if (RunSec(queue, sqe) != kAeadOk) return false;

  iv[14] = 1;  // 256 blocks on
  ByteVector end = Joined(nonce, {0, 0, 0, 1});
  end.resize(32);
  end = Joined(end, state);
  end.resize(64);
  ByteVector mac(16);
  sqe = Type3(0x2e3, 0x00264101,
              {.source = plain.data() + kMiddle,
               .target = target.data() + kMiddle,
               .key = key.data(),
               .iv = iv.data(),
               .auth_key = key.data(),
               .auth_iv = end.data(),
               .mac = mac.data()});
  sqe[14] = 0x08001004;
  sqe[18] = kEnd;
  SetAddress(sqe, 25, (kMiddle + kEnd) << 24 | kAad);
  sqe[27] = 0x20;
  return RunSec(queue, sqe) == kAeadOk && target == sealed && mac == tag;
}

}  // namespace

void TestSecAeads(Checks& checks) {
  SimQueue queue("hisi_sec2", 0);
  Random random(103);
  for (const bool ccm : {false, true}) {
    bool right = true;
    for (const size_t aad : {0, 1, 16, 60'000}) {
      for (const size_t bytes : {1, 4096, 40'001}) {
        for (const size_t tag : {4, 8, 16}) {
          right = right && AeadFits(queue, ccm, aad, bytes, tag, random);
        }
      }
    }
    checks.That(ccm ? "AES-256-CCM" : "AES-256-GCM", right);
  }
  bool right = true;
  for (const size_t aad : {0, 16, 1000}) {
    for (const size_t bytes : {16, 4096, 80'000}) {
      right = right && AuthencFits(queue, aad, bytes, random);
    }
  }
  checks.That("AES-128-CBC with HMAC-SHA256", right);
  checks.That("a GCM in parts", GcmStreamFits(queue, random));
  // Only says that it was there: UADK computes such an end itself.
  checks.Equal("an invalid descriptor", RunSec(queue, Type3(0x2f3, 0, {})), 1);
}

namespace {

struct HashCase {
  const char* name;
  uint32_t a_alg;
  uint32_t keyed_a_alg;
  size_t digest_bytes;
  size_t state_bytes;
  size_t block_bytes;
};

constexpr HashCase kHashes[] = {
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

Sqe HashSqe(const HashCase& test, bool keyed, const ByteVector& data,
            const ByteVector& key, ByteVector& out) {
  Sqe sqe =
      Type3(0xe3, 0,
            {.source = data.data(), .auth_key = key.data(), .mac = out.data()});
  sqe[14] = 1 | static_cast<uint32_t>(test.digest_bytes / 4) << 4 |
            (keyed ? static_cast<uint32_t>(key.size() / 4) << 9 : 0) |
            (keyed ? test.keyed_a_alg : test.a_alg) << 15;
  sqe[17] = static_cast<uint32_t>(data.size());
  return sqe;
}

ByteVector DigestOf(const HashCase& test, bool keyed, const ByteVector& key,
                    const ByteVector& data) {
  if (keyed) return Hmac(test.name, key, data);
  ByteVector digest(64);
  size_t bytes = 0;
  EVP_Q_digest(nullptr, test.name, nullptr, data.data(), data.size(),
               digest.data(), &bytes);
  digest.resize(bytes);
  return digest;
}

// FIRST, MIDDLE, END.
bool LongHashFits(SimQueue& queue, const HashCase& test, bool keyed,
                  Random& random) {
  const size_t part = test.block_bytes * 40;
  const ByteVector key = random.Bytes(32);
  const ByteVector data = random.Bytes(2 * part + 100);
  const ByteVector first(data.begin(), data.begin() + static_cast<long>(part));
  const ByteVector middle(data.begin() + static_cast<long>(part),
                          data.end() - 100);
  const ByteVector end(data.end() - 100, data.end());
  ByteVector state(64);
  Sqe sqe = HashSqe(test, keyed, first, key, state);
  sqe[27] = 1;
  if (RunSec(queue, sqe) != kDigestOk) return false;
  sqe = HashSqe(test, keyed, middle, key, state);
  sqe[14] |= 4;
  sqe[27] = 1;
  SetAddress(sqe, 8, AddressOf(state.data()));
  if (RunSec(queue, sqe) != kDigestOk) return false;
  sqe = HashSqe(test, keyed, end, key, state);
  sqe[14] |= 4;
  sqe[25] = static_cast<uint32_t>(data.size() * 8);
  SetAddress(sqe, 8, AddressOf(state.data()));
  if (RunSec(queue, sqe) != kDigestOk) return false;
  const ByteVector want = DigestOf(test, keyed, key, data);
  return std::equal(want.begin(), want.end(), state.begin());
}

bool HashFits(SimQueue& queue, const HashCase& test, bool keyed,
              Random& random) {
  for (const size_t bytes : {0, 1, 55, 56, 63, 64, 100, 4096, 100'000}) {
    const ByteVector key = random.Bytes(32);
    const ByteVector data = random.Bytes(bytes);
    ByteVector digest(test.digest_bytes);
    if (RunSec(queue, HashSqe(test, keyed, data, key, digest)) != kDigestOk ||
        digest != DigestOf(test, keyed, key, data)) {
      return false;
    }
  }
  return LongHashFits(queue, test, keyed, random);
}

bool BlockMacsFit(SimQueue& queue, Random& random) {
  const ByteVector key = random.Bytes(16);
  const ByteVector data = random.Bytes(1001);
  ByteVector mac(16);
  Sqe sqe =
      Type3(0xe3, 0,
            {.source = data.data(), .auth_key = key.data(), .mac = mac.data()});
  sqe[14] = 0x08108841;
  sqe[17] = static_cast<uint32_t>(data.size());
  ByteVector want(16);
  size_t bytes = 0;
  EVP_Q_mac(nullptr, "CMAC", nullptr, "AES-128-CBC", nullptr, key.data(), 16,
            data.data(), data.size(), want.data(), 16, &bytes);
  if (RunSec(queue, sqe) != kDigestOk || mac != want) return false;

  // RFC 3566, test case 2, with all of the MAC.
  ByteVector known_key(16);
  for (uint8_t i = 0; i < 16; ++i) known_key[i] = i;
  const ByteVector message = {0, 1, 2};
  const ByteVector known = {0x5b, 0x37, 0x65, 0x80, 0xae, 0x2f, 0x19, 0xaf,
                            0xe7, 0x21, 0x9c, 0xee, 0xf1, 0x72, 0x75, 0x6f};
  sqe[14] = 0x08100841;
  sqe[17] = 3;
  SetAddress(sqe, 4, AddressOf(message.data()));
  SetAddress(sqe, 6, AddressOf(known_key.data()));
  if (RunSec(queue, sqe) != kDigestOk || mac != known) return false;

  // GMAC: a GCM with nothing to cipher.
  const ByteVector nonce = random.Bytes(12);
  ByteVector sealed;
  SealedBy("AES-128-GCM", key, nonce, data, {}, 16, sealed, want);
  const ByteVector iv = Joined(nonce, {0, 0, 0, 0});
  sqe = Type3(0x23, 0,
              {.source = data.data(),
               .auth_key = key.data(),
               .auth_iv = iv.data(),
               .mac = mac.data()});
  sqe[14] = 0x08110845;
  sqe[17] = static_cast<uint32_t>(data.size());
  return RunSec(queue, sqe) == kDigestOk && mac == want;
}

}  // namespace

void TestSecDigests(Checks& checks) {
  SimQueue queue("hisi_sec2", 0);
  Random random(107);
  for (const HashCase& test : kHashes) {
    checks.That(test.name, HashFits(queue, test, false, random));
    checks.That(std::string("HMAC ") + test.name,
                HashFits(queue, test, true, random));
  }
  checks.That("CMAC, XCBC and GMAC", BlockMacsFit(queue, random));
}

// The same by descriptors of type 2, which later versions take as well.
void TestSecType2(Checks& checks) {
  SimQueue queue("hisi_sec2", 0);
  Random random(109);
  const ByteVector key = random.Bytes(32);
  const ByteVector iv = random.Bytes(16);
  const ByteVector plain = random.Bytes(4096);
  ByteVector target(4096);
  ByteVector mac(64);
  const Operands operands = {.source = plain.data(),
                             .target = target.data(),
                             .key = key.data(),
                             .iv = iv.data(),
                             .auth_key = key.data(),
                             .mac = mac.data()};
  Sqe sqe = Type2(0xa12, operands);
  sqe[3] = 0x00027000;
  sqe[5] = 4096;
  checks.That("XTS of type 2",
              RunSec(queue, sqe) == kCipherOk &&
                  target == Encipher("AES-128-XTS", key, iv, plain));
  const ByteVector des_key = random.Bytes(8);
  sqe = Type2(0xa12, operands);
  sqe[3] = 0x00001001;
  sqe[5] = 4096;
  SetAddress(sqe, 22, AddressOf(des_key.data()));
  const ByteVector three = Joined(des_key, Joined(des_key, des_key));
  checks.That("DES of type 2",
              RunSec(queue, sqe) == kCipherOk &&
                  target == Encipher("DES-EDE3-CBC", three, iv, plain));
  sqe = Type2(0x842, operands);
  sqe[2] = 0x00008908;
  sqe[4] = 4096;
  ByteVector want = Hmac("SHA256", key, plain);
  checks.That("HMAC of type 2",
              RunSec(queue, sqe) == kDigestOk &&
                  std::equal(want.begin(), want.end(), mac.begin()));
  const ByteVector aad(plain.begin(), plain.begin() + 16);
  const ByteVector payload(plain.begin() + 16, plain.end());
  ByteVector sealed;
  ByteVector tag;
  SealedBy("AES-256-GCM", key, {iv.begin(), iv.begin() + 12}, aad, payload, 16,
           sealed, tag);
  sqe = Type2(0xa12, operands);
  sqe[3] = 0x00026410;
  sqe[4] = 16;
  sqe[5] = 4080;
  sqe[6] = 0x00100000;
  checks.That(
      "GCM of type 2",
      RunSec(queue, sqe) == kAeadOk &&
          std::equal(sealed.begin(), sealed.end(), target.begin() + 16) &&
          std::equal(tag.begin(), tag.end(), mac.begin()));
}

void TestSecErrors(Checks& checks) {
  SimQueue queue("hisi_sec2", 0);
  Random random(113);
  const ByteVector bytes = random.Bytes(4096);
  ByteVector target(4096);
  const Operands operands = {.source = bytes.data(),
                             .target = target.data(),
                             .key = bytes.data(),
                             .iv = bytes.data(),
                             .auth_key = bytes.data(),
                             .auth_iv = bytes.data(),
                             .mac = target.data()};
  const auto error = [&](Sqe sqe) -> long {
    return ErrorOf(RunSec(queue, sqe));
  };
  Sqe good = Type3(0x223, 0x00210001, operands);
  good[18] = 4096;
  checks.Equal("good", error(good), 0);
  Sqe sqe = good;
  sqe[0] = 0x221;
  checks.Equal("type 1", error(sqe), HISI_SEC_SIM_BD_TYPE);
  sqe = good;
  sqe[18] = 4095;
  checks.Equal("part of a block", error(sqe), HISI_SEC_SIM_DATA_LENGTH);
  sqe = good;
  sqe[1] = 0x00216001;
  checks.Equal("no such key", error(sqe), HISI_SEC_SIM_KEY_LENGTH);
  sqe = good;
  sqe[1] = 0x00280001;
  checks.Equal("no such mode", error(sqe), HISI_SEC_SIM_UNSUPPORTED);
  sqe = good;
  sqe[1] = 0x00210000;
  checks.Equal("nothing to do", error(sqe), HISI_SEC_SIM_FIELDS);
  sqe = good;
  sqe[0] |= 0x1000;  // A PRP.
  checks.Equal("no such list", error(sqe), HISI_SEC_SIM_UNSUPPORTED);
  for (const unsigned word : {4, 12, 19, 23}) {
    sqe = good;
    SetAddress(sqe, word, 0x10);
    checks.Equal("no memory", error(sqe), HISI_SEC_SIM_ADDRESS);
  }
  sqe = Type3(0x223, 0x00264011, operands);
  sqe[18] = 4096;
  checks.Equal("a tag too short", error(sqe), HISI_SEC_SIM_MAC_LENGTH);
}

}  // namespace uacced::vm
