// How the model of SEC says that a descriptor failed. Which number stands for
// what is not public: drivers look only whether it is 0. These are the model's
// own, fixed so that logs and tests can name them.
#ifndef UACCED_HW_HISI_MODEL_SEC_STATUS_H_
#define UACCED_HW_HISI_MODEL_SEC_STATUS_H_

#include <cstdint>

namespace uacced::hw::hisi {

// error_type of the status word.
enum class SecError : uint8_t {
  kNone = 0x00,
  kBdType = 0x01,       // Not of a type that this queue takes.
  kUnsupported = 0x02,  // This version lacks the operation.
  kFields = 0x03,       // Values that nobody assigned, or that contradict.
  kKeyLength = 0x04,
  kDataLength = 0x05,
  kMacLength = 0x06,
  kIv = 0x07,        // The counter block of CCM.
  kAddress = 0x08,   // Memory that is not there; a list broken or too short.
  kInternal = 0x7f,  // OpenSSL gave up.
  kInjected = 0xff,  // A fault on demand that named no code.
};

// What became of a descriptor.
struct SecAnswer {
  SecError error = SecError::kNone;
  bool mac_mismatch = false;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_STATUS_H_
