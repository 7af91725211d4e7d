#include "hw/hisi/sec_algorithms.h"

#include <cstddef>

#include "hw/hisi/abi/sec.h"

namespace uacced::hw::hisi {
namespace {

constexpr SecAlgorithm Cipher(uint8_t c_alg, uint8_t c_mode, uint8_t c_key_len,
                              uint8_t min_version) {
  SecAlgorithm row;
  row.c_alg = c_alg;
  row.c_mode = c_mode;
  row.c_key_len = c_key_len;
  row.min_version = min_version;
  return row;
}

constexpr SecAlgorithm Aes128(uint8_t c_mode, uint8_t min_version = 2) {
  return Cipher(HISI_SEC_C_AES, c_mode, HISI_SEC_KEY_AES_128, min_version);
}

constexpr SecAlgorithm Aes256(uint8_t c_mode, uint8_t min_version = 2) {
  return Cipher(HISI_SEC_C_AES, c_mode, HISI_SEC_KEY_AES_256, min_version);
}

constexpr SecAlgorithm Sm4(uint8_t c_mode, uint8_t min_version = 2) {
  return Cipher(HISI_SEC_C_SM4, c_mode, HISI_SEC_KEY_AES_128, min_version);
}

constexpr SecAlgorithm Hash(uint8_t a_alg, uint8_t block_bytes) {
  SecAlgorithm row;
  row.a_alg = a_alg;
  row.block_bytes = block_bytes;
  row.min_version = 2;
  return row;
}

constexpr SecAlgorithm Hmac(uint8_t hash, uint8_t block_bytes) {
  return Hash(HISI_SEC_A_HMAC + hash, block_bytes);
}

// GCM authenticates lengths that the device counts itself; it takes nonces of
// the one length that needs no GHASH.
constexpr uint16_t kGcmNonceBytes = 12;

Capability AeadCapability(int qm_version, Algorithm algorithm) {
  Capability can;
  // Version 2 cannot do without a payload.
  can.min_source_bytes = qm_version == 2 ? 1 : 0;
  can.max_source_bytes = HISI_SEC_MAX_DATA_BYTES;
  if (SecAlgorithmOf(algorithm).c_mode == HISI_SEC_MODE_GCM) {
    can.max_associated_data_bytes = HISI_SEC_MAX_AAD_BYTES;
    can.min_nonce_bytes = can.max_nonce_bytes = kGcmNonceBytes;
  } else {
    can.max_associated_data_bytes = HISI_SEC_MAX_CCM_AAD_BYTES;
    can.min_nonce_bytes = Info(algorithm).min_nonce_bytes;
    can.max_nonce_bytes = Info(algorithm).max_nonce_bytes;
  }
  can.fragments = can.streams = false;
  return can;
}

Capability CipherCapability() {
  Capability can;
  can.max_source_bytes = HISI_SEC_MAX_DATA_BYTES;
  can.fragments = can.streams = false;
  return can;
}

Capability DigestCapability(int qm_version, Algorithm algorithm) {
  Capability can;
  can.min_source_bytes = qm_version == 2 ? 1 : 0;
  can.max_source_bytes = HISI_SEC_MAX_DATA_BYTES;
  can.max_key_bytes = SecAlgorithmOf(algorithm).block_bytes;
  can.fragments = false;
  return can;
}

}  // namespace

SecAlgorithm SecAlgorithmOf(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kAes128Gcm:
      return Aes128(HISI_SEC_MODE_GCM);
    case Algorithm::kAes256Gcm:
      return Aes256(HISI_SEC_MODE_GCM);
    case Algorithm::kAes128Ccm:
      return Aes128(HISI_SEC_MODE_CCM);
    case Algorithm::kAes256Ccm:
      return Aes256(HISI_SEC_MODE_CCM);
    case Algorithm::kAes128Xts:
      return Aes128(HISI_SEC_MODE_XTS);
    case Algorithm::kAes256Xts:
      return Aes256(HISI_SEC_MODE_XTS);
    case Algorithm::kAes128Ctr:
      return Aes128(HISI_SEC_MODE_CTR, 3);
    case Algorithm::kAes256Ctr:
      return Aes256(HISI_SEC_MODE_CTR, 3);
    case Algorithm::kAes128Cbc:
      return Aes128(HISI_SEC_MODE_CBC);
    case Algorithm::kAes256Cbc:
      return Aes256(HISI_SEC_MODE_CBC);
    case Algorithm::kSm4Xts:
      return Sm4(HISI_SEC_MODE_XTS);
    case Algorithm::kSm4Ctr:
      return Sm4(HISI_SEC_MODE_CTR, 3);
    case Algorithm::kSm4Cbc:
      return Sm4(HISI_SEC_MODE_CBC);
    case Algorithm::kSha1:
      return Hash(HISI_SEC_A_SHA1, 64);
    case Algorithm::kSha224:
      return Hash(HISI_SEC_A_SHA224, 64);
    case Algorithm::kSha256:
      return Hash(HISI_SEC_A_SHA256, 64);
    case Algorithm::kSha384:
      return Hash(HISI_SEC_A_SHA384, 128);
    case Algorithm::kSha512:
      return Hash(HISI_SEC_A_SHA512, 128);
    case Algorithm::kSm3:
      return Hash(HISI_SEC_A_SM3, 64);
    case Algorithm::kHmacSha1:
      return Hmac(HISI_SEC_A_SHA1, 64);
    case Algorithm::kHmacSha224:
      return Hmac(HISI_SEC_A_SHA224, 64);
    case Algorithm::kHmacSha256:
      return Hmac(HISI_SEC_A_SHA256, 64);
    case Algorithm::kHmacSha384:
      return Hmac(HISI_SEC_A_SHA384, 128);
    case Algorithm::kHmacSha512:
      return Hmac(HISI_SEC_A_SHA512, 128);
    case Algorithm::kHmacSm3:
      return Hash(HISI_SEC_A_HMAC_SM3, 64);
    default:
      return {};
  }
}

CapabilitySet SecCapabilities(int qm_version) {
  CapabilitySet set;
  for (size_t i = 0; i < kAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    const SecAlgorithm row = SecAlgorithmOf(algorithm);
    if (row.min_version == 0 || qm_version < row.min_version) continue;
    if (row.block_bytes > 0) {
      set.Add(Operation::kDigest, algorithm,
              DigestCapability(qm_version, algorithm));
      continue;
    }
    const Capability can = Info(algorithm).family == Family::kAead
                               ? AeadCapability(qm_version, algorithm)
                               : CipherCapability();
    set.Add(Operation::kEncrypt, algorithm, can);
    set.Add(Operation::kDecrypt, algorithm, can);
  }
  return set;
}

bool SecHas(int qm_version, Operation operation, Algorithm algorithm) {
  return SecCapabilities(qm_version).Has(operation, algorithm);
}

}  // namespace uacced::hw::hisi
