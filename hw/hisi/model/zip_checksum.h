// The checksum and length of uncompressed data, as words of a descriptor and as
// the trailer of a stream.
//
// Threads: thread-compatible.
#ifndef UACCED_HW_HISI_MODEL_ZIP_CHECKSUM_H_
#define UACCED_HW_HISI_MODEL_ZIP_CHECKSUM_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "hw/hisi/model/zip_request.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

inline constexpr size_t kMaxZipTrailerBytes = 8;

class ZipChecksum {
 public:
  explicit ZipChecksum(ZipFormat format);

  void Update(Bytes data);

  uint64_t data_bytes() const { return data_bytes_; }
  // dw31; 0 for formats that have no checksum.
  uint32_t device_word() const;

  // Of the format; the trailer for the data so far is as long.
  size_t trailer_bytes() const;
  std::array<uint8_t, kMaxZipTrailerBytes> Trailer() const;

 private:
  ZipFormat format_;
  uint32_t value_;
  uint64_t data_bytes_ = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ZIP_CHECKSUM_H_
