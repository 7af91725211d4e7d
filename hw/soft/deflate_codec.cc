#include "hw/soft/deflate_codec.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

#include <algorithm>
#include <new>

namespace uacced::hw {
namespace {

constexpr int kFirstNearOptimalLevel = 10;
// Level buffers of the default size: larger ones gained nothing at 64 KiB.
constexpr size_t kLevelBufferBytes = std::max(
    {ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT});

// The libraries do not take null for "no room", which an empty span may hold.
uint8_t g_no_room;
uint8_t* Data(MutableBytes room) {
  return room.empty() ? &g_no_room : room.data();
}
const uint8_t* Data(Bytes bytes) {
  return bytes.empty() ? &g_no_room : bytes.data();
}

Result FromInflate(libdeflate_result result, size_t produced_bytes) {
  switch (result) {
    case LIBDEFLATE_SUCCESS:
      return Result::Produced(produced_bytes);
    case LIBDEFLATE_INSUFFICIENT_SPACE:
      return Result::TooSmall();
    default:
      return Result::Corrupt();
  }
}

}  // namespace

struct DeflateCodec::Igzip {
  isal_zstream stream;
  alignas(64) uint8_t level_buffer[kLevelBufferBytes];
};

DeflateCodec::DeflateCodec() = default;

DeflateCodec::~DeflateCodec() {
  for (libdeflate_compressor* compressor : compressors_) {
    libdeflate_free_compressor(compressor);
  }
  libdeflate_free_decompressor(decompressor_);
}

Result DeflateCodec::Compress(const Request& request) {
  if (request.fragment) return CompressFragment(request);
  return request.level >= 1 && request.level <= kMaxIgzipLevel
             ? CompressFast(request)
             : CompressWell(request);
}

Result DeflateCodec::CompressFast(const Request& request) {
  if (igzip_ == nullptr) {
    igzip_.reset(new (std::nothrow) Igzip);
    if (igzip_ == nullptr) return Result::Unavailable();
  }
  isal_zstream& stream = igzip_->stream;
  // Stateless: the whole input is at hand. It also falls back to stored blocks
  // when the data does not shrink, so that the output has a bound.
  isal_deflate_stateless_init(&stream);
  stream.level = static_cast<uint8_t>(request.level);
  stream.level_buf = igzip_->level_buffer;
  stream.level_buf_size = kLevelBufferBytes;
  // A flush ends the blocks on a byte.
  stream.end_of_stream = request.fragment ? 0 : 1;
  stream.flush = request.fragment ? FULL_FLUSH : NO_FLUSH;
  stream.gzip_flag = request.fragment                        ? IGZIP_DEFLATE
                     : request.algorithm == Algorithm::kGzip ? IGZIP_GZIP
                     : request.algorithm == Algorithm::kZlib ? IGZIP_ZLIB
                                                             : IGZIP_DEFLATE;
  // ISA-L reads only, but says so to no compiler.
  stream.next_in = const_cast<uint8_t*>(Data(request.source));
  stream.avail_in = static_cast<uint32_t>(request.source.size());
  stream.next_out = Data(request.destination);
  stream.avail_out = static_cast<uint32_t>(request.destination.size());
  switch (isal_deflate_stateless(&stream)) {
    case COMP_OK:
      return Result::Produced(stream.total_out);
    case STATELESS_OVERFLOW:
      return Result::TooSmall();
    default:
      return Result::Internal();
  }
}

libdeflate_compressor* DeflateCodec::CompressorFor(int level) {
  libdeflate_compressor*& slot =
      compressors_[std::min(level, kFirstNearOptimalLevel)];
  if (level >= kFirstNearOptimalLevel && level != near_optimal_level_) {
    libdeflate_free_compressor(slot);
    slot = nullptr;
    near_optimal_level_ = level;
  }
  if (slot == nullptr) slot = libdeflate_alloc_compressor(level);
  return slot;
}

Result DeflateCodec::CompressWell(const Request& request) {
  libdeflate_compressor* compressor = CompressorFor(request.level);
  if (compressor == nullptr) return Result::Unavailable();
  const auto compress =
      request.fragment                        ? libdeflate_deflate_compress
      : request.algorithm == Algorithm::kGzip ? libdeflate_gzip_compress
      : request.algorithm == Algorithm::kZlib ? libdeflate_zlib_compress
                                              : libdeflate_deflate_compress;
  const size_t produced =
      compress(compressor, Data(request.source), request.source.size(),
               Data(request.destination), request.destination.size());
  return produced == 0 ? Result::TooSmall() : Result::Produced(produced);
}

Result DeflateCodec::Decompress(const Request& request) {
  if (request.fragment) return DecompressFragment(request);
  if (request.source.empty()) return Result::Corrupt();
  if (decompressor_ == nullptr) {
    decompressor_ = libdeflate_alloc_decompressor();
    if (decompressor_ == nullptr) return Result::Unavailable();
  }
  if (request.algorithm == Algorithm::kGzip) return DecompressGzip(request);

  const auto decompress = request.algorithm == Algorithm::kZlib
                              ? libdeflate_zlib_decompress_ex
                              : libdeflate_deflate_decompress_ex;
  size_t consumed = 0, produced = 0;
  const libdeflate_result result =
      decompress(decompressor_, request.source.data(), request.source.size(),
                 Data(request.destination), request.destination.size(),
                 &consumed, &produced);
  if (result == LIBDEFLATE_SUCCESS && consumed != request.source.size()) {
    return Result::Corrupt();
  }
  return FromInflate(result, produced);
}

Result DeflateCodec::DecompressGzip(const Request& request) {
  Bytes source = request.source;
  MutableBytes room = request.destination;
  while (!source.empty()) {
    size_t consumed = 0, produced = 0;
    const libdeflate_result result = libdeflate_gzip_decompress_ex(
        decompressor_, source.data(), source.size(), Data(room), room.size(),
        &consumed, &produced);
    if (result != LIBDEFLATE_SUCCESS) return FromInflate(result, 0);
    source = source.subspan(consumed);
    room = room.subspan(produced);
  }
  return Result::Produced(request.destination.size() - room.size());
}

}  // namespace uacced::hw
