// SEC in software: ciphers, hashes and MACs as the descriptors of Kunpeng 920
// (type 2) and later (type 3 as well) ask for them.
//
// Where the hardware's ways are not public this device is the stricter one, so
// that a driver's mistake shows: fields that no known driver sets, and offsets
// that disagree with lengths, are errors (sec_status.h). It takes what UADK,
// Linux and OP-TEE send, PBKDF2 and type 1 apart.
#ifndef UACCED_HW_HISI_MODEL_SEC_ENGINE_H_
#define UACCED_HW_HISI_MODEL_SEC_ENGINE_H_

#include <cstdint>

#include "hw/hisi/model/dma_space.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/sec_ciphers.h"

namespace uacced::hw::hisi {

class SecEngine final : public Engine {
 public:
  // Changes the status word of the descriptor and nothing else.
  void Execute(const QueueKind& kind, DmaSpace& memory,
               Descriptor& descriptor) const override;

  // `status` is the error_type, of which 0 counts as SecError::kInjected.
  void Fail(uint32_t status, Descriptor& descriptor) const override;

  // The payload if there is one, else the tag, MAC, digest or state.
  bool Corrupt(DmaSpace& memory, const Descriptor& descriptor,
               uint64_t random) const override;

 private:
  const SecCiphers ciphers_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_ENGINE_H_
