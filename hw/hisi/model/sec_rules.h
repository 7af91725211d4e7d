// What a version of SEC does, and which descriptors it takes: which operation
// one asks for, whether this version has it, and whether its lengths are
// allowed. No memory is looked at.
#ifndef UACCED_HW_HISI_MODEL_SEC_RULES_H_
#define UACCED_HW_HISI_MODEL_SEC_RULES_H_

#include <cstdint>

#include "hw/hisi/model/sec_operation.h"
#include "hw/hisi/model/sec_status.h"

namespace uacced::hw::hisi {

enum class SecKind : uint8_t {
  kCipher,
  kGcm,
  kGcmMiddle,  // Blocks of a GCM that goes on.
  kGcmEnd,     // The rest of it, and the tag.
  kCcm,
  kAuthenc,  // CBC, and HMAC over associated data and ciphertext.
  kHash,     // With or without a key, whole or in parts.
  kGhash,    // The associated data of a GCM that goes on.
  kGmac,
  kCmac,
  kXcbc,
};

struct SecVerdict {
  SecError error = SecError::kNone;
  SecKind kind = SecKind::kCipher;  // Valid without an error.
};

// `version` is that of the queue manager. Later ones than 3 count as 3.
// REQUIRES: op.type is 2 or 3, and not op.invalid.
SecVerdict JudgeSecOperation(uint32_t version, const SecOperation& op);

// Of the key at c_key_addr, both halves for XTS; 0: no such code. REQUIRES:
// op.c_alg is one of the ciphers.
uint32_t CipherKeyBytes(const SecOperation& op);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_RULES_H_
