#include "hw/hisi/zip_sqe.h"

namespace uacced::hw::hisi {

static_assert(sizeof(hisi_zip_sqe) == sizeof(Sqe));

ZipWords ReadZipWords(const volatile Sqe& sqe) {
  return {
      .ctx_dw0 = ReadZipWord(sqe, offsetof(hisi_zip_sqe, ctx_dw0)),
      .ctx_dw1 = ReadZipWord(sqe, offsetof(hisi_zip_sqe, ctx_dw1)),
      .ctx_dw2 = ReadZipWord(sqe, offsetof(hisi_zip_sqe, ctx_dw2)),
      .isize = ReadZipWord(sqe, offsetof(hisi_zip_sqe, isize)),
      .checksum = ReadZipWord(sqe, offsetof(hisi_zip_sqe, checksum)),
  };
}

absl::StatusCode ZipStatusCode(uint8_t status, Operation operation) {
  const bool reads = operation == Operation::kDecompress;
  switch (status) {
    case HISI_ZIP_OK:
    case HISI_ZIP_NEGATIVE_COMPRESSION:
      return absl::StatusCode::kOk;
    case HISI_ZIP_DECOMPRESS_END:
      if (reads) return absl::StatusCode::kOk;
      break;
    case HISI_ZIP_DEST_TOO_SMALL:
      return absl::StatusCode::kOutOfRange;
    case HISI_ZIP_SOURCE_DIF_ERROR:
    case HISI_ZIP_DEST_DIF_ERROR:
      return absl::StatusCode::kInternal;  // We ask for no such thing.
    default:
      break;
  }
  // The other numbers are not public. Any input can be compressed, so there it
  // is the device's fault; what is to be decompressed may be anything.
  return reads ? absl::StatusCode::kInvalidArgument
               : absl::StatusCode::kUnavailable;
}

}  // namespace uacced::hw::hisi
