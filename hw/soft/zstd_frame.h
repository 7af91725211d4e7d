// The header of a Zstandard frame (RFC 8878, 3.1), read byte by byte: it says
// how much memory the frame wants before any is given.
//
// Threads: thread-compatible.
#ifndef UACCED_HW_SOFT_ZSTD_FRAME_H_
#define UACCED_HW_SOFT_ZSTD_FRAME_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "hw/request.h"

namespace uacced::hw {

class ZstdFrameHeader {
 public:
  enum class Outcome {
    kMore,
    kFrame,      // The header is complete: see window_bytes().
    kSkippable,  // A skippable frame's is: see skippable_bytes().
    kCorrupt,    // Neither; the formats before 1.0 too.
  };

  void Reset() { size_ = 0; }
  // Moves `source` on past what belongs to the header.
  Outcome Run(Bytes& source);

  Bytes bytes() const { return Bytes(bytes_).first(size_); }
  // For a frame in one segment, its content.
  uint64_t window_bytes() const;
  // Nothing when the header does not tell.
  std::optional<uint64_t> content_bytes() const;
  // Of its content.
  uint32_t skippable_bytes() const;

 private:
  // All of its header, as far as the bytes read so far tell; 0: corrupt.
  size_t WholeBytes() const;
  bool IsSkippable() const;
  uint64_t LittleEndian(size_t at, size_t count) const;

  static constexpr size_t kMaxBytes = 18;
  std::array<uint8_t, kMaxBytes> bytes_;
  size_t size_ = 0;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_ZSTD_FRAME_H_
