#include "hw/soft/deflate_stream.h"

#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <new>

namespace uacced::hw {
namespace {

constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
constexpr auto kInternal = absl::StatusCode::kInternal;

constexpr size_t kAllocatorBytes = size_t{8} << 10;

// Neither library takes null for "none", which an empty span may hold; neither
// writes to its input, but they say so to no compiler.
uint8_t g_nothing;
uint8_t* Data(Bytes bytes) {
  return bytes.empty() ? &g_nothing : const_cast<uint8_t*>(bytes.data());
}
uint8_t* Data(MutableBytes room) {
  return room.empty() ? &g_nothing : room.data();
}

class ZlibStream : public SoftStream {
 public:
  explicit ZlibStream(const StreamSpec& spec)
      : level_(std::min<int>(spec.level, Z_BEST_COMPRESSION)),
        window_bits_(spec.algorithm == Algorithm::kGzip   ? 15 + 16
                     : spec.algorithm == Algorithm::kZlib ? 15
                                                          : -15) {}
  ~ZlibStream() override {
    if (open_) deflateEnd(&stream_);
  }

  // zconf.h has the formula; the rest is zlib's own structure.
  size_t max_memory_bytes() const override {
    return sizeof(ZlibStream) + (size_t{1} << (15 + 2)) +
           (size_t{1} << (kMemoryLevel + 9)) + kAllocatorBytes;
  }

 private:
  static constexpr int kMemoryLevel = 8;  // zlib's default.

  absl::StatusCode Step(Bytes& source, MutableBytes& room, bool last) override {
    if (!open_) {
      if (deflateInit2(&stream_, level_, Z_DEFLATED, window_bits_, kMemoryLevel,
                       Z_DEFAULT_STRATEGY) != Z_OK) {
        return kUnavailable;
      }
      open_ = true;
    }
    if (!done_) {
      stream_.next_in = Data(source);
      stream_.avail_in = static_cast<uInt>(source.size());
      stream_.next_out = Data(room);
      stream_.avail_out = static_cast<uInt>(room.size());
      const int status = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      // Z_BUF_ERROR: there was nothing to do, or no room to do it.
      if (status < 0 && status != Z_BUF_ERROR) return kInternal;
      done_ = status == Z_STREAM_END;
      source = source.last(stream_.avail_in);
      room = room.last(stream_.avail_out);
    }
    progress_.done = done_;
    return kOk;
  }

  const int level_;
  const int window_bits_;
  z_stream stream_ = {};
  bool open_ = false;
  bool done_ = false;
};

class IgzipStream : public SoftStream {
 public:
  explicit IgzipStream(const StreamSpec& spec)
      : level_(static_cast<uint32_t>(spec.level)),
        wrapper_(spec.algorithm == Algorithm::kGzip   ? IGZIP_GZIP
                 : spec.algorithm == Algorithm::kZlib ? IGZIP_ZLIB
                                                      : IGZIP_DEFLATE) {}

  size_t max_memory_bytes() const override {
    return sizeof(IgzipStream) + sizeof(State) + kAllocatorBytes;
  }

 private:
  static constexpr size_t kLevelBufferBytes = std::max(
      {ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT});
  struct State {
    isal_zstream stream;
    alignas(64) uint8_t level_buffer[kLevelBufferBytes];
  };

  bool Open() {
    state_.reset(new (std::nothrow) State);
    if (state_ == nullptr) return false;
    isal_zstream& stream = state_->stream;
    isal_deflate_init(&stream);
    stream.level = level_;
    stream.level_buf = state_->level_buffer;
    stream.level_buf_size = kLevelBufferBytes;
    stream.gzip_flag = wrapper_;
    stream.flush = NO_FLUSH;
    return true;
  }

  absl::StatusCode Step(Bytes& source, MutableBytes& room, bool last) override {
    if (state_ == nullptr && !Open()) return kUnavailable;
    isal_zstream& stream = state_->stream;
    const auto is_done = [&stream] {
      return stream.internal_state.state == ZSTATE_END;
    };
    // It returns early at times, with work and room left.
    for (bool moves = true; moves && !is_done();) {
      stream.next_in = Data(source);
      stream.avail_in = static_cast<uint32_t>(source.size());
      stream.next_out = Data(room);
      stream.avail_out = static_cast<uint32_t>(room.size());
      stream.end_of_stream = last ? 1 : 0;
      if (isal_deflate(&stream) != COMP_OK) return kInternal;
      moves = stream.avail_in < source.size() || stream.avail_out < room.size();
      source = source.last(stream.avail_in);
      room = room.last(stream.avail_out);
      if (room.empty() || (source.empty() && !last)) break;
    }
    progress_.done = is_done();
    return kOk;
  }

  const uint32_t level_;
  const uint16_t wrapper_;
  std::unique_ptr<State> state_;
};

constexpr int kMaxIgzipLevel = 3;

}  // namespace

std::unique_ptr<SoftStream> NewDeflateStream(const StreamSpec& spec) {
  if (spec.level >= 1 && spec.level <= kMaxIgzipLevel) {
    return std::unique_ptr<SoftStream>(new (std::nothrow) IgzipStream(spec));
  }
  return std::unique_ptr<SoftStream>(new (std::nothrow) ZlibStream(spec));
}

}  // namespace uacced::hw
