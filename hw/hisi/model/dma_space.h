// What a device sees of memory: addresses that somebody wrote into a
// descriptor. They are hostile, so every access may fail, and none does harm.
//
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_MODEL_DMA_SPACE_H_
#define UACCED_HW_HISI_MODEL_DMA_SPACE_H_

#include <cstdint>

#include "hw/request.h"

namespace uacced::hw::hisi {

class DmaSpace {
 public:
  // False, with `out` unspecified, when not all of it can be read. An empty
  // span is never looked at and succeeds.
  virtual bool Read(uint64_t address, MutableBytes out) = 0;

  // False when not all of it can be written; some of it may have been.
  virtual bool Write(uint64_t address, Bytes in) = 0;

 protected:
  ~DmaSpace() = default;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_DMA_SPACE_H_
