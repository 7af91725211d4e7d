#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "hw/hisi/model/zip_coder.h"

namespace uacced::hw::hisi {
namespace {

// About what hardware achieves; a descriptor has no level for deflate.
constexpr int kLevel = 1;

constexpr int kMemLevel = 8;  // zlib's own choice.

class ZipCompressor final : public ZipCoder {
 public:
  explicit ZipCompressor(ZipFormat format)
      : ZipCoder(format), format_(format) {}
  ~ZipCompressor() override { deflateEnd(&stream_); }

  bool Init(int window_bits) {
    return deflateInit2(&stream_, kLevel, Z_DEFLATED, -window_bits, kMemLevel,
                        Z_DEFAULT_STRATEGY) == Z_OK;
  }

  void Reset() override {
    deflateReset(&stream_);
    checksum_ = ZipChecksum(format_);
    finishing_ = false;
    ended_ = false;
    begin_ = 0;
    end_ = 0;
  }

  Step Run(Bytes& source, MutableBytes& room, Flush flush) override {
    if (finishing_ && (flush != Flush::kFinish || !source.empty())) {
      return Step::kMisuse;
    }
    for (;;) {
      Drain(room);
      if (begin_ != end_) return Step::kNeedsRoom;
      if (ended_) return Step::kEnd;
      if (!Deflate(source, flush)) return Step::kNoMemory;
      // Room that zlib left means that it has done all that it was told.
      if (end_ < output_.size() && !ended_ && source.empty()) {
        Drain(room);
        return begin_ == end_ ? Step::kNeedsInput : Step::kNeedsRoom;
      }
    }
  }

 private:
  void Drain(MutableBytes& room) {
    const size_t count = std::min(end_ - begin_, room.size());
    std::copy_n(output_.begin() + begin_, count, room.begin());
    begin_ += count;
    room = room.subspan(count);
  }

  // Fills the output, which is empty. False: zlib is in no state to do so.
  bool Deflate(Bytes& source, Flush flush) {
    const size_t source_bytes = std::min<size_t>(source.size(), UINT32_MAX);
    stream_.next_in = const_cast<uint8_t*>(source.data());  // It only reads.
    stream_.avail_in = static_cast<uInt>(source_bytes);
    stream_.next_out = output_.data();
    stream_.avail_out = static_cast<uInt>(output_.size());
    const bool all = source_bytes == source.size();
    const int status =
        deflate(&stream_, !all || flush == Flush::kNone ? Z_NO_FLUSH
                          : flush == Flush::kSync       ? Z_SYNC_FLUSH
                                                        : Z_FINISH);
    const Bytes taken = source.first(source_bytes - stream_.avail_in);
    checksum_.Update(taken);
    source = source.subspan(taken.size());
    finishing_ = flush == Flush::kFinish && source.empty();
    begin_ = 0;
    end_ = output_.size() - stream_.avail_out;
    if (status == Z_STREAM_END) {
      ended_ = true;
      AppendTrailer();
    }
    // Z_BUF_ERROR: there was nothing to do.
    return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR;
  }

  void AppendTrailer() {
    const auto trailer = checksum_.Trailer();
    std::copy_n(trailer.begin(), checksum_.trailer_bytes(),
                storage_.begin() + end_);
    end_ += checksum_.trailer_bytes();
  }

  static constexpr size_t kOutputBytes = size_t{16} << 10;

  const ZipFormat format_;
  z_stream stream_ = {};
  bool finishing_ = false;  // All input was taken, and zlib told so.
  bool ended_ = false;
  // Output that found no room yet is [begin_, end_).
  std::array<uint8_t, kOutputBytes + kMaxZipTrailerBytes> storage_;
  MutableBytes output_ = MutableBytes(storage_).first(kOutputBytes);
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace

std::unique_ptr<ZipCoder> MakeZipCompressor(ZipFormat format, int window_bits) {
  auto coder = std::make_unique<ZipCompressor>(format);
  if (!coder->Init(window_bits)) return nullptr;
  return coder;
}

}  // namespace uacced::hw::hisi
