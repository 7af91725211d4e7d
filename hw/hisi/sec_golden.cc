#include "hw/hisi/sec_golden.h"

#include <cstdlib>
#include <initializer_list>
#include <utility>

#include "hw/hisi/abi/sec.h"

namespace uacced::hw::hisi {
namespace {

// Addresses of one kind of request: where they stand in both types.
struct Field {
  unsigned type2, type3;
  uint64_t value;
};
constexpr Field kTag = {10, 2, kGoldenTag};
constexpr Field kSource = {24, 4, kGoldenSource};
constexpr Field kDestination = {26, 19, kGoldenDestination};
constexpr Field kMac = {18, 21, kGoldenMac};
constexpr Field kCipherKey = {22, 12, kGoldenCipherKey};
constexpr Field kCipherIv = {20, 23, kGoldenCipherIv};
constexpr Field kAuthKey = {16, 6, kGoldenAuthKey};
constexpr Field kAuthIv = {14, 8, kGoldenAuthIv};

using Fields = std::vector<Field>;
const Fields kCipherFields = {kTag, kSource, kDestination, kCipherKey,
                              kCipherIv};
const Fields kAeadFields = {kTag,       kSource,   kDestination, kMac,
                            kCipherKey, kCipherIv, kAuthKey,     kAuthIv};
const Fields kHashFields = {kTag, kSource, kMac};
const Fields kHmacFields = {kTag, kSource, kMac, kAuthKey};
// Long hashes: the state's place is where the result goes.
constexpr Field kState = {14, 8, kGoldenMac};

GoldenDwords With(GoldenDwords dwords, const Fields& fields,
                  unsigned Field::*place) {
  if (dwords.empty()) return dwords;
  for (const Field& field : fields) {
    const auto low = static_cast<uint32_t>(field.value);
    const auto high = static_cast<uint32_t>(field.value >> 32);
    if (low != 0) dwords[field.*place] = low;
    if (high != 0) dwords[field.*place + 1] = high;
  }
  return dwords;
}

// `command` has everything but tag and addresses.
SecGolden Make(std::string name, SecCommand command, const Fields& fields,
               GoldenDwords type2, GoldenDwords type3) {
  for (const Field& field : fields) {
    if (field.type2 == kTag.type2) command.tag = field.value;
    if (field.type2 == kSource.type2) command.source = field.value;
    if (field.type2 == kDestination.type2) command.destination = field.value;
    if (field.type2 == kMac.type2) command.mac = field.value;
    if (field.type2 == kCipherKey.type2) command.c_key = field.value;
    if (field.type2 == kCipherIv.type2) command.c_iv = field.value;
    if (field.type2 == kAuthKey.type2) command.a_key = field.value;
    if (field.type2 == kAuthIv.type2) command.a_iv = field.value;
  }
  return {std::move(name), command,
          With(std::move(type2), fields, &Field::type2),
          With(std::move(type3), fields, &Field::type3)};
}

SecCommand Cipher(uint8_t direction, uint8_t alg, uint8_t mode, uint8_t key) {
  SecCommand command;
  command.scene = HISI_SEC_SCENE_IPSEC;
  command.cipher = direction;
  command.c_alg = alg;
  command.c_mode = mode;
  command.c_key_len = key;
  command.has_destination = true;
  command.c_bytes = 4096;
  command.prefetch = true;
  return command;
}

SecCommand Encrypt(uint8_t alg, uint8_t mode, uint8_t key) {
  return Cipher(HISI_SEC_CIPHER_ENCRYPT, alg, mode, key);
}

SecCommand Decrypt(uint8_t alg, uint8_t mode, uint8_t key) {
  return Cipher(HISI_SEC_CIPHER_DECRYPT, alg, mode, key);
}

SecCommand Aead(uint8_t direction, uint8_t mode, uint8_t key,
                uint8_t tag_bytes) {
  SecCommand command = Cipher(direction, HISI_SEC_C_AES, mode, key);
  command.seq = direction == HISI_SEC_CIPHER_DECRYPT;
  command.icv_bytes = tag_bytes;
  command.a_bytes = command.cipher_offset_bytes = 16;
  return command;
}

SecCommand Digest(uint8_t alg, uint8_t mac_words, uint8_t key_words,
                  uint32_t bytes) {
  SecCommand command;
  command.auth = HISI_SEC_AUTH_COMPUTE;
  command.a_alg = alg;
  command.mac_words = mac_words;
  command.a_key_words = key_words;
  command.a_bytes = bytes;
  command.prefetch = true;
  return command;
}

void AsLists(SecCommand& command) {
  command.source_type = HISI_SEC_ADDR_SGL;
  if (command.has_destination) command.destination_type = HISI_SEC_ADDR_SGL;
  command.prefetch = false;
}

void AddCiphers(std::vector<SecGolden>& all) {
  const uint8_t aes = HISI_SEC_C_AES, sm4 = HISI_SEC_C_SM4;
  all.push_back(
      Make("aes-128-xts", Encrypt(aes, HISI_SEC_MODE_XTS, 0), kCipherFields,
           {{0, 0xa12}, {3, 0x27000}, {5, 0x1000}},
           {{0, 0x223}, {1, 0x270001}, {14, 0x8000000}, {18, 0x1000}}));
  all.push_back(
      Make("aes-256-xts", Encrypt(aes, HISI_SEC_MODE_XTS, 2), kCipherFields,
           {{0, 0xa12}, {3, 0x27400}, {5, 0x1000}},
           {{0, 0x223}, {1, 0x274001}, {14, 0x8000000}, {18, 0x1000}}));
  SecCommand command = Encrypt(sm4, HISI_SEC_MODE_XTS, 0);
  command.count_mode = HISI_SEC3_SM4_XTS_GB;
  all.push_back(
      Make("sm4-xts of GB/T", command, kCipherFields, {},
           {{0, 0x223}, {1, 0x370001}, {14, 0xa000000}, {18, 0x1000}}));
  command = Encrypt(aes, HISI_SEC_MODE_CTR, 2);
  command.count_mode = HISI_SEC3_CTR_ROLLOVER_128;
  all.push_back(
      Make("aes-256-ctr", command, kCipherFields, {},
           {{0, 0x223}, {1, 0x244001}, {14, 0xc000000}, {18, 0x1000}}));
  command.scene = HISI_SEC_SCENE_NONE;
  all.push_back(Make("aes-256-ctr of OP-TEE", command, kCipherFields,
                     {{0, 0x212}, {3, 0x24400}, {5, 0x1000}}, {}));
  all.push_back(
      Make("sm4-cbc", Encrypt(sm4, HISI_SEC_MODE_CBC, 0), kCipherFields,
           {{0, 0xa12}, {3, 0x31000}, {5, 0x1000}},
           {{0, 0x223}, {1, 0x310001}, {14, 0x8000000}, {18, 0x1000}}));
  all.push_back(
      Make("sm4-cbc decrypt", Decrypt(sm4, HISI_SEC_MODE_CBC, 0), kCipherFields,
           {{0, 0xa22}, {3, 0x31000}, {5, 0x1000}},
           {{0, 0x223}, {1, 0x310002}, {14, 0x8000000}, {18, 0x1000}}));
  all.push_back(
      Make("aes-192-ecb decrypt",
           Decrypt(aes, HISI_SEC_MODE_ECB, HISI_SEC_KEY_AES_192),
           {kTag, kSource, kDestination, kCipherKey},
           {{0, 0xa22}, {3, 0x20200}, {5, 0x1000}},
           {{0, 0x223}, {1, 0x202002}, {14, 0x8000000}, {18, 0x1000}}));
  command = Encrypt(aes, HISI_SEC_MODE_CBC, 0);
  AsLists(command);
  all.push_back(Make("aes-128-cbc by lists", command, kCipherFields,
                     {{0, 0x48a12}, {3, 0x21000}, {5, 0x1000}},
                     {{0, 0x4a23}, {1, 0x210001}, {18, 0x1000}}));
  command = Encrypt(aes, HISI_SEC_MODE_CBC_CS, 0);
  command.c_width = HISI_SEC_CS3;
  all.push_back(
      Make("aes-128-cbc-cs3", command, kCipherFields, {},
           {{0, 0x223}, {1, 0x290c01}, {14, 0x8000000}, {18, 0x1000}}));
}

void AddDes(std::vector<SecGolden>& all) {
  all.push_back(
      Make("3des-cbc",
           Encrypt(HISI_SEC_C_3DES, HISI_SEC_MODE_CBC, HISI_SEC_KEY_3DES_3KEY),
           kCipherFields, {{0, 0xa12}, {3, 0x11200}, {5, 0x1000}},
           {{0, 0x223}, {1, 0x112001}, {14, 0x8000000}, {18, 0x1000}}));
  all.push_back(Make(
      "des-cbc", Encrypt(HISI_SEC_C_DES, HISI_SEC_MODE_CBC, HISI_SEC_KEY_DES),
      kCipherFields, {},
      {{0, 0x223}, {1, 0x12001}, {14, 0x8000000}, {18, 0x1000}}));
  // UADK's key length lands in the tag's.
  SecCommand command = Encrypt(HISI_SEC_C_DES, HISI_SEC_MODE_CBC, 0);
  command.icv_bytes = HISI_SEC_KEY_DES;
  all.push_back(Make("des-cbc of UADK", command, kCipherFields,
                     {{0, 0xa12}, {3, 0x1001}, {5, 0x1000}}, {}));
}

void AddAead(std::vector<SecGolden>& all) {
  const uint8_t encrypt = HISI_SEC_CIPHER_ENCRYPT;
  const uint8_t decrypt = HISI_SEC_CIPHER_DECRYPT;
  const GoldenDwords lengths2 = {{4, 0x10}, {5, 0x1000}, {6, 0x100000}};
  const GoldenDwords lengths3 = {{16, 0x100000}, {17, 0x10}, {18, 0x1000}};
  const auto type2 = [&](uint32_t dw0, uint32_t dw3) {
    GoldenDwords dwords = lengths2;
    dwords[0] = dw0, dwords[3] = dw3;
    return dwords;
  };
  const auto type3 = [&](uint32_t dw0, uint32_t dw1, uint32_t dw14) {
    GoldenDwords dwords = lengths3;
    dwords[0] = dw0, dwords[1] = dw1, dwords[14] = dw14;
    return dwords;
  };
  SecCommand command = Aead(encrypt, HISI_SEC_MODE_GCM, 2, 16);
  all.push_back(Make("aes-256-gcm", command, kAeadFields, type2(0xa12, 0x26410),
                     type3(0x223, 0x264101, 0x8000000)));
  // Linux: scene 0, the field of CTR in every descriptor.
  command.scene = HISI_SEC_SCENE_NONE;
  command.count_mode = HISI_SEC3_CTR_ROLLOVER_128;
  AsLists(command);
  all.push_back(Make("aes-256-gcm of Linux", command, kAeadFields,
                     type2(0x48212, 0x26410),
                     type3(0x4a03, 0x264101, 0x4000000)));
  command.cipher = decrypt;
  command.seq = HISI_SEC_DIGEST_THEN_CIPHER;
  all.push_back(Make("aes-256-gcm decrypt of Linux", command, kAeadFields,
                     type2(0x48322, 0x26410),
                     type3(0x4a03, 0x40264102, 0x4000000)));
  all.push_back(Make(
      "aes-256-gcm decrypt", Aead(decrypt, HISI_SEC_MODE_GCM, 2, 16),
      kAeadFields, type2(0xb22, 0x26410), type3(0x223, 0x40264102, 0x8000000)));
  all.push_back(Make("aes-128-ccm", Aead(encrypt, HISI_SEC_MODE_CCM, 0, 8),
                     kAeadFields, type2(0xa12, 0x25008),
                     type3(0x223, 0x250081, 0x8000000)));

  command = Aead(encrypt, HISI_SEC_MODE_CBC, 0, 0);
  command.auth = HISI_SEC_AUTH_COMPUTE;
  command.a_alg = HISI_SEC_A_HMAC + HISI_SEC_A_SHA256;
  command.mac_words = command.a_key_words = 8;
  command.a_bytes = 0x1010;
  GoldenDwords two = type2(0xa52, 0x21000);
  two[2] = 0x8908, two[4] = 0x1010;
  GoldenDwords three = type3(0x223, 0x210001, 0x8089081);
  three[17] = 0x1010;
  all.push_back(Make("authenc", command, kAeadFields, two, three));
  command.cipher = decrypt;
  command.auth = HISI_SEC_AUTH_VERIFY;
  command.seq = HISI_SEC_DIGEST_THEN_CIPHER;
  two[0] = 0xba2;
  three[1] = 0x40210002, three[14] = 0x8089082;
  all.push_back(Make("authenc decrypt", command, kAeadFields, two, three));
}

void AddGcmStreams(std::vector<SecGolden>& all) {
  const Fields first = {kTag, kSource, kDestination, kMac, kCipherIv, kAuthKey};
  SecCommand command = Digest(HISI_SEC_A_AES_GMAC, 4, 8, 16);
  command.scene = HISI_SEC_SCENE_STREAM;
  command.has_destination = true;
  command.cipher_offset_bytes = 16;
  command.a_pad = HISI_SEC_NO_PAD;
  command.mac_sel = true;
  command.prefetch = false;
  all.push_back(Make(
      "gcm stream FIRST", command, first,
      {{0, 0x3a42}, {1, 0x400}, {2, 0x11104}, {4, 0x10}, {6, 0x100000}}, {}));
  command.c_mode = HISI_SEC_MODE_GCM;
  command.c_key_len = HISI_SEC_KEY_AES_256;
  command.icv_bytes = 16;
  all.push_back(Make("gcm stream FIRST, type 3", command, first, {},
                     {{0, 0x2e3},
                      {1, 0x64100},
                      {14, 0x111041},
                      {16, 0x100000},
                      {17, 0x10},
                      {27, 0x21}}));

  command = Encrypt(HISI_SEC_C_AES, HISI_SEC_MODE_GCM, 2);
  command.scene = HISI_SEC_SCENE_STREAM;
  command.icv_bytes = 16;
  command.ai_gen = HISI_SEC_AI_FROM_ADDR;
  command.a_pad = HISI_SEC_NO_PAD;
  command.a_key_words = 8;
  command.mac_sel = true;
  all.push_back(Make(
      "gcm stream MIDDLE", command, kAeadFields,
      {{0, 0x3a12}, {1, 0x500}, {2, 0x100}, {3, 0x26410}, {5, 0x1000}},
      {{0, 0x2e3}, {1, 0x264101}, {14, 0x8001004}, {18, 0x1000}, {27, 0x21}}));
  command.a_pad = HISI_SEC_PAD;
  command.c_bytes = 100;
  command.long_a_data_len = 16 | uint64_t{4196} << 24;
  all.push_back(Make("gcm stream END of V5", command, kAeadFields, {},
                     {{0, 0x2e3},
                      {1, 0x264101},
                      {14, 0x8001004},
                      {18, 0x64},
                      {25, 0x64000010},
                      {26, 0x10},
                      {27, 0x20}}));
}

// UADK's scene of digests differs: 1 on type 2, 7 on type 3.
void AddDigest(std::vector<SecGolden>& all, const std::string& name,
               SecCommand command, const Fields& fields,
               const GoldenDwords& type2, const GoldenDwords& type3) {
  if (!type2.empty()) {
    command.scene = HISI_SEC_SCENE_IPSEC;
    all.push_back(Make(name, command, fields, type2, {}));
  }
  if (!type3.empty()) {
    command.scene = HISI_SEC_SCENE_STREAM;
    all.push_back(Make(name + ", type 3", command, fields, {}, type3));
  }
}

void AddDigests(std::vector<SecGolden>& all) {
  const uint8_t hmac = HISI_SEC_A_HMAC;
  AddDigest(all, "sha256", Digest(HISI_SEC_A_SHA256, 8, 0, 4096), kHashFields,
            {{0, 0x842}, {2, 0x808}, {4, 0x1000}},
            {{0, 0xe3}, {14, 0x8008081}, {17, 0x1000}});
  AddDigest(all, "sha512", Digest(HISI_SEC_A_SHA512, 16, 0, 4096), kHashFields,
            {{0, 0x842}, {2, 0x2810}, {4, 0x1000}},
            {{0, 0xe3}, {14, 0x8028101}, {17, 0x1000}});
  AddDigest(all, "hmac-sha256", Digest(hmac + HISI_SEC_A_SHA256, 8, 8, 4096),
            kHmacFields, {{0, 0x842}, {2, 0x8908}, {4, 0x1000}},
            {{0, 0xe3}, {14, 0x8089081}, {17, 0x1000}});
  AddDigest(all, "hmac-sha512", Digest(hmac + HISI_SEC_A_SHA512, 16, 32, 4096),
            kHmacFields, {{0, 0x842}, {2, 0xac10}, {4, 0x1000}},
            {{0, 0xe3}, {14, 0x80ac101}, {17, 0x1000}});
  SecCommand command = Digest(HISI_SEC_A_SHA1, 5, 0, 64);
  AsLists(command);
  AddDigest(all, "sha1 by lists", command, kHashFields,
            {{0, 0x8842}, {2, 0x5}, {4, 0x40}},
            {{0, 0x8e3}, {14, 0x51}, {17, 0x40}});
  command = Digest(HISI_SEC_A_AES_CMAC, 4, 4, 4096);
  AddDigest(all, "aes-128-cmac", command, kHmacFields, {},
            {{0, 0xe3}, {14, 0x8108841}, {17, 0x1000}});
  command = Digest(HISI_SEC_A_AES_GMAC, 4, 4, 4096);
  command.scene = HISI_SEC_SCENE_IPSEC;
  command.ai_gen = HISI_SEC_AI_FROM_ADDR;
  Fields fields = kHmacFields;
  fields.push_back(kAuthIv);
  all.push_back(Make("aes-128-gmac", command, fields, {},
                     {{0, 0x23}, {14, 0x8110845}, {17, 0x1000}}));
}

void AddLongHashes(std::vector<SecGolden>& all) {
  Fields with_state = kHashFields;
  with_state.push_back(kState);
  SecCommand command = Digest(HISI_SEC_A_SHA256, 0, 0, 4096);
  command.a_pad = HISI_SEC_NO_PAD;
  AddDigest(all, "sha256 FIRST", command, kHashFields,
            {{0, 0x842}, {1, 0x400}, {2, 0x800}, {4, 0x1000}},
            {{0, 0xe3}, {14, 0x8008001}, {17, 0x1000}, {27, 1}});
  command.ai_gen = HISI_SEC_AI_FROM_ADDR;
  command.a_iv = kGoldenMac;
  AddDigest(all, "sha256 MIDDLE", command, with_state,
            {{0, 0x842}, {1, 0x500}, {2, 0x800}, {4, 0x1000}},
            {{0, 0xe3}, {14, 0x8008005}, {17, 0x1000}, {27, 1}});
  command = Digest(HISI_SEC_A_SHA256, 8, 0, 100);
  command.ai_gen = HISI_SEC_AI_FROM_ADDR;
  command.a_iv = kGoldenMac;
  command.long_a_data_len = 0x10320;
  AddDigest(all, "sha256 END", command, with_state,
            {{0, 0x842}, {1, 0x100}, {2, 0x808}, {4, 0x64}, {12, 0x10320}},
            {{0, 0xe3}, {14, 0x8008085}, {17, 0x64}, {25, 0x10320}});
  command = Digest(HISI_SEC_A_SM3, 8, 0, 4096);
  command.a_pad = HISI_SEC_NO_PAD;
  AddDigest(all, "sm3 FIRST", command, kHashFields,
            {{0, 0x842}, {1, 0x400}, {2, 0x12808}, {4, 0x1000}},
            {{0, 0xe3}, {14, 0x8128081}, {17, 0x1000}, {27, 1}});
}

}  // namespace

std::vector<SecGolden> SecGoldens() {
  std::vector<SecGolden> all;
  AddCiphers(all);
  AddDes(all);
  AddAead(all);
  AddGcmStreams(all);
  AddDigests(all);
  AddLongHashes(all);
  return all;
}

SecGolden SecGoldenOf(const std::string& name) {
  for (SecGolden& golden : SecGoldens()) {
    if (golden.name == name) return golden;
  }
  std::abort();
}

}  // namespace uacced::hw::hisi
