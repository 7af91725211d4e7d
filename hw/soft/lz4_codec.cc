#include "hw/soft/lz4_codec.h"

#include <lz4frame.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace uacced::hw {
namespace {

// liblz4 does arithmetic on its pointers even when there is nothing there.
uint8_t g_no_room;

LZ4F_blockSizeID_t BlockSizeFor(size_t source_bytes) {
  if (source_bytes <= size_t{64} << 10) return LZ4F_max64KB;
  if (source_bytes <= size_t{256} << 10) return LZ4F_max256KB;
  if (source_bytes <= size_t{1} << 20) return LZ4F_max1MB;
  return LZ4F_max4MB;
}

// What goes before and behind fragments: a frame of independent blocks of
// 4 MiB with checksums of their own, and the block of no size.
constexpr uint8_t kFragmentHeader[] = {0x04, 0x22, 0x4d, 0x18,
                                       0x70, 0x70, 0x72};
constexpr uint8_t kEndMark[] = {0, 0, 0, 0};

// The public part of liblz4's API tells errors apart by name only.
Result FromError(size_t code) {
  return std::strcmp(LZ4F_getErrorName(code), "ERROR_allocation_failed") == 0
             ? Result::Unavailable()
             : Result::Corrupt();
}

LZ4F_preferences_t PreferencesFor(const Request& request) {
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.blockSizeID = BlockSizeFor(request.source.size());
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  preferences.frameInfo.contentSize = request.source.size();
  if (request.fragment) {
    preferences.frameInfo.blockSizeID = LZ4F_max4MB;
    preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
    preferences.frameInfo.contentChecksumFlag = LZ4F_noContentChecksum;
    preferences.frameInfo.contentSize = 0;
  }
  preferences.compressionLevel = static_cast<uint8_t>(request.level);
  preferences.autoFlush = 1;  // Nothing is buffered: all input comes at once.
  return preferences;
}

}  // namespace

Lz4Codec::~Lz4Codec() {
  LZ4F_freeCompressionContext(compressor_);
  LZ4F_freeDecompressionContext(decompressor_);
}

Result Lz4Codec::Compress(const Request& request) {
  if (request.fragment && request.source.empty()) return Result::Produced(0);
  if (compressor_ == nullptr &&
      LZ4F_isError(LZ4F_createCompressionContext(&compressor_, LZ4F_VERSION))) {
    return Result::Unavailable();
  }
  const LZ4F_preferences_t preferences = PreferencesFor(request);
  const size_t source_bytes = request.source.size();
  const size_t needed_bytes =
      LZ4F_HEADER_SIZE_MAX + LZ4F_compressBound(source_bytes, &preferences);
  if (request.destination.size() < needed_bytes) return Result::TooSmall();

  uint8_t* const begin = request.destination.data();
  uint8_t* const end = begin + request.destination.size();
  uint8_t* out = begin;
  uint8_t header[LZ4F_HEADER_SIZE_MAX];
  size_t written =
      LZ4F_compressBegin(compressor_, header, sizeof(header), &preferences);
  if (LZ4F_isError(written)) return Result::Unavailable();  // Out of memory.
  if (!request.fragment) {
    std::memcpy(out, header, written);
    out += written;
  }
  if (source_bytes > 0) {
    LZ4F_compressOptions_t options = {};
    options.stableSrc = 1;
    written =
        LZ4F_compressUpdate(compressor_, out, end - out, request.source.data(),
                            source_bytes, &options);
    if (LZ4F_isError(written)) return Result::Internal();
    out += written;
  }
  // Nothing is buffered, so a fragment is complete.
  if (request.fragment) return Result::Produced(out - begin);
  written = LZ4F_compressEnd(compressor_, out, end - out, nullptr);
  if (LZ4F_isError(written)) return Result::Internal();
  return Result::Produced(out + written - begin);
}

Result Lz4Codec::Decompress(const Request& request) {
  if (request.source.empty()) {
    return request.fragment ? Result::Produced(0) : Result::Corrupt();
  }
  if (decompressor_ == nullptr && LZ4F_isError(LZ4F_createDecompressionContext(
                                      &decompressor_, LZ4F_VERSION))) {
    return Result::Unavailable();
  }
  const Result result = request.fragment ? DecompressFragment(request)
                                         : DecompressFrames(request);
  if (!result.ok()) {
    // LZ4F_resetDecompressionContext() of liblz4 1.9.4 forgets to forget how
    // much of the frame was to come, which fails the next frame without a size.
    LZ4F_freeDecompressionContext(decompressor_);
    decompressor_ = nullptr;
  }
  return result;
}

Result Lz4Codec::DecompressFrames(const Request& request) {
  LZ4F_decompressOptions_t options = {};
  options.stableDst = 1;  // Earlier output stays in place: no copy of it.
  const uint8_t* source = request.source.data();
  const uint8_t* const source_end = source + request.source.size();
  uint8_t* const begin =
      request.destination.empty() ? &g_no_room : request.destination.data();
  uint8_t* const end = begin + request.destination.size();
  uint8_t* out = begin;
  for (;;) {
    size_t consumed = source_end - source;
    size_t produced = end - out;
    const size_t hint = LZ4F_decompress(decompressor_, out, &produced, source,
                                        &consumed, &options);
    if (LZ4F_isError(hint)) return FromError(hint);
    source += consumed;
    out += produced;
    if (source == source_end) {
      // Every frame ends with a mark or a checksum, which is not read before
      // all output is out; so there is no case of "only room was missing".
      return hint == 0 ? Result::Produced(out - begin) : Result::Corrupt();
    }
    if (hint != 0 && consumed == 0 && produced == 0) return Result::TooSmall();
  }
}

Result Lz4Codec::DecompressFragment(const Request& request) {
  LZ4F_decompressOptions_t options = {};
  options.stableDst = 1;
  uint8_t* const begin =
      request.destination.empty() ? &g_no_room : request.destination.data();
  uint8_t* const end = begin + request.destination.size();
  uint8_t* out = begin;
  size_t hint = 0;
  for (const Bytes part :
       {Bytes(kFragmentHeader), request.source, Bytes(kEndMark)}) {
    const uint8_t* source = part.data();
    const uint8_t* const source_end = source + part.size();
    while (source != source_end) {
      size_t consumed = source_end - source;
      size_t produced = end - out;
      hint = LZ4F_decompress(decompressor_, out, &produced, source, &consumed,
                             &options);
      if (LZ4F_isError(hint)) return FromError(hint);
      source += consumed;
      out += produced;
      // The frame ends where our own mark does, and nowhere else.
      const bool last = part.data() == kEndMark && source == source_end;
      if (hint == 0 && !last) return Result::Corrupt();
      if (consumed == 0 && produced == 0) return Result::TooSmall();
    }
  }
  return hint == 0 ? Result::Produced(out - begin) : Result::Corrupt();
}

}  // namespace uacced::hw
