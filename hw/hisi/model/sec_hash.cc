// The compression functions are reached through OpenSSL's older interface, the
// only one that shows them.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "hw/hisi/model/sec_hash.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

#include <algorithm>

#include "hw/hisi/abi/sec.h"
#include "hw/hisi/abi/sec_facts.h"
#include "hw/hisi/model/sm3_compress.h"

namespace uacced::hw::hisi {
namespace {

void CompressMd5(HashWords& words, const uint8_t* blocks, size_t count) {
  MD5_CTX context = {};
  context.A = static_cast<uint32_t>(words[0]);
  context.B = static_cast<uint32_t>(words[1]);
  context.C = static_cast<uint32_t>(words[2]);
  context.D = static_cast<uint32_t>(words[3]);
  for (size_t i = 0; i < count; ++i) {
    MD5_Transform(&context, blocks + i * MD5_CBLOCK);
  }
  words = {context.A, context.B, context.C, context.D};
}

void CompressSha1(HashWords& words, const uint8_t* blocks, size_t count) {
  SHA_CTX context = {};
  context.h0 = static_cast<uint32_t>(words[0]);
  context.h1 = static_cast<uint32_t>(words[1]);
  context.h2 = static_cast<uint32_t>(words[2]);
  context.h3 = static_cast<uint32_t>(words[3]);
  context.h4 = static_cast<uint32_t>(words[4]);
  for (size_t i = 0; i < count; ++i) {
    SHA1_Transform(&context, blocks + i * SHA_CBLOCK);
  }
  words = {context.h0, context.h1, context.h2, context.h3, context.h4};
}

void CompressSha256(HashWords& words, const uint8_t* blocks, size_t count) {
  SHA256_CTX context = {};
  std::copy(words.begin(), words.end(), context.h);
  for (size_t i = 0; i < count; ++i) {
    SHA256_Transform(&context, blocks + i * SHA256_CBLOCK);
  }
  std::copy_n(context.h, words.size(), words.begin());
}

void CompressSha512(HashWords& words, const uint8_t* blocks, size_t count) {
  SHA512_CTX context = {};
  std::copy(words.begin(), words.end(), context.h);
  for (size_t i = 0; i < count; ++i) {
    SHA512_Transform(&context, blocks + i * SHA512_CBLOCK);
  }
  std::copy_n(context.h, words.size(), words.begin());
}

void CompressSm3(HashWords& words, const uint8_t* blocks, size_t count) {
  Sm3State state;
  std::copy(words.begin(), words.end(), state.begin());
  for (size_t i = 0; i < count; ++i) Sm3Compress(state, blocks + i * 64);
  std::copy(state.begin(), state.end(), words.begin());
}

// RFC 1321; FIPS 180-4, section 5.3; GB/T 32905-2016.
constexpr HashAlgorithm kMd5 = {
    HISI_SEC_MD5_BYTES,
    true,
    {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476},
    CompressMd5};
constexpr HashAlgorithm kSha1 = {
    HISI_SEC_SHA1_BYTES,
    false,
    {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0},
    CompressSha1};
constexpr HashAlgorithm kSha224 = {
    HISI_SEC_SHA224_BYTES,
    false,
    {0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511,
     0x64f98fa7, 0xbefa4fa4},
    CompressSha256};
constexpr HashAlgorithm kSha256 = {
    HISI_SEC_SHA256_BYTES,
    false,
    {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
     0x1f83d9ab, 0x5be0cd19},
    CompressSha256};
constexpr HashAlgorithm kSha384 = {
    HISI_SEC_SHA384_BYTES,
    false,
    {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17,
     0x152fecd8f70e5939, 0x67332667ffc00b31, 0x8eb44a8768581511,
     0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4},
    CompressSha512};
constexpr HashAlgorithm kSha512 = {
    HISI_SEC_SHA512_BYTES,
    false,
    {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
     0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
     0x1f83d9abfb41bd6b, 0x5be0cd19137e2179},
    CompressSha512};
constexpr HashAlgorithm kSha512_224 = {
    HISI_SEC_SHA512_224_BYTES,
    false,
    {0x8c3d37c819544da2, 0x73e1996689dcd4d6, 0x1dfab7ae32ff9c82,
     0x679dd514582f9fcf, 0x0f6d2b697bd44da8, 0x77e36f7304c48942,
     0x3f9d85a86a1d36c8, 0x1112e6ad91d692a1},
    CompressSha512};
constexpr HashAlgorithm kSha512_256 = {
    HISI_SEC_SHA512_256_BYTES,
    false,
    {0x22312194fc2bf72c, 0x9f555fa3c84c64c2, 0x2393b86b6f53b151,
     0x963877195940eabd, 0x96283ee2a88effe3, 0xbe5e1e2553863992,
     0x2b0199fc2c85b8aa, 0x0eb72ddc81c52ca2},
    CompressSha512};
constexpr HashAlgorithm kSm3 = {
    HISI_SEC_SM3_BYTES,
    false,
    {0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa,
     0xe38dee4d, 0xb0fb0e4e},
    CompressSm3};

const HashAlgorithm* FindPlain(uint32_t a_alg) {
  switch (a_alg) {
    case HISI_SEC_A_SHA1:
      return &kSha1;
    case HISI_SEC_A_SHA256:
      return &kSha256;
    case HISI_SEC_A_MD5:
      return &kMd5;
    case HISI_SEC_A_SHA224:
      return &kSha224;
    case HISI_SEC_A_SHA384:
      return &kSha384;
    case HISI_SEC_A_SHA512:
      return &kSha512;
    case HISI_SEC_A_SHA512_224:
      return &kSha512_224;
    case HISI_SEC_A_SHA512_256:
      return &kSha512_256;
    case HISI_SEC_A_SM3:
      return &kSm3;
    default:
      return nullptr;
  }
}

// Where byte `i` of a word stands, in bits.
uint32_t ByteShift(uint32_t i, uint32_t word_bytes, bool little_endian) {
  return 8 * (little_endian ? i : word_bytes - 1 - i);
}

}  // namespace

SecHash FindSecHash(uint32_t a_alg) {
  if (a_alg == HISI_SEC_A_HMAC_SM3) return {&kSm3, true};
  const bool keyed = (a_alg & ~7u) == HISI_SEC_A_HMAC;
  return {FindPlain(keyed ? a_alg - HISI_SEC_A_HMAC : a_alg), keyed};
}

void RunningHash::Import(Bytes state) {
  const uint32_t word_bytes = algorithm_.word_bytes;
  words_ = {};
  for (uint32_t i = 0; i < algorithm_.state_bytes; ++i) {
    words_[i / word_bytes] |= uint64_t{state[i]}
                              << ByteShift(i % word_bytes, word_bytes,
                                           algorithm_.little_endian);
  }
}

void RunningHash::Export(MutableBytes state) const {
  const uint32_t word_bytes = algorithm_.word_bytes;
  for (uint32_t i = 0; i < state.size(); ++i) {
    state[i] = static_cast<uint8_t>(
        words_[i / word_bytes] >>
        ByteShift(i % word_bytes, word_bytes, algorithm_.little_endian));
  }
}

void RunningHash::Absorb(Bytes blocks) {
  algorithm_.compress(words_, blocks.data(),
                      blocks.size() / algorithm_.block_bytes);
}

void RunningHash::AbsorbKey(Bytes key, uint8_t pad) {
  uint8_t block[kMaxHashBlockBytes] = {};
  std::copy(key.begin(), key.end(), block);
  for (uint8_t& byte : block) byte ^= pad;
  Absorb({block, algorithm_.block_bytes});
}

void RunningHash::Finish(Bytes rest, uint64_t message_bits,
                         MutableBytes digest) {
  const uint32_t block_bytes = algorithm_.block_bytes;
  const size_t tail_bytes = rest.size() % block_bytes;
  Absorb(rest.first(rest.size() - tail_bytes));
  // What is left, a one bit, and the length at the end of a block; its field
  // has two words.
  uint8_t last[2 * kMaxHashBlockBytes] = {};
  std::copy(rest.end() - tail_bytes, rest.end(), last);
  last[tail_bytes] = 0x80;
  const size_t needed_bytes =
      tail_bytes + 1 + size_t{2} * algorithm_.word_bytes;
  const size_t last_bytes =
      needed_bytes <= block_bytes ? block_bytes : 2 * block_bytes;
  for (uint32_t i = 0; i < 8; ++i) {
    last[last_bytes - 8 + i] = static_cast<uint8_t>(
        message_bits >> ByteShift(i, 8, algorithm_.little_endian));
  }
  Absorb({last, last_bytes});
  Export(digest.first(algorithm_.digest_bytes));
}

void FinishHmac(const HashAlgorithm& algorithm, Bytes key,
                MutableBytes digest) {
  RunningHash outer(algorithm);
  outer.AbsorbKey(key, kHmacOuterPad);
  const Bytes inner = digest.first(algorithm.digest_bytes);
  outer.Finish(inner, 8 * (algorithm.block_bytes + inner.size()), digest);
}

}  // namespace uacced::hw::hisi
