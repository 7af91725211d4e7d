#include "hw/soft/zstd_stream.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstdint>
#include <new>

#include "hw/soft/zstd_frame.h"

namespace uacced::hw {
namespace {

constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kCorrupt = absl::StatusCode::kInvalidArgument;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
constexpr size_t kMebibyte = size_t{1} << 20;

class ZstdCompressStream : public SoftStream {
 public:
  explicit ZstdCompressStream(int level) : level_(level) {}
  ~ZstdCompressStream() override { ZSTD_freeCCtx(context_); }

  // By level, for input of unknown size: what libzstd 1.5.4 uses.
  size_t max_memory_bytes() const override {
    static constexpr uint8_t kMebibytes[] = {
        2, 2, 2, 4, 5, 6, 6, 9, 9, 17, 29, 29, 53, 53, 53, 69, 69, 69, 69, 90};
    constexpr int kMaxLevel = std::size(kMebibytes) - 1;
    return kMebibytes[std::clamp(level_, 0, kMaxLevel)] * kMebibyte;
  }

 private:
  absl::StatusCode Step(Bytes& source, MutableBytes& room, bool last) override;

  const int level_;
  ZSTD_CCtx* context_ = nullptr;
  bool done_ = false;
};

absl::StatusCode ZstdCompressStream::Step(Bytes& source, MutableBytes& room,
                                          bool last) {
  if (context_ == nullptr) {
    context_ = ZSTD_createCCtx();
    if (context_ == nullptr) return kUnavailable;
    // Cannot fail on a fresh context, with levels that were validated.
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level_);
  }
  ZSTD_inBuffer in{source.data(), source.size(), 0};
  ZSTD_outBuffer out{room.data(), room.size(), 0};
  // A call may do only a part of what there is to do.
  for (bool moves = true; moves && !done_;) {
    const size_t in_before = in.pos, out_before = out.pos;
    const size_t left = ZSTD_compressStream2(
        context_, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left)) {
      return ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation
                 ? kUnavailable
                 : absl::StatusCode::kInternal;
    }
    done_ = last && left == 0;
    moves = in.pos != in_before || out.pos != out_before;
    if (out.pos == out.size || (!last && in.pos == in.size)) break;
  }
  source = source.subspan(in.pos);
  room = room.subspan(out.pos);
  progress_.done = done_;
  return kOk;
}

class ZstdDecompressStream : public SoftStream {
 public:
  ZstdDecompressStream() = default;
  ~ZstdDecompressStream() override { ZSTD_freeDCtx(context_); }

  // The window, a block each of input and output, and the tables.
  size_t max_memory_bytes() const override {
    return kMaxStreamWindowBytes + kMebibyte * 3 / 4;
  }

 private:
  static constexpr int kMaxWindowLog = 23;
  static_assert(size_t{1} << kMaxWindowLog == kMaxStreamWindowBytes);

  enum class Part { kHeader, kSkip, kBody };

  absl::StatusCode Step(Bytes& source, MutableBytes& room, bool last) override;
  bool Open();
  absl::StatusCode RunHeader(Bytes& source);
  absl::StatusCode RunBody(Bytes& source, MutableBytes& room);
  void EndFrame();

  ZSTD_DCtx* context_ = nullptr;
  Part part_ = Part::kHeader;
  ZstdFrameHeader header_;
  uint32_t skip_bytes_ = 0;
  uint64_t frame_bytes_ = 0;  // Of output.
  bool pending_ = false;      // The room was full: output may be left.
  bool complete_ = false;     // A frame has just ended.
};

bool ZstdDecompressStream::Open() {
  context_ = ZSTD_createDCtx();
  return context_ != nullptr &&
         !ZSTD_isError(ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax,
                                              kMaxWindowLog));
}

absl::StatusCode ZstdDecompressStream::Step(Bytes& source, MutableBytes& room,
                                            bool last) {
  if (context_ == nullptr && !Open()) return kUnavailable;
  for (bool more = true; more;) {
    absl::StatusCode code = kOk;
    if (part_ == Part::kBody) {
      code = RunBody(source, room);
      // In the same frame still: there is nothing to read, or no room.
      more = part_ != Part::kBody && !source.empty();
    } else if (part_ == Part::kSkip) {
      const size_t bytes = std::min<size_t>(skip_bytes_, source.size());
      source = source.subspan(bytes);
      skip_bytes_ -= static_cast<uint32_t>(bytes);
      if (skip_bytes_ == 0) EndFrame();
      more = !source.empty();
    } else {
      code = RunHeader(source);
      more = part_ != Part::kHeader || !source.empty();
    }
    if (code != kOk) return code;
  }
  progress_.done = complete_;
  // While output may be left, there is no telling that too little came.
  const bool may_have_output = part_ == Part::kBody && room.empty();
  if (last && source.empty() && !progress_.done && !may_have_output) {
    return kCorrupt;
  }
  return kOk;
}

absl::StatusCode ZstdDecompressStream::RunHeader(Bytes& source) {
  if (!source.empty()) complete_ = false;
  switch (header_.Run(source)) {
    case ZstdFrameHeader::Outcome::kMore:
      return kOk;
    case ZstdFrameHeader::Outcome::kCorrupt:
      return kCorrupt;
    case ZstdFrameHeader::Outcome::kSkippable:
      skip_bytes_ = header_.skippable_bytes();
      if (skip_bytes_ == 0) {
        EndFrame();
      } else {
        part_ = Part::kSkip;
      }
      return kOk;
    case ZstdFrameHeader::Outcome::kFrame:
      break;
  }
  if (header_.window_bytes() > kMaxStreamWindowBytes) {
    return absl::StatusCode::kOutOfRange;
  }
  part_ = Part::kBody;
  pending_ = false;
  // libzstd has not seen it yet. It keeps the header and gives nothing for it.
  Bytes header = header_.bytes();
  MutableBytes none;
  const absl::StatusCode code = RunBody(header, none);
  pending_ = false;
  return code == kOk && !header.empty() ? absl::StatusCode::kInternal : code;
}

absl::StatusCode ZstdDecompressStream::RunBody(Bytes& source,
                                               MutableBytes& room) {
  // libzstd fails when it is called in vain too often.
  while (pending_ ? !room.empty() : !source.empty()) {
    ZSTD_inBuffer in{source.data(), source.size(), 0};
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    const size_t hint = ZSTD_decompressStream(context_, &out, &in);
    if (ZSTD_isError(hint)) {
      switch (ZSTD_getErrorCode(hint)) {
        case ZSTD_error_memory_allocation:
          return kUnavailable;
        case ZSTD_error_frameParameter_windowTooLarge:
          return absl::StatusCode::kOutOfRange;
        default:
          return kCorrupt;
      }
    }
    const bool moves = in.pos > 0 || out.pos > 0;
    source = source.subspan(in.pos);
    room = room.subspan(out.pos);
    pending_ = room.empty();
    frame_bytes_ += out.pos;
    if (hint == 0) {
      // libzstd 1.5.4 does not look when the last block is empty.
      if (header_.content_bytes().value_or(frame_bytes_) != frame_bytes_) {
        return kCorrupt;
      }
      EndFrame();
      break;
    }
    if (!moves) break;
  }
  return kOk;
}

void ZstdDecompressStream::EndFrame() {
  header_.Reset();
  part_ = Part::kHeader;
  frame_bytes_ = 0;
  complete_ = true;
}

}  // namespace

std::unique_ptr<SoftStream> NewZstdStream(const StreamSpec& spec) {
  if (spec.operation == Operation::kCompress) {
    return std::unique_ptr<SoftStream>(new (std::nothrow)
                                           ZstdCompressStream(spec.level));
  }
  return std::unique_ptr<SoftStream>(new (std::nothrow) ZstdDecompressStream);
}

}  // namespace uacced::hw
