// The operations and algorithms a device may have, as dense small numbers, and
// the facts about them that every layer shares.
//
// Sources: SP 800-38A/C/D/E, RFC 8439 (ChaCha20-Poly1305), C2SP XAES-256-GCM,
// GB/T 32907 (SM4),
// FIPS 180-4, GB/T 32905 (SM3), RFC 2104 (HMAC).
#ifndef UACCED_HW_ALGORITHM_H_
#define UACCED_HW_ALGORITHM_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace uacced::hw {

enum class Operation : uint8_t {
  kCopy,
  kCompress,
  kDecompress,
  kEncrypt,
  kDecrypt,
  kDigest,
};
inline constexpr size_t kOperationCount = 6;

enum class Algorithm : uint8_t {
  kNone,  // kCopy's
  kGzip,
  kZlib,
  kDeflate,
  kZstd,
  kLz4,
  kAes128Gcm,
  kAes256Gcm,
  kAes128Ccm,
  kAes256Ccm,
  kChaCha20Poly1305,
  kAes128Xts,
  kAes256Xts,
  kAes128Ctr,
  kAes256Ctr,
  kAes128Cbc,
  kAes256Cbc,
  kSm4Xts,
  kSm4Ctr,
  kSm4Cbc,
  kXaes256Gcm,
  kSha1,
  kSha224,
  kSha256,
  kSha384,
  kSha512,
  kSm3,
  kHmacSha1,
  kHmacSha224,
  kHmacSha256,
  kHmacSha384,
  kHmacSha512,
  kHmacSm3,
};
inline constexpr size_t kAlgorithmCount = 33;

enum class Family : uint8_t {
  kNone,
  kCompression,
  kAead,
  kCipher,
  kHash,
  kHmac
};

// Sizes in bytes; 0 where the family has none. Levels are for kCompression.
struct AlgorithmInfo {
  absl::string_view name;  // "aes-256-gcm": in metrics, the CLI and messages
  Family family;
  uint16_t key_bytes;    // kHmac: the length of keys that we make ourselves
  uint16_t nonce_bytes;  // of nonces that we make ourselves
  uint16_t min_nonce_bytes;
  uint16_t max_nonce_bytes;
  uint16_t digest_bytes;
  int8_t min_level;
  int8_t max_level;
  int8_t default_level;
};

// Lengths that hold for all algorithms.
inline constexpr size_t kMaxMacBytes = 16;
inline constexpr size_t kMaxDigestBytes = 64;
inline constexpr size_t kMaxCipherKeyBytes = 64;
inline constexpr size_t kMaxHmacKeyBytes = 256;
inline constexpr size_t kMaxNonceBytes = 128;
inline constexpr size_t kCipherBlockBytes = 16;

const AlgorithmInfo& Info(Algorithm algorithm);
absl::string_view Name(Operation operation);

// The algorithm of that name; kNone when there is none.
Algorithm AlgorithmByName(absl::string_view name);

// True when `mac_bytes` is a tag length we offer for AEAD `algorithm`: short
// tags can be guessed, so GCM starts at 12 and CCM at 8.
bool IsMacLengthAllowed(Algorithm algorithm, size_t mac_bytes);

bool IsCbc(Algorithm algorithm);

// HMAC's underlying hash (kHmacSha256 -> kSha256). REQUIRES: family kHmac.
Algorithm HashOfHmac(Algorithm hmac);
// The reverse. REQUIRES: family kHash.
Algorithm HmacOfHash(Algorithm hash);

}  // namespace uacced::hw

#endif  // UACCED_HW_ALGORITHM_H_
