// What software has to do of gzip and zlib (RFC 1952, 1950): headers, and the
// end of a stream that the device has not ended. Blocks and trailers are the
// device's otherwise.
//
// Threads: thread-compatible.
#ifndef UACCED_HW_HISI_ZIP_HEADER_H_
#define UACCED_HW_HISI_ZIP_HEADER_H_

#include <cstddef>
#include <cstdint>

#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

inline constexpr size_t kMaxZipHeaderBytes = 10;
inline constexpr size_t kMaxZipEndBytes = 13;

// 0 for raw deflate.
size_t ZipHeaderBytes(Algorithm format);
// Writes that many bytes: no name, no time, any system.
void WriteZipHeader(Algorithm format, uint8_t* out);

// The CRC-32 or Adler-32 that the device's word for it stands for; 0 for raw
// deflate.
uint32_t ZipChecksum(Algorithm format, uint32_t word);
// That word before any input.
uint32_t FirstZipChecksumWord(Algorithm format);

// Writes an empty final block and the trailer; returns how many bytes, at most
// kMaxZipEndBytes. `checksum_word`, `isize`: the device's.
size_t WriteZipEnd(Algorithm format, uint32_t checksum_word, uint32_t isize,
                   uint8_t* out);

// Reads a header byte by byte, so that it may come in pieces of any size. The
// CRC that gzip may have for its header is skipped, as most readers do.
class ZipHeaderReader {
 public:
  enum class Outcome : uint8_t { kMore, kEnd, kCorrupt };

  // REQUIRES: kGzip, kZlib or kDeflate, whose header is empty.
  void Reset(Algorithm format);

  // Moves `source` on past what belongs to the header.
  Outcome Read(Bytes& source);

 private:
  enum class Field : uint8_t {
    kZlib,
    kGzip,
    kExtraLength,
    kExtra,
    kName,
    kComment,
    kCrc,
    kEnd,
  };

  bool Take(uint8_t byte);
  bool TakeZlib(uint8_t byte);
  bool TakeGzip(uint8_t byte);
  bool IsAbsent(Field field) const;
  void NextField();

  Field field_ = Field::kEnd;
  uint8_t flags_ = 0;
  uint8_t first_ = 0;
  uint16_t extra_bytes_ = 0;
  uint32_t at_ = 0;  // In the field.
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ZIP_HEADER_H_
