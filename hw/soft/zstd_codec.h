// Zstandard (RFC 8878) on the host CPU, through libzstd.
//
// Levels:  1..19, libzstd's own. Frames carry content size and checksum. A
//          fragment (hw/request.h) is just that, a frame.
// Memory:  one context for each direction, made on first use. The compressor's
//          grows with level and input; past 16 MiB it is not kept.
// Threads: thread-compatible; each worker has its own.
#ifndef UACCED_HW_SOFT_ZSTD_CODEC_H_
#define UACCED_HW_SOFT_ZSTD_CODEC_H_

#include "hw/request.h"
#include "hw/soft/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace uacced::hw {

class ZstdCodec {
 public:
  ZstdCodec() = default;
  ZstdCodec(const ZstdCodec&) = delete;
  ZstdCodec& operator=(const ZstdCodec&) = delete;
  ~ZstdCodec();

  // OUT_OF_RANGE: the destination is too small.
  Result Compress(const Request& request);

  // Takes any number of frames, skippable ones too, but none of the formats
  // before 1.0. Decoding goes straight into the destination, so a frame's
  // window costs no memory however large it claims to be.
  // INVALID_ARGUMENT: empty, truncated or corrupt input, a wrong checksum, a
  // dictionary is needed, or bytes after the end.
  // OUT_OF_RANGE: the output is larger than the destination.
  Result Decompress(const Request& request);

 private:
  ZSTD_CCtx_s* compressor_ = nullptr;
  ZSTD_DCtx_s* decompressor_ = nullptr;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_ZSTD_CODEC_H_
