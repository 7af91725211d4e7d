#include "hw/output_room.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace uacced::hw {
namespace {

constexpr uint64_t kMinGuessBytes = 4096;
constexpr uint64_t kGuessFactor = 4;

// The most that a byte of each format can turn into.
constexpr uint64_t kMaxDeflateRatio = 1032;  // 258 bytes from 2 bits.
constexpr uint64_t kMaxZstdRatio = 32768;    // A block of 128 KiB from 4 bytes.
constexpr uint64_t kMaxLz4Ratio = 255;

// Stored blocks cost deflate 5 bytes each (libdeflate: every 5,000 bytes at
// worst), zstd allows itself 1 in 256, and LZ4 4 in 65,536; headers, trailers,
// the end of a fragment and what libraries want to spare fit in the constant.
uint64_t CompressBound(uint64_t source_bytes) {
  return source_bytes + source_bytes / 256 + 128;
}

uint64_t LittleEndian(Bytes bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

// The trailer of the last member: the size modulo 2^32 (RFC 1952, 2.3.1). With
// several members it is that of the last, which shows when it is too little to
// have been worth so much source.
std::optional<uint64_t> GzipSize(Bytes source) {
  constexpr size_t kSmallestMember = 18;
  if (source.size() < kSmallestMember) return std::nullopt;
  const uint64_t size = LittleEndian(source.last(4));
  if (CompressBound(size) < source.size()) return std::nullopt;
  return size;
}

// Frame_Content_Size of the first frame (RFC 8878, 3.1.1.1).
std::optional<uint64_t> ZstdSize(Bytes source) {
  constexpr uint64_t kMagic = 0xFD2FB528;
  constexpr size_t kDescriptorAt = 4;
  if (source.size() <= kDescriptorAt ||
      LittleEndian(source.first(4)) != kMagic) {
    return std::nullopt;
  }
  const uint8_t descriptor = source[kDescriptorAt];
  const unsigned size_flag = descriptor >> 6;
  const bool single_segment = (descriptor >> 5 & 1) != 0;
  if (size_flag == 0 && !single_segment) return std::nullopt;
  static constexpr size_t kDictionaryIdBytes[] = {0, 1, 2, 4};
  const size_t size_at = kDescriptorAt + 1 + (single_segment ? 0 : 1) +
                         kDictionaryIdBytes[descriptor & 3];
  const size_t size_bytes = size_t{1} << size_flag;
  if (source.size() < size_at + size_bytes) return std::nullopt;
  const uint64_t size = LittleEndian(source.subspan(size_at, size_bytes));
  return size_flag == 1 ? size + 256 : size;
}

// Content size of the first frame (LZ4 frame format 1.6, "Frame Descriptor").
std::optional<uint64_t> Lz4Size(Bytes source) {
  constexpr uint64_t kMagic = 0x184D2204;
  constexpr size_t kFlagsAt = 4, kSizeAt = 6;
  if (source.size() < kSizeAt + 8 || LittleEndian(source.first(4)) != kMagic ||
      (source[kFlagsAt] >> 3 & 1) == 0) {
    return std::nullopt;
  }
  return LittleEndian(source.subspan(kSizeAt, 8));
}

uint64_t DecompressRoom(const Request& request) {
  const Bytes source = request.source;
  std::optional<uint64_t> promised;
  uint64_t max_ratio = kMaxDeflateRatio;
  // Fragments, zstd's apart, promise nothing: they have no header or trailer.
  const bool framed =
      !request.fragment || request.algorithm == Algorithm::kZstd;
  switch (request.algorithm) {
    case Algorithm::kGzip:
      if (framed) promised = GzipSize(source);
      break;
    case Algorithm::kZstd:
      promised = ZstdSize(source);
      max_ratio = kMaxZstdRatio;
      break;
    case Algorithm::kLz4:
      if (framed) promised = Lz4Size(source);
      max_ratio = kMaxLz4Ratio;
      break;
    default:
      break;
  }
  if (promised.has_value() && *promised <= source.size() * max_ratio) {
    return *promised;
  }
  return std::max(kMinGuessBytes, source.size() * kGuessFactor);
}

uint64_t Room(const Request& request) {
  const uint64_t source_bytes = request.source.size();
  switch (request.operation) {
    case Operation::kCompress:
      return CompressBound(source_bytes);
    case Operation::kDecompress:
      return DecompressRoom(request);
    case Operation::kEncrypt:
      return request.pkcs7_padding
                 ? source_bytes / kCipherBlockBytes * kCipherBlockBytes +
                       kCipherBlockBytes
                 : source_bytes;
    case Operation::kDigest:
      return Info(request.algorithm).digest_bytes;
    case Operation::kCopy:
    case Operation::kDecrypt:
      break;
  }
  return source_bytes;
}

}  // namespace

uint64_t FirstOutputRoom(const Request& request, uint64_t limit_bytes) {
  return std::min(Room(request), limit_bytes);
}

}  // namespace uacced::hw
