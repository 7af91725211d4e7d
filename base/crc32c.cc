#include "base/crc32c.h"

#include <algorithm>

#include "isa-l/crc.h"

namespace uacced {

uint32_t Crc32c(const void* data, size_t bytes, uint32_t crc) {
  // ISA-L inverts neither before nor after, counts in int, and takes what it
  // only reads as not const.
  constexpr size_t kMaxPieceBytes = size_t{1} << 30;
  auto* at = static_cast<unsigned char*>(const_cast<void*>(data));
  crc = ~crc;
  while (bytes > 0) {
    const size_t piece_bytes = std::min(bytes, kMaxPieceBytes);
    crc = crc32_iscsi(at, static_cast<int>(piece_bytes), crc);
    at += piece_bytes;
    bytes -= piece_bytes;
  }
  return ~crc;
}

}  // namespace uacced
