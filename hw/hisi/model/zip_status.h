// The status byte of ZIP (dw3[7:0]) for what has no public number. Silicon has
// its own; software tells no two of them apart, and neither may the driver.
#ifndef UACCED_HW_HISI_MODEL_ZIP_STATUS_H_
#define UACCED_HW_HISI_MODEL_ZIP_STATUS_H_

#include <cstdint>

#include "hw/hisi/abi/zip.h"

namespace uacced::hw::hisi {

enum class ZipStatus : uint8_t {
  kOk = HISI_ZIP_OK,
  kNegativeCompression = HISI_ZIP_NEGATIVE_COMPRESSION,
  kDestinationTooSmall = HISI_ZIP_DEST_TOO_SMALL,
  kChecksumMismatch = HISI_ZIP_CHECKSUM_MISMATCH,
  kDecompressEnd = HISI_ZIP_DECOMPRESS_END,

  // The descriptor.
  kBadType = 0xc0,         // SQE type; or one that the request does not have.
  kBadRequest = 0xc1,      // Request type unknown, or not on such a queue.
  kNotImplemented = 0xc2,  // Documented requests that this model lacks: lz77.
  kBadBufferType = 0xc3,
  kBadLength = 0xc4,
  kBadWindow = 0xc5,
  kBadSgl = 0xc6,
  kMemoryFault = 0xc7,  // An address without memory behind it.

  // Stateful requests.
  kBadContext = 0xc8,  // No state goes with what the context holds.
  kNoProgress = 0xc9,  // Decompression without input, nothing left to give.

  // The data.
  kBadData = 0xca,
  kTruncated = 0xcb,  // Stateless: the input ends before the stream does.

  kNoResources = 0xcc,  // The host is out of memory.
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ZIP_STATUS_H_
