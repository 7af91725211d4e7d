// One LZ4 block of one descriptor.
//
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_MODEL_ZIP_LZ4_H_
#define UACCED_HW_HISI_MODEL_ZIP_LZ4_H_

#include "hw/hisi/model/dma_space.h"
#include "hw/hisi/model/sgl_reader.h"
#include "hw/hisi/model/zip_pump.h"

namespace uacced::hw::hisi {

// kEnd or, with nothing written, kNeedsRoom.
// REQUIRES: source.bytes() <= HISI_ZIP_MAX_FLAT_BYTES.
ZipProgress CompressZipLz4(DmaSpace& memory, const DmaRange& source,
                           const DmaRange& room);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ZIP_LZ4_H_
