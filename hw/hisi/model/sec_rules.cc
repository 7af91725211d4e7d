#include "hw/hisi/model/sec_rules.h"

#include <cstddef>

#include "hw/hisi/abi/sec.h"
#include "hw/hisi/abi/sec_facts.h"
#include "hw/hisi/model/sec_hash.h"

namespace uacced::hw::hisi {
namespace {

// Null: no version has the cipher in this mode.
const hisi_sec_cipher* FindCipher(uint32_t c_alg, uint32_t c_mode) {
  for (const hisi_sec_cipher& row : hisi_sec_ciphers) {
    if (row.c_alg == c_alg && row.c_mode == c_mode) return &row;
  }
  return nullptr;
}

// Null: `a_alg` is a hash or an HMAC.
const hisi_sec_block_mac* FindBlockMac(uint32_t a_alg) {
  for (const hisi_sec_block_mac& row : hisi_sec_block_macs) {
    if (row.a_alg == a_alg) return &row;
  }
  return nullptr;
}

// The lowest version that has it; 0: none.
uint32_t CipherSince(const SecOperation& op) {
  const hisi_sec_cipher* const row = FindCipher(op.c_alg, op.c_mode);
  return row == nullptr ? 0 : row->since_version;
}

// Likewise, of what is only authentication.
uint32_t AuthSince(SecKind kind, uint32_t a_alg) {
  const hisi_sec_block_mac* const row = FindBlockMac(a_alg);
  if (row == nullptr) return HISI_SEC_HASH_SINCE_VERSION;
  return kind == SecKind::kGhash ? row->parts_since_version
                                 : row->since_version;
}

uint32_t AuthencSince(const SecOperation& op) {
  if (op.c_mode != HISI_SEC_MODE_CBC) return 0;
  for (const hisi_sec_authenc& row : hisi_sec_authencs) {
    if (row.c_alg == op.c_alg && row.a_alg == op.a_alg) {
      return row.since_version;
    }
  }
  return 0;
}

// Values that nobody assigned, whatever the operation.
SecError CheckHeader(const SecOperation& op) {
  if (op.foreign || op.cipher == HISI_SEC_CIPHER_COPY ||
      op.src_addr_type > HISI_SEC_ADDR_SGL ||
      op.dst_addr_type > HISI_SEC_ADDR_SGL ||
      op.mac_addr_type != HISI_SEC_ADDR_FLAT ||
      op.ai_gen > HISI_SEC_AI_FROM_ADDR) {
    return SecError::kUnsupported;
  }
  if (op.scene != HISI_SEC_SCENE_NONE && op.scene != HISI_SEC_SCENE_IPSEC &&
      op.scene != HISI_SEC_SCENE_STREAM) {
    return SecError::kUnsupported;
  }
  if (op.de > 1 || op.auth > HISI_SEC_AUTH_VERIFY ||
      op.a_pad > HISI_SEC_NO_PAD) {
    return SecError::kFields;
  }
  return SecError::kNone;
}

SecVerdict ClassifyAuth(const SecOperation& op) {
  const bool from_address = op.ai_gen == HISI_SEC_AI_FROM_ADDR;
  const bool pad = op.a_pad == HISI_SEC_PAD;
  switch (op.a_alg) {
    case HISI_SEC_A_AES_GMAC:
    case HISI_SEC_A_SM4_GMAC:
      if (!from_address && !pad) return {.kind = SecKind::kGhash};
      if (from_address && pad) return {.kind = SecKind::kGmac};
      return {SecError::kFields};
    case HISI_SEC_A_AES_CMAC:
    case HISI_SEC_A_AES_XCBC:
      if (from_address || !pad) return {SecError::kFields};
      return {.kind = op.a_alg == HISI_SEC_A_AES_CMAC ? SecKind::kCmac
                                                      : SecKind::kXcbc};
    default:
      if (FindSecHash(op.a_alg).hash == nullptr) return {SecError::kFields};
      return {.kind = SecKind::kHash};
  }
}

SecVerdict ClassifyAead(const SecOperation& op) {
  if (op.auth != HISI_SEC_AUTH_NONE) return {SecError::kFields};
  const bool pad = op.a_pad == HISI_SEC_PAD;
  if (op.ai_gen == HISI_SEC_AI_INITIAL) {
    if (!pad) return {SecError::kFields};
    return {.kind =
                op.c_mode == HISI_SEC_MODE_GCM ? SecKind::kGcm : SecKind::kCcm};
  }
  if (op.c_mode != HISI_SEC_MODE_GCM || op.scene != HISI_SEC_SCENE_STREAM) {
    return {SecError::kFields};
  }
  if (!pad) return {.kind = SecKind::kGcmMiddle};
  if (op.type != HISI_SEC_TYPE3) return {SecError::kUnsupported};
  return {.kind = SecKind::kGcmEnd};
}

SecVerdict Classify(const SecOperation& op) {
  if (op.cipher == HISI_SEC_CIPHER_NONE) {
    if (op.auth == HISI_SEC_AUTH_NONE) return {SecError::kFields};
    return ClassifyAuth(op);
  }
  if (op.c_mode == HISI_SEC_MODE_GCM || op.c_mode == HISI_SEC_MODE_CCM) {
    return ClassifyAead(op);
  }
  if (op.auth == HISI_SEC_AUTH_NONE) return {.kind = SecKind::kCipher};
  if (op.ai_gen != HISI_SEC_AI_INITIAL || op.a_pad != HISI_SEC_PAD) {
    return {SecError::kFields};
  }
  return {.kind = SecKind::kAuthenc};
}

bool IsGcmStream(SecKind kind) {
  return kind == SecKind::kGhash || kind == SecKind::kGcmMiddle ||
         kind == SecKind::kGcmEnd;
}

SecError CheckSupport(uint32_t version, SecKind kind, const SecOperation& op) {
  uint32_t since = 0;
  if (op.cipher == HISI_SEC_CIPHER_NONE) {
    since = AuthSince(kind, op.a_alg);
  } else if (kind == SecKind::kAuthenc) {
    since = AuthencSince(op);
  } else {
    since = CipherSince(op);
  }
  if (since == 0 || version < since) return SecError::kUnsupported;
  if (op.scene == HISI_SEC_SCENE_STREAM &&
      version < HISI_SEC_STREAM_SINCE_VERSION && !IsGcmStream(kind)) {
    return SecError::kUnsupported;
  }
  if (kind == SecKind::kGhash && op.scene != HISI_SEC_SCENE_STREAM) {
    return SecError::kFields;
  }
  return SecError::kNone;
}

SecError CheckCipher(const SecOperation& op) {
  if (op.c_mode == HISI_SEC_MODE_CBC_CS &&
      (op.c_width < HISI_SEC_CS1 || op.c_width > HISI_SEC_CS3)) {
    return SecError::kFields;
  }
  const hisi_sec_cipher& row = *FindCipher(op.c_alg, op.c_mode);
  if (op.c_bytes < row.min_bytes || op.c_bytes % row.unit_bytes != 0 ||
      op.c_bytes > HISI_SEC_MAX_DATA_BYTES) {
    return SecError::kDataLength;
  }
  return SecError::kNone;
}

bool IsTagLength(SecKind kind, uint32_t bytes) {
  return bytes >= HISI_SEC_MIN_TAG_BYTES && bytes <= HISI_SEC_MAX_TAG_BYTES &&
         (kind != SecKind::kCcm || bytes % HISI_SEC_CCM_TAG_UNIT_BYTES == 0);
}

// GCM and CCM, whole or in parts.
SecError CheckAead(uint32_t version, SecKind kind, const SecOperation& op) {
  const bool decrypt = op.cipher == HISI_SEC_CIPHER_DECRYPT;
  if ((op.seq == HISI_SEC_DIGEST_THEN_CIPHER) != decrypt) {
    return SecError::kFields;
  }
  // The payload stands right behind what is authenticated only.
  if (op.cipher_src_offset != op.auth_src_offset + op.a_bytes ||
      op.a_bytes + op.c_bytes > HISI_SEC_MAX_DATA_BYTES) {
    return SecError::kDataLength;
  }
  if (kind != SecKind::kGcmMiddle && !IsTagLength(kind, op.c_icv_bytes)) {
    return SecError::kMacLength;
  }
  if (kind == SecKind::kCcm && op.a_bytes > HISI_SEC_MAX_CCM_AAD_BYTES) {
    return SecError::kDataLength;
  }
  if (!IsGcmStream(kind)) {
    return op.c_bytes == 0 && version < HISI_SEC_EMPTY_SINCE_VERSION
               ? SecError::kDataLength
               : SecError::kNone;
  }
  if (op.a_bytes != 0 || op.c_bytes == 0 ||
      (kind == SecKind::kGcmMiddle && op.c_bytes % HISI_SEC_BLOCK_BYTES != 0)) {
    return SecError::kDataLength;
  }
  return op.a_key_bytes() == CipherKeyBytes(op) ? SecError::kNone
                                                : SecError::kKeyLength;
}

SecError CheckAuthenc(const SecOperation& op) {
  const bool decrypt = op.cipher == HISI_SEC_CIPHER_DECRYPT;
  if ((op.seq == HISI_SEC_DIGEST_THEN_CIPHER) != decrypt ||
      (op.auth == HISI_SEC_AUTH_VERIFY) != decrypt) {
    return SecError::kFields;
  }
  const SecHash hash = FindSecHash(op.a_alg);
  if (op.mac_words == 0 || op.mac_bytes() > hash.hash->digest_bytes) {
    return SecError::kMacLength;
  }
  if (op.a_key_bytes() > hash.hash->block_bytes) return SecError::kKeyLength;
  // What is authenticated begins before the payload and ends with it.
  if (op.a_bytes > HISI_SEC_MAX_DATA_BYTES || op.c_bytes == 0 ||
      op.c_bytes % HISI_SEC_BLOCK_BYTES != 0 ||
      op.cipher_src_offset < op.auth_src_offset ||
      op.cipher_src_offset + op.c_bytes != op.auth_src_offset + op.a_bytes) {
    return SecError::kDataLength;
  }
  return SecError::kNone;
}

SecError CheckWholeHash(uint32_t version, const SecOperation& op,
                        const SecHash& hash) {
  const bool last_part = op.ai_gen == HISI_SEC_AI_FROM_ADDR;
  // Of type 3 only the stream scene has a total.
  if (last_part && op.type == HISI_SEC_TYPE3 &&
      op.scene != HISI_SEC_SCENE_STREAM) {
    return SecError::kFields;
  }
  if (!last_part && op.a_bytes == 0 && version < HISI_SEC_EMPTY_SINCE_VERSION) {
    return SecError::kDataLength;
  }
  const bool needs_length = hash.keyed || op.a_alg == HISI_SEC_A_SM3;
  if (op.mac_bytes() > hash.hash->digest_bytes ||
      (op.mac_words == 0 && needs_length)) {
    return SecError::kMacLength;
  }
  return SecError::kNone;
}

SecError CheckHash(uint32_t version, const SecOperation& op) {
  const SecHash hash = FindSecHash(op.a_alg);
  if (op.a_bytes > HISI_SEC_MAX_DATA_BYTES) return SecError::kDataLength;
  if (hash.keyed && op.a_key_bytes() > hash.hash->block_bytes) {
    return SecError::kKeyLength;
  }
  if (op.a_pad == HISI_SEC_PAD) return CheckWholeHash(version, op, hash);
  if (op.auth != HISI_SEC_AUTH_COMPUTE) return SecError::kFields;
  if (op.a_bytes == 0 || op.a_bytes % hash.hash->block_bytes != 0) {
    return SecError::kDataLength;
  }
  // The whole state is written, whatever mac_len says; SM3 must not say 0.
  return op.a_alg == HISI_SEC_A_SM3 && op.mac_words == 0 ? SecError::kMacLength
                                                         : SecError::kNone;
}

bool IsBlockMacKey(const hisi_sec_block_mac& row, size_t bytes) {
  if (bytes == 0) return false;
  for (const uint8_t key_bytes : row.key_bytes) {
    if (key_bytes == bytes) return true;
  }
  return false;
}

SecError CheckBlockMac(SecKind kind, const SecOperation& op) {
  const hisi_sec_block_mac& row = *FindBlockMac(op.a_alg);
  if (!IsBlockMacKey(row, op.a_key_bytes())) return SecError::kKeyLength;
  if (kind == SecKind::kGhash) {
    if (op.auth != HISI_SEC_AUTH_COMPUTE) return SecError::kFields;
    return op.a_bytes == 0 || op.a_bytes > HISI_SEC_MAX_AAD_BYTES
               ? SecError::kDataLength
               : SecError::kNone;
  }
  if (op.mac_words == 0 || op.mac_bytes() > HISI_SEC_BLOCK_BYTES) {
    return SecError::kMacLength;
  }
  if (op.a_bytes > HISI_SEC_MAX_DATA_BYTES || op.a_bytes < row.min_bytes) {
    return SecError::kDataLength;
  }
  return SecError::kNone;
}

SecError CheckLengths(uint32_t version, SecKind kind, const SecOperation& op) {
  if (op.cipher != HISI_SEC_CIPHER_NONE && CipherKeyBytes(op) == 0) {
    return SecError::kKeyLength;
  }
  switch (kind) {
    case SecKind::kCipher:
      return CheckCipher(op);
    case SecKind::kGcm:
    case SecKind::kGcmMiddle:
    case SecKind::kGcmEnd:
    case SecKind::kCcm:
      return CheckAead(version, kind, op);
    case SecKind::kAuthenc:
      return CheckAuthenc(op);
    case SecKind::kHash:
      return CheckHash(version, op);
    default:
      return CheckBlockMac(kind, op);
  }
}

}  // namespace

uint32_t CipherKeyBytes(const SecOperation& op) {
  const bool xts = op.c_mode == HISI_SEC_MODE_XTS;
  for (const hisi_sec_key& row : hisi_sec_keys) {
    if (row.c_alg != op.c_alg || row.c_key_len != op.c_key_len) continue;
    if (!xts) return row.bytes;
    return row.has_xts ? 2 * row.bytes : 0;
  }
  return 0;
}

SecVerdict JudgeSecOperation(uint32_t version, const SecOperation& op) {
  SecError error = CheckHeader(op);
  if (error != SecError::kNone) return {error};
  SecVerdict verdict = Classify(op);
  if (verdict.error != SecError::kNone) return verdict;
  error = CheckSupport(version, verdict.kind, op);
  if (error == SecError::kNone) {
    error = CheckLengths(version, verdict.kind, op);
  }
  verdict.error = error;
  return verdict;
}

}  // namespace uacced::hw::hisi
