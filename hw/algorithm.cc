#include "hw/algorithm.h"

namespace uacced::hw {
namespace {

constexpr AlgorithmInfo Compression(absl::string_view name, int8_t min_level,
                                    int8_t max_level, int8_t default_level) {
  return {name,      Family::kCompression, 0, 0, 0, 0, 0, min_level,
          max_level, default_level};
}

constexpr AlgorithmInfo Cipher(absl::string_view name, Family family,
                               uint16_t key_bytes, uint16_t nonce_bytes,
                               uint16_t min_nonce_bytes,
                               uint16_t max_nonce_bytes) {
  return {
      name, family, key_bytes, nonce_bytes, min_nonce_bytes, max_nonce_bytes, 0,
      0,    0,      0};
}

constexpr AlgorithmInfo Hash(absl::string_view name, uint16_t digest_bytes) {
  return {name, Family::kHash, 0, 0, 0, 0, digest_bytes, 0, 0, 0};
}

constexpr AlgorithmInfo Hmac(absl::string_view name, uint16_t digest_bytes) {
  return {name, Family::kHmac, digest_bytes, 0, 0, 0, digest_bytes, 0, 0, 0};
}

// In the order of the enum; CCM's 12-byte nonce leaves 3 bytes for lengths.
constexpr AlgorithmInfo kInfos[] = {
    {"none", Family::kNone, 0, 0, 0, 0, 0, 0, 0, 0},
    Compression("gzip", 0, 12, 6),
    Compression("zlib", 0, 12, 6),
    Compression("deflate", 0, 12, 6),
    Compression("zstd", 1, 19, 3),
    Compression("lz4", 0, 12, 0),
    Cipher("aes-128-gcm", Family::kAead, 16, 12, 1, 128),
    Cipher("aes-256-gcm", Family::kAead, 32, 12, 1, 128),
    Cipher("aes-128-ccm", Family::kAead, 16, 12, 7, 13),
    Cipher("aes-256-ccm", Family::kAead, 32, 12, 7, 13),
    Cipher("chacha20-poly1305", Family::kAead, 32, 12, 12, 12),
    Cipher("aes-128-xts", Family::kCipher, 32, 16, 16, 16),
    Cipher("aes-256-xts", Family::kCipher, 64, 16, 16, 16),
    Cipher("aes-128-ctr", Family::kCipher, 16, 16, 16, 16),
    Cipher("aes-256-ctr", Family::kCipher, 32, 16, 16, 16),
    Cipher("aes-128-cbc", Family::kCipher, 16, 16, 16, 16),
    Cipher("aes-256-cbc", Family::kCipher, 32, 16, 16, 16),
    Cipher("sm4-xts", Family::kCipher, 32, 16, 16, 16),
    Cipher("sm4-ctr", Family::kCipher, 16, 16, 16, 16),
    Cipher("sm4-cbc", Family::kCipher, 16, 16, 16, 16),
    Cipher("xaes-256-gcm", Family::kAead, 32, 24, 24, 24),
    Hash("sha1", 20),
    Hash("sha224", 28),
    Hash("sha256", 32),
    Hash("sha384", 48),
    Hash("sha512", 64),
    Hash("sm3", 32),
    Hmac("hmac-sha1", 20),
    Hmac("hmac-sha224", 28),
    Hmac("hmac-sha256", 32),
    Hmac("hmac-sha384", 48),
    Hmac("hmac-sha512", 64),
    Hmac("hmac-sm3", 32),
};
static_assert(std::size(kInfos) == kAlgorithmCount);

constexpr absl::string_view kOperationNames[] = {
    "copy", "compress", "decompress", "encrypt", "decrypt", "digest"};
static_assert(std::size(kOperationNames) == kOperationCount);

constexpr int kHashToHmac =
    static_cast<int>(Algorithm::kHmacSha1) - static_cast<int>(Algorithm::kSha1);

}  // namespace

const AlgorithmInfo& Info(Algorithm algorithm) {
  return kInfos[static_cast<size_t>(algorithm)];
}

absl::string_view Name(Operation operation) {
  return kOperationNames[static_cast<size_t>(operation)];
}

Algorithm AlgorithmByName(absl::string_view name) {
  for (size_t i = 1; i < kAlgorithmCount; ++i) {
    if (kInfos[i].name == name) return static_cast<Algorithm>(i);
  }
  return Algorithm::kNone;
}

bool IsMacLengthAllowed(Algorithm algorithm, size_t mac_bytes) {
  switch (algorithm) {
    case Algorithm::kAes128Gcm:
    case Algorithm::kAes256Gcm:
      return mac_bytes >= 12 && mac_bytes <= 16;
    case Algorithm::kAes128Ccm:
    case Algorithm::kAes256Ccm:
      return mac_bytes >= 8 && mac_bytes <= 16 && mac_bytes % 2 == 0;
    case Algorithm::kChaCha20Poly1305:
    case Algorithm::kXaes256Gcm:
      return mac_bytes == 16;
    default:
      return mac_bytes == 0;
  }
}

bool IsCbc(Algorithm algorithm) {
  return algorithm == Algorithm::kAes128Cbc ||
         algorithm == Algorithm::kAes256Cbc || algorithm == Algorithm::kSm4Cbc;
}

Algorithm HashOfHmac(Algorithm hmac) {
  return static_cast<Algorithm>(static_cast<int>(hmac) - kHashToHmac);
}

Algorithm HmacOfHash(Algorithm hash) {
  return static_cast<Algorithm>(static_cast<int>(hash) + kHashToHmac);
}

}  // namespace uacced::hw
