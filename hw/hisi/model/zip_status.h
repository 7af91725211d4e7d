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
  kBadType = HISI_ZIP_SIM_BAD_TYPE,
  kBadRequest = HISI_ZIP_SIM_BAD_REQUEST,
  kNotImplemented = HISI_ZIP_SIM_NOT_IMPLEMENTED,
  kBadBufferType = HISI_ZIP_SIM_BAD_BUFFER_TYPE,
  kBadLength = HISI_ZIP_SIM_BAD_LENGTH,
  kBadWindow = HISI_ZIP_SIM_BAD_WINDOW,
  kBadSgl = HISI_ZIP_SIM_BAD_SGL,
  kMemoryFault = HISI_ZIP_SIM_MEMORY_FAULT,

  // Stateful requests.
  kBadContext = HISI_ZIP_SIM_BAD_CONTEXT,
  kNoProgress = HISI_ZIP_SIM_NO_PROGRESS,

  // The data.
  kBadData = HISI_ZIP_SIM_BAD_DATA,
  kTruncated = HISI_ZIP_SIM_TRUNCATED,

  kNoResources = HISI_ZIP_SIM_NO_RESOURCES,
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ZIP_STATUS_H_
