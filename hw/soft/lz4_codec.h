// LZ4 frames (LZ4 frame format 1.6) on the host CPU, through liblz4.
//
// Levels:  0..2 fast (they are the same), 3..12 high compression. Frames carry
//          content size and checksum; blocks are independent, of the smallest
//          size that holds the input, at most 4 MiB. Fragments (hw/request.h)
//          have blocks of 4 MiB, each with its own checksum.
// Memory:  one context for each direction, made on first use: up to 0.3 MiB to
//          compress and, for frames of 4 MiB blocks, 8 MiB to decompress.
// Threads: thread-compatible; each worker has its own.
#ifndef UACCED_HW_SOFT_LZ4_CODEC_H_
#define UACCED_HW_SOFT_LZ4_CODEC_H_

#include "hw/request.h"
#include "hw/soft/result.h"

struct LZ4F_cctx_s;
struct LZ4F_dctx_s;

namespace uacced::hw {

class Lz4Codec {
 public:
  Lz4Codec() = default;
  Lz4Codec(const Lz4Codec&) = delete;
  Lz4Codec& operator=(const Lz4Codec&) = delete;
  ~Lz4Codec();

  // OUT_OF_RANGE: the destination is too small. liblz4 wants room for the worst
  // case, so this may come although the output would just have fitted;
  // FirstOutputRoom() is always enough.
  Result Compress(const Request& request);

  // Takes any number of frames, skippable ones too; not the legacy format.
  // INVALID_ARGUMENT: empty, truncated or corrupt input, a wrong checksum, a
  // dictionary is needed, or bytes after the end.
  // OUT_OF_RANGE: the output is larger than the destination.
  // Of a fragment also INVALID_ARGUMENT: an end mark, or an end that is not
  // that of a block. An empty one stands for an empty block.
  Result Decompress(const Request& request);

 private:
  Result DecompressFragment(const Request& request);
  Result DecompressFrames(const Request& request);

  LZ4F_cctx_s* compressor_ = nullptr;
  LZ4F_dctx_s* decompressor_ = nullptr;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_LZ4_CODEC_H_
