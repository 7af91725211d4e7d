#include "daemon/stream/framing.h"

#include <zlib.h>

#include <algorithm>

namespace uacced {
namespace {

using hw::Algorithm;

// RFC 1952: deflate, no flags, no time, of no system in particular.
constexpr uint8_t kGzipHeader[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};
// RFC 1950: deflate with 32 KiB of window, default effort, header checksum.
constexpr uint8_t kZlibHeader[] = {0x78, 0x9c};
// Version 1, independent blocks with checksums, of at most 4 MiB; no checksum
// of the content, as the blocks were made apart.
constexpr uint8_t kLz4Header[] = {0x04, 0x22, 0x4d, 0x18, 0x70, 0x70, 0x72};

// An empty final block with fixed codes.
constexpr uint8_t kDeflateEnd[] = {0x03, 0x00};
constexpr uint8_t kLz4EndMark[] = {0, 0, 0, 0};

static_assert(sizeof(kGzipHeader) <= Framing::kMaxHeaderBytes);
static_assert(sizeof(kDeflateEnd) + 8 <= Framing::kMaxTrailerBytes);

hw::Bytes HeaderOf(Algorithm format) {
  switch (format) {
    case Algorithm::kGzip:
      return kGzipHeader;
    case Algorithm::kZlib:
      return kZlibHeader;
    case Algorithm::kLz4:
      return kLz4Header;
    default:
      return {};
  }
}

uint8_t* PutLe32(uint32_t value, uint8_t* out) {
  for (int shift = 0; shift < 32; shift += 8) {
    *out++ = static_cast<uint8_t>(value >> shift);
  }
  return out;
}

uint8_t* PutBe32(uint32_t value, uint8_t* out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    *out++ = static_cast<uint8_t>(value >> shift);
  }
  return out;
}

}  // namespace

Framing::Framing(Algorithm format)
    : format_(format),
      header_(HeaderOf(format)),
      // Of nothing: Adler-32 begins at 1.
      checksum_(format == Algorithm::kZlib ? 1 : 0) {}

void Framing::Add(uint32_t checksum, uint64_t block_bytes) {
  const auto length = static_cast<z_off_t>(block_bytes);
  if (format_ == Algorithm::kGzip) {
    checksum_ =
        static_cast<uint32_t>(crc32_combine(checksum_, checksum, length));
  } else if (format_ == Algorithm::kZlib) {
    checksum_ =
        static_cast<uint32_t>(adler32_combine(checksum_, checksum, length));
  }
  input_bytes_ += block_bytes;
}

size_t Framing::WriteTrailer(hw::MutableBytes out) const {
  uint8_t* end = out.data();
  switch (format_) {
    case Algorithm::kGzip:
      end = std::copy(std::begin(kDeflateEnd), std::end(kDeflateEnd), end);
      end = PutLe32(checksum_, end);
      // ISIZE: modulo 2^32.
      end = PutLe32(static_cast<uint32_t>(input_bytes_), end);
      break;
    case Algorithm::kZlib:
      end = std::copy(std::begin(kDeflateEnd), std::end(kDeflateEnd), end);
      end = PutBe32(checksum_, end);
      break;
    case Algorithm::kDeflate:
      end = std::copy(std::begin(kDeflateEnd), std::end(kDeflateEnd), end);
      break;
    case Algorithm::kLz4:
      end = std::copy(std::begin(kLz4EndMark), std::end(kLz4EndMark), end);
      break;
    default:
      break;
  }
  return static_cast<size_t>(end - out.data());
}

}  // namespace uacced
