// The two forms of SEC's descriptors: type 2 (hisi_qm_v2) and type 3 (later
// ones), written from a SecCommand, and the status that a device leaves.
//
// Threads: functions without state.
#ifndef UACCED_HW_HISI_SEC_DESCRIPTOR_H_
#define UACCED_HW_HISI_SEC_DESCRIPTOR_H_

#include <cstdint>

#include "hw/hisi/sec_command.h"
#include "hw/hisi/sqe_codec.h"

namespace uacced::hw::hisi {

enum class SecType : uint8_t { k2 = HISI_SEC_TYPE2, k3 = HISI_SEC_TYPE3 };

// UADK's rule: only version 2 has type 2.
inline SecType SecTypeOf(int qm_version) {
  return qm_version == 2 ? SecType::k2 : SecType::k3;
}

// Writes all of `sqe`. Values beyond their field are cut to its width.
void WriteSecDescriptor(SecType type, const SecCommand& command, Sqe& sqe);

enum class SecStatus : uint8_t {
  kOk,
  kMacMismatch,  // The work was done, and the MAC is not the expected one.
  kFailed,       // error_type says so; what its values mean is not public.
  kBroken,  // Not done, or not the descriptor that was sent under this tag.
};

struct SecOutcome {
  SecStatus status = SecStatus::kBroken;
  // Which halves the device says it has done (HISI_SEC_FLAG_*). Devices say so
  // for ciphers and AEAD; for digests nothing is known.
  uint8_t flag = 0;
};

// What came back in the slot that carried `tag`.
SecOutcome ReadSecOutcome(SecType type, uint64_t tag, const volatile Sqe& sqe);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_DESCRIPTOR_H_
