#include "hw/soft/zstd_frame.h"

#include <zstd.h>

namespace uacced::hw {
namespace {

constexpr size_t kMagicBytes = 4, kSkippableHeaderBytes = 8;
constexpr size_t kDescriptorAt = 4, kWindowAt = 5;
constexpr uint8_t kSingleSegment = 0x20;
constexpr int kMinWindowLog = 10;

// By the two bits for each in the descriptor.
constexpr size_t kDictionaryIdBytes[] = {0, 1, 2, 4};
size_t ContentSizeBytes(uint8_t descriptor) {
  const int flag = descriptor >> 6;
  if (flag == 0) return (descriptor & kSingleSegment) != 0 ? 1 : 0;
  return size_t{1} << flag;
}

}  // namespace

ZstdFrameHeader::Outcome ZstdFrameHeader::Run(Bytes& source) {
  for (;;) {
    const size_t whole_bytes = WholeBytes();
    if (whole_bytes == 0) return Outcome::kCorrupt;
    if (size_ == whole_bytes) break;
    if (source.empty()) return Outcome::kMore;
    bytes_[size_++] = source.front();
    source = source.subspan(1);
  }
  return IsSkippable() ? Outcome::kSkippable : Outcome::kFrame;
}

size_t ZstdFrameHeader::WholeBytes() const {
  if (size_ < kMagicBytes) return kMagicBytes + 1;
  if (IsSkippable()) return kSkippableHeaderBytes;
  if (LittleEndian(0, kMagicBytes) != ZSTD_MAGICNUMBER) return 0;
  if (size_ <= kDescriptorAt) return kDescriptorAt + 1;
  const uint8_t descriptor = bytes_[kDescriptorAt];
  return kDescriptorAt + 1 + ((descriptor & kSingleSegment) != 0 ? 0 : 1) +
         kDictionaryIdBytes[descriptor & 3] + ContentSizeBytes(descriptor);
}

bool ZstdFrameHeader::IsSkippable() const {
  return (LittleEndian(0, kMagicBytes) & ZSTD_MAGIC_SKIPPABLE_MASK) ==
         ZSTD_MAGIC_SKIPPABLE_START;
}

uint64_t ZstdFrameHeader::LittleEndian(size_t at, size_t count) const {
  uint64_t value = 0;
  for (size_t i = count; i > 0; --i) value = value << 8 | bytes_[at + i - 1];
  return value;
}

uint64_t ZstdFrameHeader::window_bytes() const {
  const uint8_t descriptor = bytes_[kDescriptorAt];
  if ((descriptor & kSingleSegment) == 0) {
    const uint8_t window = bytes_[kWindowAt];
    const uint64_t base = uint64_t{1} << (kMinWindowLog + (window >> 3));
    return base + base / 8 * (window & 7);
  }
  return *content_bytes();
}

std::optional<uint64_t> ZstdFrameHeader::content_bytes() const {
  const size_t count = ContentSizeBytes(bytes_[kDescriptorAt]);
  if (count == 0) return std::nullopt;
  const uint64_t size = LittleEndian(size_ - count, count);
  return count == 2 ? size + 256 : size;
}

uint32_t ZstdFrameHeader::skippable_bytes() const {
  return static_cast<uint32_t>(LittleEndian(kMagicBytes, sizeof(uint32_t)));
}

}  // namespace uacced::hw
