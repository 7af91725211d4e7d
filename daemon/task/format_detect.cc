#include "daemon/task/format_detect.h"

#include <cstdint>

namespace uacced {
namespace {

constexpr uint32_t kZstdMagic = 0xfd2fb528;
constexpr uint32_t kLz4FrameMagic = 0x184d2204;
// zstd and lz4 share the 16 magic numbers of frames to skip over.
constexpr uint32_t kSkippableMagic = 0x184d2a50;
constexpr uint32_t kSkippableMask = 0xfffffff0;

uint32_t LoadLe32(const uint8_t* bytes) {
  return static_cast<uint32_t>(bytes[0]) |
         static_cast<uint32_t>(bytes[1]) << 8 |
         static_cast<uint32_t>(bytes[2]) << 16 |
         static_cast<uint32_t>(bytes[3]) << 24;
}

// The magic of the first frame that has content.
uint32_t FrameMagic(hw::Bytes input) {
  while (input.size() >= 8 &&
         (LoadLe32(input.data()) & kSkippableMask) == kSkippableMagic) {
    const uint64_t frame_bytes = uint64_t{8} + LoadLe32(input.data() + 4);
    if (frame_bytes >= input.size()) return kZstdMagic;
    input = input.subspan(frame_bytes);
  }
  return input.size() >= 4 ? LoadLe32(input.data()) : 0;
}

}  // namespace

hw::Algorithm DetectFormat(hw::Bytes input) {
  if (input.size() >= 2 && input[0] == 0x1f && input[1] == 0x8b) {
    return hw::Algorithm::kGzip;
  }
  const uint32_t magic = FrameMagic(input);
  if (magic == kZstdMagic) return hw::Algorithm::kZstd;
  if (magic == kLz4FrameMagic) return hw::Algorithm::kLz4;
  // RFC 1950: method 8, window up to 32 KiB, no dictionary, checksum of both.
  if (input.size() >= 2 && (input[0] & 0x0f) == 8 && (input[0] >> 4) <= 7 &&
      (input[1] & 0x20) == 0 && (input[0] * 256 + input[1]) % 31 == 0) {
    return hw::Algorithm::kZlib;
  }
  return hw::Algorithm::kNone;
}

}  // namespace uacced
