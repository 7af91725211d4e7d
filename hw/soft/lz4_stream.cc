#include "hw/soft/lz4_stream.h"

#include <lz4frame.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

namespace uacced::hw {
namespace {

constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kCorrupt = absl::StatusCode::kInvalidArgument;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
constexpr size_t kKibibyte = 1024, kMebibyte = 1024 * kKibibyte;

// liblz4 does arithmetic on its pointers even when there is nothing there.
uint8_t g_no_room;

// The public part of liblz4's API tells errors apart by name only.
bool IsOutOfMemory(size_t code) {
  return std::strcmp(LZ4F_getErrorName(code), "ERROR_allocation_failed") == 0;
}

class Lz4CompressStream : public SoftStream {
 public:
  explicit Lz4CompressStream(int level) {
    preferences_.frameInfo.blockSizeID = LZ4F_max256KB;
    preferences_.frameInfo.blockMode = LZ4F_blockLinked;
    preferences_.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    preferences_.compressionLevel = level;
  }
  ~Lz4CompressStream() override { LZ4F_freeCompressionContext(context_); }

  // Input and output of a block and the window before it, and the tables.
  size_t max_memory_bytes() const override { return kMebibyte + kMebibyte / 4; }

 private:
  // Of one call of liblz4, which wants room for the worst case of all of it.
  static constexpr size_t kChunkBytes = 256 * kKibibyte;

  enum class Part { kBegin, kBody, kEnd };

  absl::StatusCode Step(Bytes& source, MutableBytes& room, bool last) override;
  bool Open();
  // True: there is something else to do.
  bool Advance(Bytes& source, bool last, size_t& code);
  void Give(MutableBytes& room);

  LZ4F_preferences_t preferences_ = LZ4F_INIT_PREFERENCES;
  LZ4F_cctx* context_ = nullptr;
  Part part_ = Part::kBegin;
  std::unique_ptr<uint8_t[]> staged_;  // Output on its way.
  size_t staged_room_ = 0, staged_begin_ = 0, staged_end_ = 0;
};

bool Lz4CompressStream::Open() {
  staged_room_ = std::max<size_t>(
      LZ4F_HEADER_SIZE_MAX, LZ4F_compressBound(kChunkBytes, &preferences_));
  staged_.reset(new (std::nothrow) uint8_t[staged_room_]);
  return staged_ != nullptr &&
         !LZ4F_isError(LZ4F_createCompressionContext(&context_, LZ4F_VERSION));
}

absl::StatusCode Lz4CompressStream::Step(Bytes& source, MutableBytes& room,
                                         bool last) {
  if (context_ == nullptr && !Open()) return kUnavailable;
  for (;;) {
    Give(room);
    if (staged_begin_ < staged_end_) break;
    size_t code = 0;
    const bool more = Advance(source, last, code);
    if (LZ4F_isError(code)) {
      return IsOutOfMemory(code) ? kUnavailable : absl::StatusCode::kInternal;
    }
    staged_begin_ = 0;
    staged_end_ = code;
    if (!more) break;
  }
  progress_.done = part_ == Part::kEnd && staged_begin_ == staged_end_;
  return kOk;
}

bool Lz4CompressStream::Advance(Bytes& source, bool last, size_t& code) {
  if (part_ == Part::kBegin) {
    code = LZ4F_compressBegin(context_, staged_.get(), staged_room_,
                              &preferences_);
    part_ = Part::kBody;
    return true;
  }
  if (part_ == Part::kBody && !source.empty()) {
    const size_t bytes = std::min(source.size(), kChunkBytes);
    code = LZ4F_compressUpdate(context_, staged_.get(), staged_room_,
                               source.data(), bytes, nullptr);
    source = source.subspan(bytes);
    return true;
  }
  if (part_ == Part::kBody && last) {
    code = LZ4F_compressEnd(context_, staged_.get(), staged_room_, nullptr);
    part_ = Part::kEnd;
    return true;
  }
  return false;
}

void Lz4CompressStream::Give(MutableBytes& room) {
  const size_t bytes = std::min(room.size(), staged_end_ - staged_begin_);
  if (bytes == 0) return;
  std::memcpy(room.data(), &staged_[staged_begin_], bytes);
  staged_begin_ += bytes;
  room = room.subspan(bytes);
}

class Lz4DecompressStream : public SoftStream {
 public:
  Lz4DecompressStream() = default;
  ~Lz4DecompressStream() override { LZ4F_freeDecompressionContext(context_); }

  // A block of input, another of output, and the window before it.
  size_t max_memory_bytes() const override {
    return 8 * kMebibyte + kMebibyte / 4;
  }

 private:
  absl::StatusCode Step(Bytes& source, MutableBytes& room, bool last) override;

  LZ4F_dctx* context_ = nullptr;
  bool in_frame_ = false;
  bool complete_ = false;  // A frame has just ended.
};

absl::StatusCode Lz4DecompressStream::Step(Bytes& source, MutableBytes& room,
                                           bool last) {
  if (context_ == nullptr &&
      LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION))) {
    return kUnavailable;
  }
  // Within a frame output may be left, with nothing more to read.
  while (!source.empty() || (in_frame_ && !room.empty())) {
    size_t consumed = source.size(), produced = room.size();
    const size_t hint = LZ4F_decompress(
        context_, room.empty() ? &g_no_room : room.data(), &produced,
        source.empty() ? &g_no_room : source.data(), &consumed, nullptr);
    if (LZ4F_isError(hint)) {
      return IsOutOfMemory(hint) ? kUnavailable : kCorrupt;
    }
    source = source.subspan(consumed);
    room = room.subspan(produced);
    if (consumed == 0 && produced == 0) break;
    in_frame_ = hint != 0;
    complete_ = hint == 0;
  }
  progress_.done = complete_;
  // While output may be left, there is no telling that too little came.
  const bool may_have_output = in_frame_ && room.empty();
  if (last && source.empty() && !progress_.done && !may_have_output) {
    return kCorrupt;
  }
  return kOk;
}

}  // namespace

std::unique_ptr<SoftStream> NewLz4Stream(const StreamSpec& spec) {
  if (spec.operation == Operation::kCompress) {
    return std::unique_ptr<SoftStream>(new (std::nothrow)
                                           Lz4CompressStream(spec.level));
  }
  return std::unique_ptr<SoftStream>(new (std::nothrow) Lz4DecompressStream);
}

}  // namespace uacced::hw
