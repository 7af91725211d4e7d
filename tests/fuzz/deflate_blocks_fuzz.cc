// Arbitrary bytes as a deflate stream. Whatever they are, the last block is
// within them; and where zlib finds the end, so does DeflateBlocks.
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "hw/soft/deflate_blocks.h"

namespace uacced::hw {
namespace {

// Beyond that zlib is not asked: small inputs may stand for a lot.
constexpr size_t kMaxOutputBytes = size_t{1} << 20;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "deflate_blocks_fuzz: %s\n", what);
  std::abort();
}

// Bytes of the stream; 0 when zlib cannot read it.
size_t ZlibSize(Bytes source) {
  static auto* const out = new std::vector<uint8_t>(kMaxOutputBytes);
  z_stream stream = {};
  Require(inflateInit2(&stream, -15) == Z_OK, "zlib does not start");
  stream.next_in = const_cast<uint8_t*>(source.data());
  stream.avail_in = static_cast<uInt>(source.size());
  stream.next_out = out->data();
  stream.avail_out = static_cast<uInt>(out->size());
  const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END;
  inflateEnd(&stream);
  return whole ? stream.total_in : 0;
}

void TestOneInput(Bytes source) {
  static auto* const blocks = new DeflateBlocks;
  const auto last = blocks->FindLast(source);
  if (last.has_value()) {
    Require(last->header_bit + 10 <= last->end_bit, "a block of no size");
    Require(last->end_bit <= source.size() * 8, "an end behind the end");
    Require((source[last->header_bit / 8] >> last->header_bit % 8 & 1) != 0,
            "a last block that is not final");
  }
  const size_t zlib_size = ZlibSize(source);
  if (zlib_size == 0) return;
  Require(last.has_value(), "zlib can read what was refused");
  Require((last->end_bit + 7) / 8 == zlib_size, "zlib sees another end");
}

}  // namespace
}  // namespace uacced::hw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uacced::hw::TestOneInput({data, size});
  return 0;
}
