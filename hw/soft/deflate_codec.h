// gzip, zlib and raw deflate on the host CPU (RFC 1952, 1950, 1951).
//
// Levels:  0 stores; 1, 2, 3 are ISA-L's igzip levels of the same number; 4..12
//          are libdeflate's. On text in blocks of 64 KiB the ratio grows with
//          every level; igzip 3 stays below libdeflate 4 and is more than twice
//          as fast, so the step from one library to the other is in order.
//          Fragments (hw/request.h) of levels 4..12 end with an empty stored
//          block: up to 5 bytes, and some per cent of the time to find where
//          libdeflate began its final block.
// Memory:  contexts are made on first use and kept: at most 0.5 MiB for igzip,
//          some 1 MiB for each of the levels 4..9, and one of about 9 MiB for
//          whichever of 10..12 came last; 0.1 MiB for fragments.
// Threads: thread-compatible; each worker has its own.
#ifndef UACCED_HW_SOFT_DEFLATE_CODEC_H_
#define UACCED_HW_SOFT_DEFLATE_CODEC_H_

#include <array>
#include <cstdint>
#include <memory>

#include "hw/request.h"
#include "hw/soft/deflate_blocks.h"
#include "hw/soft/inflater.h"
#include "hw/soft/result.h"

struct libdeflate_compressor;
struct libdeflate_decompressor;

namespace uacced::hw {

class DeflateCodec {
 public:
  DeflateCodec();
  ~DeflateCodec();

  // REQUIRES: algorithm kGzip, kZlib or kDeflate, the level within its range.
  // OUT_OF_RANGE: the destination is too small. The codecs want room for the
  // worst case, so this may come although the output would just have fitted;
  // FirstOutputRoom() is always enough.
  Result Compress(const Request& request);

  // INVALID_ARGUMENT: empty, truncated or corrupt input, a wrong checksum, or
  // bytes after the end. Only gzip may hold several members, one after another.
  // OUT_OF_RANGE: the output is larger than the destination, which is all that
  // is ever written to.
  // Of a fragment also INVALID_ARGUMENT: a final block, or an end that is not
  // that of a block and a byte.
  Result Decompress(const Request& request);

 private:
  static constexpr int kMaxIgzipLevel = 3;
  struct Igzip;

  Result CompressFast(const Request& request);
  Result CompressWell(const Request& request);
  libdeflate_compressor* CompressorFor(int level);
  Result DecompressGzip(const Request& request);
  Result CompressFragment(const Request& request);
  Result EndWithoutFinalBlock(MutableBytes stream, MutableBytes room);
  Result DecompressFragment(const Request& request);

  std::unique_ptr<Igzip> igzip_;
  // By level; the three near-optimal ones share the last place.
  std::array<libdeflate_compressor*, 11> compressors_{};
  int near_optimal_level_ = 0;
  libdeflate_decompressor* decompressor_ = nullptr;
  std::unique_ptr<DeflateBlocks> blocks_;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_DEFLATE_CODEC_H_
