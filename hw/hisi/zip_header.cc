#include "hw/hisi/zip_header.h"

#include <algorithm>
#include <iterator>

#include "hw/hisi/abi/zip.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint8_t kZlibHeader[] = {0x78, 0x9c};
constexpr uint8_t kGzipHeader[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
static_assert(sizeof(kZlibHeader) == HISI_ZIP_ZLIB_HEADER_BYTES);
static_assert(sizeof(kGzipHeader) == HISI_ZIP_GZIP_HEADER_BYTES);
static_assert(sizeof(kGzipHeader) == kMaxZipHeaderBytes);

// A stored block of no bytes, final.
constexpr uint8_t kFinalBlock[] = {0x01, 0x00, 0x00, 0xff, 0xff};

constexpr uint8_t kDeflateMethod = 8;
constexpr uint8_t kMaxZlibWindow = 7;
constexpr uint8_t kZlibDictionary = 0x20;
constexpr size_t kGzipFlagsAt = 3;
constexpr uint8_t kHasCrc = 0x02, kHasExtra = 0x04, kHasName = 0x08,
                  kHasComment = 0x10, kReserved = 0xe0;

uint32_t ReverseBits(uint32_t value) {
  value = (value >> 1 & 0x55555555) | (value & 0x55555555) << 1;
  value = (value >> 2 & 0x33333333) | (value & 0x33333333) << 2;
  value = (value >> 4 & 0x0f0f0f0f) | (value & 0x0f0f0f0f) << 4;
  return __builtin_bswap32(value);
}

uint8_t* PutLittleEndian(uint32_t value, uint8_t* out) {
  for (int shift = 0; shift < 32; shift += 8) {
    *out++ = static_cast<uint8_t>(value >> shift);
  }
  return out;
}

}  // namespace

size_t ZipHeaderBytes(Algorithm format) {
  switch (format) {
    case Algorithm::kZlib:
      return sizeof(kZlibHeader);
    case Algorithm::kGzip:
      return sizeof(kGzipHeader);
    default:
      return 0;
  }
}

void WriteZipHeader(Algorithm format, uint8_t* out) {
  if (format == Algorithm::kZlib) {
    std::copy(std::begin(kZlibHeader), std::end(kZlibHeader), out);
  } else if (format == Algorithm::kGzip) {
    std::copy(std::begin(kGzipHeader), std::end(kGzipHeader), out);
  }
}

uint32_t ZipChecksum(Algorithm format, uint32_t word) {
  switch (format) {
    case Algorithm::kZlib:
      return word;
    case Algorithm::kGzip:
      return ReverseBits(~word);
    default:
      return 0;
  }
}

uint32_t FirstZipChecksumWord(Algorithm format) {
  return format == Algorithm::kGzip ? ~uint32_t{0} : 1;
}

size_t WriteZipEnd(Algorithm format, uint32_t checksum_word, uint32_t isize,
                   uint8_t* out) {
  uint8_t* at = std::copy(std::begin(kFinalBlock), std::end(kFinalBlock), out);
  const uint32_t checksum = ZipChecksum(format, checksum_word);
  if (format == Algorithm::kZlib) {
    at = PutLittleEndian(__builtin_bswap32(checksum), at);
  } else if (format == Algorithm::kGzip) {
    at = PutLittleEndian(isize, PutLittleEndian(checksum, at));
  }
  return static_cast<size_t>(at - out);
}

void ZipHeaderReader::Reset(Algorithm format) {
  field_ = format == Algorithm::kGzip   ? Field::kGzip
           : format == Algorithm::kZlib ? Field::kZlib
                                        : Field::kEnd;
  flags_ = 0;
  first_ = 0;
  extra_bytes_ = 0;
  at_ = 0;
}

ZipHeaderReader::Outcome ZipHeaderReader::Read(Bytes& source) {
  while (field_ != Field::kEnd) {
    if (source.empty()) return Outcome::kMore;
    const uint8_t byte = source.front();
    source = source.subspan(1);
    if (!Take(byte)) return Outcome::kCorrupt;
  }
  return Outcome::kEnd;
}

// False: no header has that byte there.
bool ZipHeaderReader::Take(uint8_t byte) {
  switch (field_) {
    case Field::kZlib:
      return TakeZlib(byte);
    case Field::kGzip:
      return TakeGzip(byte);
    case Field::kExtraLength:
      extra_bytes_ |= static_cast<uint16_t>(byte << 8 * at_);
      if (++at_ == sizeof(extra_bytes_)) NextField();
      break;
    case Field::kExtra:
      if (++at_ == extra_bytes_) NextField();
      break;
    case Field::kName:
    case Field::kComment:
      if (byte == 0) NextField();
      break;
    case Field::kCrc:
      if (++at_ == sizeof(uint16_t)) NextField();
      break;
    case Field::kEnd:
      break;
  }
  return true;
}

bool ZipHeaderReader::TakeZlib(uint8_t byte) {
  if (at_++ == 0) {
    first_ = byte;
    return (byte & 15) == kDeflateMethod && byte >> 4 <= kMaxZlibWindow;
  }
  field_ = Field::kEnd;
  return (first_ << 8 | byte) % 31 == 0 && (byte & kZlibDictionary) == 0;
}

bool ZipHeaderReader::TakeGzip(uint8_t byte) {
  const uint32_t at = at_++;
  if (at < kGzipFlagsAt) return byte == kGzipHeader[at];
  if (at == kGzipFlagsAt) flags_ = byte;
  if (at_ == sizeof(kGzipHeader)) NextField();
  return (flags_ & kReserved) == 0;
}

bool ZipHeaderReader::IsAbsent(Field field) const {
  switch (field) {
    case Field::kExtraLength:
      return (flags_ & kHasExtra) == 0;
    case Field::kExtra:
      return extra_bytes_ == 0;
    case Field::kName:
      return (flags_ & kHasName) == 0;
    case Field::kComment:
      return (flags_ & kHasComment) == 0;
    case Field::kCrc:
      return (flags_ & kHasCrc) == 0;
    default:
      return false;
  }
}

void ZipHeaderReader::NextField() {
  at_ = 0;
  do {
    field_ = static_cast<Field>(static_cast<int>(field_) + 1);
  } while (IsAbsent(field_));
}

}  // namespace uacced::hw::hisi
