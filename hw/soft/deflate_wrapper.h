// What gzip and zlib put around raw deflate (RFC 1952, 1950), read byte by
// byte. Checks what libdeflate checks, so that streams and whole requests
// agree; a gzip header's own CRC is skipped.
//
// Threads: thread-compatible.
#ifndef UACCED_HW_SOFT_DEFLATE_WRAPPER_H_
#define UACCED_HW_SOFT_DEFLATE_WRAPPER_H_

#include <cstddef>
#include <cstdint>

#include "hw/request.h"

namespace uacced::hw {

// The header of a gzip member or zlib stream. That of raw deflate is empty.
class DeflateHeader {
 public:
  enum class Outcome { kMore, kEnd, kCorrupt };

  // REQUIRES: kGzip, kZlib or kDeflate.
  explicit DeflateHeader(Algorithm format) : format_(format) { Reset(); }

  void Reset();
  // Moves `source` on past what belongs to the header.
  Outcome Run(Bytes& source);

 private:
  enum class Field { kFixed, kExtraSize, kExtra, kName, kComment, kCrc, kEnd };

  bool TakeGzip(uint8_t byte);
  bool TakeZlib(uint8_t byte);
  bool TakeFixed(uint8_t byte);
  void NextField();

  const Algorithm format_;
  Field field_;
  size_t at_;  // In the field.
  uint8_t flags_;
  uint8_t first_;
  size_t extra_bytes_;
};

// The trailer, and the sums that it must tell.
class DeflateTrailer {
 public:
  using Outcome = DeflateHeader::Outcome;

  explicit DeflateTrailer(Algorithm format) : format_(format) { Reset(); }

  void Reset();
  void AddOutput(Bytes output);
  // Moves `source` on past what belongs to the trailer.
  Outcome Run(Bytes& source);

 private:
  static constexpr size_t kMaxBytes = 8;

  size_t size() const;
  bool IsRight() const;

  const Algorithm format_;
  uint32_t checksum_;
  uint32_t output_bytes_;  // Modulo 2^32, as the trailer has it.
  uint8_t bytes_[kMaxBytes];
  size_t at_;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_DEFLATE_WRAPPER_H_
