#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "hw/hisi/model/zip_coder.h"

namespace uacced::hw::hisi {
namespace {

constexpr int kWindowBits = 15;  // Streams may use all of it.

// In z_stream::data_type: the block at hand is the last.
constexpr int kLastBlock = 64;

class ZipDecompressor final : public ZipCoder {
 public:
  explicit ZipDecompressor(ZipFormat format)
      : ZipCoder(format), format_(format) {}
  ~ZipDecompressor() override { inflateEnd(&stream_); }

  bool Init() { return inflateInit2(&stream_, -kWindowBits) == Z_OK; }

  void Reset() override {
    inflateReset(&stream_);
    checksum_ = ZipChecksum(format_);
    blocks_done_ = false;
    has_ahead_ = false;
    trailer_count_ = 0;
  }

  Step Run(Bytes& source, MutableBytes& room, Flush) override {
    for (;;) {
      if (has_ahead_) {
        if (room.empty()) return Step::kNeedsRoom;
        has_ahead_ = false;
        room[0] = ahead_;
        Give(room, 1);
      }
      if (blocks_done_) return ReadTrailer(source);
      const Step step = Inflate(source, room);
      if (step != Step::kNeedsRoom) return step;
    }
  }

  bool in_last_block() const override {
    return (stream_.data_type & kLastBlock) != 0;
  }

 private:
  void Give(MutableBytes& room, size_t count) {
    checksum_.Update(room.first(count));
    room = room.subspan(count);
  }

  // kNeedsRoom: go on. Decodes into `room`; if there is none, into ahead_.
  // That is how full room is told from too little: zlib does not say whether it
  // holds output back.
  Step Inflate(Bytes& source, MutableBytes& room) {
    const bool ahead = room.empty();
    const MutableBytes out = ahead ? MutableBytes(&ahead_, 1) : room;
    const size_t source_bytes = std::min<size_t>(source.size(), UINT32_MAX);
    const size_t out_bytes = std::min<size_t>(out.size(), UINT32_MAX);
    stream_.next_in = const_cast<uint8_t*>(source.data());  // It only reads.
    stream_.avail_in = static_cast<uInt>(source_bytes);
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(out_bytes);
    const int status = inflate(&stream_, Z_NO_FLUSH);
    source = source.subspan(source_bytes - stream_.avail_in);
    const size_t produced = out_bytes - stream_.avail_out;
    if (ahead) {
      has_ahead_ = produced != 0;
    } else {
      Give(room, produced);
    }
    switch (status) {
      case Z_STREAM_END:
        blocks_done_ = true;
        return Step::kNeedsRoom;
      case Z_OK:
      case Z_BUF_ERROR:
        // Room that zlib left means that it wants input.
        return stream_.avail_out != 0 && source.empty() ? Step::kNeedsInput
                                                        : Step::kNeedsRoom;
      case Z_MEM_ERROR:
        return Step::kNoMemory;
      default:
        return Step::kBadData;
    }
  }

  Step ReadTrailer(Bytes& source) {
    const size_t trailer_bytes = checksum_.trailer_bytes();
    const size_t count =
        std::min(trailer_bytes - trailer_count_, source.size());
    std::copy_n(source.begin(), count, trailer_.begin() + trailer_count_);
    trailer_count_ += count;
    source = source.subspan(count);
    if (trailer_count_ < trailer_bytes) return Step::kNeedsInput;
    const auto expected = checksum_.Trailer();
    return std::equal(trailer_.begin(), trailer_.begin() + trailer_bytes,
                      expected.begin())
               ? Step::kEnd
               : Step::kBadChecksum;
  }

  const ZipFormat format_;
  z_stream stream_ = {};
  bool blocks_done_ = false;
  uint8_t ahead_ = 0;  // A byte of output that found no room.
  bool has_ahead_ = false;
  std::array<uint8_t, kMaxZipTrailerBytes> trailer_;
  size_t trailer_count_ = 0;
};

}  // namespace

std::unique_ptr<ZipCoder> MakeZipDecompressor(ZipFormat format) {
  auto coder = std::make_unique<ZipDecompressor>(format);
  if (!coder->Init()) return nullptr;
  return coder;
}

}  // namespace uacced::hw::hisi
