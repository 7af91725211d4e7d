#include "hw/soft/zstd_codec.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <cstddef>
#include <cstdint>

namespace uacced::hw {
namespace {

constexpr size_t kKeptContextBytes = size_t{16} << 20;
constexpr size_t kMagicBytes = 4;

Result FromError(size_t code) {
  switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_dstSize_tooSmall:
    case ZSTD_error_dstBuffer_null:  // An empty destination.
      return Result::TooSmall();
    case ZSTD_error_memory_allocation:
      return Result::Unavailable();
    default:
      return Result::Corrupt();
  }
}

// A frame of today's format or a skippable one. Debian's library would decode
// those of versions before 1.0 as well, with code that nobody hardens any more.
bool StartsFrame(Bytes source) {
  if (source.size() < kMagicBytes) return false;
  const uint32_t magic = source[0] | uint32_t{source[1]} << 8 |
                         uint32_t{source[2]} << 16 | uint32_t{source[3]} << 24;
  return magic == ZSTD_MAGICNUMBER ||
         (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

}  // namespace

ZstdCodec::~ZstdCodec() {
  ZSTD_freeCCtx(compressor_);
  ZSTD_freeDCtx(decompressor_);
}

Result ZstdCodec::Compress(const Request& request) {
  if (compressor_ == nullptr) {
    compressor_ = ZSTD_createCCtx();
    if (compressor_ == nullptr) return Result::Unavailable();
    // Cannot fail on a fresh context. ZSTD_compress2() adds the content size.
    ZSTD_CCtx_setParameter(compressor_, ZSTD_c_checksumFlag, 1);
  }
  ZSTD_CCtx_setParameter(compressor_, ZSTD_c_compressionLevel, request.level);
  const size_t produced = ZSTD_compress2(
      compressor_, request.destination.data(), request.destination.size(),
      request.source.data(), request.source.size());
  if (ZSTD_sizeof_CCtx(compressor_) > kKeptContextBytes) {
    ZSTD_freeCCtx(compressor_);
    compressor_ = nullptr;
  }
  return ZSTD_isError(produced) ? FromError(produced)
                                : Result::Produced(produced);
}

Result ZstdCodec::Decompress(const Request& request) {
  if (request.source.empty()) return Result::Corrupt();
  if (decompressor_ == nullptr) {
    decompressor_ = ZSTD_createDCtx();
    if (decompressor_ == nullptr) return Result::Unavailable();
  }
  Bytes source = request.source;
  MutableBytes room = request.destination;
  while (!source.empty()) {
    if (!StartsFrame(source)) return Result::Corrupt();
    const size_t frame_bytes =
        ZSTD_findFrameCompressedSize(source.data(), source.size());
    if (ZSTD_isError(frame_bytes)) return FromError(frame_bytes);
    const size_t produced = ZSTD_decompressDCtx(
        decompressor_, room.data(), room.size(), source.data(), frame_bytes);
    if (ZSTD_isError(produced)) return FromError(produced);
    source = source.subspan(frame_bytes);
    room = room.subspan(produced);
  }
  return Result::Produced(request.destination.size() - room.size());
}

}  // namespace uacced::hw
