#include "hw/soft/deflate_wrapper.h"

#include <libdeflate.h>

namespace uacced::hw {
namespace {

constexpr uint8_t kGzipMagic[] = {0x1f, 0x8b};
constexpr uint8_t kMethodDeflate = 8;
constexpr size_t kFlagsAt = 3, kFixedBytes = 10, kCrcBytes = 2;
constexpr uint8_t kHasCrc = 0x02, kHasExtra = 0x04, kHasName = 0x08,
                  kHasComment = 0x10, kReserved = 0xe0;
constexpr uint8_t kZlibDictionary = 0x20, kMaxZlibWindow = 7;
constexpr size_t kZlibHeaderBytes = 2;

}  // namespace

void DeflateHeader::Reset() {
  field_ = format_ == Algorithm::kDeflate ? Field::kEnd : Field::kFixed;
  at_ = 0;
  flags_ = 0;
  first_ = 0;
  extra_bytes_ = 0;
}

DeflateHeader::Outcome DeflateHeader::Run(Bytes& source) {
  while (field_ != Field::kEnd) {
    if (source.empty()) return Outcome::kMore;
    const uint8_t byte = source.front();
    source = source.subspan(1);
    if (!(format_ == Algorithm::kGzip ? TakeGzip(byte) : TakeZlib(byte))) {
      return Outcome::kCorrupt;
    }
  }
  return Outcome::kEnd;
}

bool DeflateHeader::TakeZlib(uint8_t byte) {
  if (at_++ == 0) {
    first_ = byte;
    return (byte & 15) == kMethodDeflate && byte >> 4 <= kMaxZlibWindow;
  }
  if (at_ == kZlibHeaderBytes) field_ = Field::kEnd;
  return (first_ * 256 + byte) % 31 == 0 && (byte & kZlibDictionary) == 0;
}

bool DeflateHeader::TakeGzip(uint8_t byte) {
  switch (field_) {
    case Field::kFixed:
      return TakeFixed(byte);
    case Field::kExtraSize:
      extra_bytes_ |= size_t{byte} << 8 * at_;
      if (++at_ == 2) NextField();
      break;
    case Field::kExtra:
      if (++at_ == extra_bytes_) NextField();
      break;
    case Field::kName:
    case Field::kComment:
      if (byte == 0) NextField();
      break;
    case Field::kCrc:
      if (++at_ == kCrcBytes) NextField();
      break;
    case Field::kEnd:
      break;
  }
  return true;
}

bool DeflateHeader::TakeFixed(uint8_t byte) {
  const size_t at = at_++;
  if (at < sizeof(kGzipMagic)) return byte == kGzipMagic[at];
  if (at == sizeof(kGzipMagic)) return byte == kMethodDeflate;
  if (at == kFlagsAt) {
    flags_ = byte;
    return (byte & kReserved) == 0;
  }
  if (at_ == kFixedBytes) NextField();
  return true;
}

// To the next field that the flags announce.
void DeflateHeader::NextField() {
  at_ = 0;
  do {
    field_ = static_cast<Field>(static_cast<int>(field_) + 1);
  } while ((field_ == Field::kExtraSize && (flags_ & kHasExtra) == 0) ||
           (field_ == Field::kExtra && extra_bytes_ == 0) ||
           (field_ == Field::kName && (flags_ & kHasName) == 0) ||
           (field_ == Field::kComment && (flags_ & kHasComment) == 0) ||
           (field_ == Field::kCrc && (flags_ & kHasCrc) == 0));
}

void DeflateTrailer::Reset() {
  checksum_ = format_ == Algorithm::kGzip ? 0 : 1;
  output_bytes_ = 0;
  at_ = 0;
}

void DeflateTrailer::AddOutput(Bytes output) {
  if (output.empty()) return;
  output_bytes_ += static_cast<uint32_t>(output.size());
  if (format_ == Algorithm::kGzip) {
    checksum_ = libdeflate_crc32(checksum_, output.data(), output.size());
  } else if (format_ == Algorithm::kZlib) {
    checksum_ = libdeflate_adler32(checksum_, output.data(), output.size());
  }
}

size_t DeflateTrailer::size() const {
  return format_ == Algorithm::kGzip ? 8 : format_ == Algorithm::kZlib ? 4 : 0;
}

DeflateTrailer::Outcome DeflateTrailer::Run(Bytes& source) {
  for (; at_ < size(); source = source.subspan(1)) {
    if (source.empty()) return Outcome::kMore;
    bytes_[at_++] = source.front();
  }
  return IsRight() ? Outcome::kEnd : Outcome::kCorrupt;
}

// gzip's numbers begin with the least significant byte, zlib's with the most.
bool DeflateTrailer::IsRight() const {
  uint32_t checksum = 0, output_bytes = 0;
  for (size_t i = 0; i < sizeof(uint32_t) && size() > 0; ++i) {
    if (format_ == Algorithm::kGzip) {
      checksum |= uint32_t{bytes_[i]} << 8 * i;
      output_bytes |= uint32_t{bytes_[sizeof(uint32_t) + i]} << 8 * i;
    } else {
      checksum = checksum << 8 | bytes_[i];
    }
  }
  switch (format_) {
    case Algorithm::kGzip:
      return checksum == checksum_ && output_bytes == output_bytes_;
    case Algorithm::kZlib:
      return checksum == checksum_;
    default:
      return true;
  }
}

}  // namespace uacced::hw
