// Moves the bytes of one descriptor through a coder, from device memory to
// device memory, in pieces: what a descriptor says of its buffers decides about
// no allocation.
//
// Units:   bytes.
// Threads: thread-safe for different coders.
#ifndef UACCED_HW_HISI_MODEL_ZIP_PUMP_H_
#define UACCED_HW_HISI_MODEL_ZIP_PUMP_H_

#include <cstdint>

#include "hw/hisi/model/dma_space.h"
#include "hw/hisi/model/sgl_reader.h"
#include "hw/hisi/model/zip_coder.h"

namespace uacced::hw::hisi {

struct ZipProgress {
  // kNeedsInput: the whole source was used. kNeedsRoom: the whole room was.
  ZipCoder::Step step = ZipCoder::Step::kNeedsInput;
  bool memory_fault = false;  // And `step` means nothing.
  uint64_t consumed = 0;
  uint64_t produced = 0;
};

// `finish`: nothing comes behind `source`. Else output ends on a byte.
ZipProgress PumpZip(ZipCoder& coder, DmaSpace& memory, const DmaRange& source,
                    const DmaRange& room, bool finish);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ZIP_PUMP_H_
