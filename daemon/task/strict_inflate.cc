#include "daemon/task/strict_inflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace uacced {
namespace {

constexpr size_t kMaxPieceBytes = size_t{1} << 30;
constexpr size_t kDiscardBytes = size_t{16} << 10;

int WindowBits(hw::Algorithm format) {
  switch (format) {
    case hw::Algorithm::kGzip:
      return MAX_WBITS + 16;
    case hw::Algorithm::kZlib:
      return MAX_WBITS;
    default:
      return -MAX_WBITS;
  }
}

// Moves `source` on to what stands behind the stream.
bool SkipStream(z_stream& stream, hw::Bytes& source) {
  std::array<uint8_t, kDiscardBytes> discard;
  int status = Z_OK;
  while (status == Z_OK) {
    const size_t bytes = std::min(source.size(), kMaxPieceBytes);
    stream.next_in = const_cast<uint8_t*>(source.data());  // It only reads.
    stream.avail_in = static_cast<uInt>(bytes);
    stream.next_out = discard.data();
    stream.avail_out = static_cast<uInt>(discard.size());
    // Z_BUF_ERROR: the input is over before the stream is.
    status = inflate(&stream, Z_NO_FLUSH);
    source = source.subspan(bytes - stream.avail_in);
  }
  return status == Z_STREAM_END;
}

}  // namespace

bool IsStrictlyValid(hw::Algorithm format, hw::Bytes source) {
  z_stream stream = {};
  if (source.empty() || inflateInit2(&stream, WindowBits(format)) != Z_OK) {
    return false;
  }
  bool valid = SkipStream(stream, source);
  while (valid && !source.empty()) {
    valid = format == hw::Algorithm::kGzip && inflateReset(&stream) == Z_OK &&
            SkipStream(stream, source);
  }
  inflateEnd(&stream);
  return valid;
}

}  // namespace uacced
