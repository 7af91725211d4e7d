#include "hw/hisi/model/zip_checksum.h"

#include <zlib.h>

namespace uacced::hw::hisi {
namespace {

uint32_t ReverseBits(uint32_t value) {
  uint32_t reversed = 0;
  for (int i = 0; i < 32; ++i) {
    reversed = reversed << 1 | (value >> i & 1);
  }
  return reversed;
}

}  // namespace

ZipChecksum::ZipChecksum(ZipFormat format)
    : format_(format), value_(format == ZipFormat::kZlib ? 1 : 0) {}

void ZipChecksum::Update(Bytes data) {
  data_bytes_ += data.size();
  // A null pointer asks zlib for the initial value.
  if (data.empty()) return;
  if (format_ == ZipFormat::kZlib) {
    value_ = static_cast<uint32_t>(adler32_z(value_, data.data(), data.size()));
  } else if (format_ == ZipFormat::kGzip) {
    value_ = static_cast<uint32_t>(crc32_z(value_, data.data(), data.size()));
  }
}

uint32_t ZipChecksum::device_word() const {
  return format_ == ZipFormat::kGzip ? ReverseBits(~value_) : value_;
}

size_t ZipChecksum::trailer_bytes() const {
  switch (format_) {
    case ZipFormat::kZlib:
      return 4;
    case ZipFormat::kGzip:
      return 8;
    default:
      return 0;
  }
}

std::array<uint8_t, kMaxZipTrailerBytes> ZipChecksum::Trailer() const {
  std::array<uint8_t, kMaxZipTrailerBytes> trailer = {};
  for (int i = 0; i < 4; ++i) {
    if (format_ == ZipFormat::kZlib) {
      trailer[i] = static_cast<uint8_t>(value_ >> (24 - 8 * i));
    } else {
      trailer[i] = static_cast<uint8_t>(value_ >> 8 * i);
      trailer[4 + i] = static_cast<uint8_t>(data_bytes_ >> 8 * i);
    }
  }
  return trailer;
}

}  // namespace uacced::hw::hisi
