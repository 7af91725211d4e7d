// How the model of SEC says that a descriptor failed. Which number stands for
// what is not public: drivers look only whether it is 0. These are the model's
// own, fixed so that logs and tests can name them.
#ifndef UACCED_HW_HISI_MODEL_SEC_STATUS_H_
#define UACCED_HW_HISI_MODEL_SEC_STATUS_H_

#include <cstdint>

#include "hw/hisi/abi/sec.h"

namespace uacced::hw::hisi {

// error_type of the status word.
enum class SecError : uint8_t {
  kNone = 0x00,
  kBdType = HISI_SEC_SIM_BD_TYPE,
  kUnsupported = HISI_SEC_SIM_UNSUPPORTED,
  kFields = HISI_SEC_SIM_FIELDS,
  kKeyLength = HISI_SEC_SIM_KEY_LENGTH,
  kDataLength = HISI_SEC_SIM_DATA_LENGTH,
  kMacLength = HISI_SEC_SIM_MAC_LENGTH,
  kIv = HISI_SEC_SIM_IV,
  kAddress = HISI_SEC_SIM_ADDRESS,
  kInternal = HISI_SEC_SIM_INTERNAL,
  kInjected = HISI_SEC_SIM_INJECTED,
};

// What became of a descriptor.
struct SecAnswer {
  SecError error = SecError::kNone;
  bool mac_mismatch = false;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_STATUS_H_
