#include "hw/hisi/model/zip_pump.h"

#include <algorithm>
#include <cstddef>
#include <memory>

#include "hw/request.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint64_t kPieceBytes = uint64_t{64} << 10;

class Buffer {
 public:
  explicit Buffer(uint64_t bytes)
      : bytes_(std::min(bytes, kPieceBytes)),
        memory_(std::make_unique_for_overwrite<uint8_t[]>(bytes_)) {}

  MutableBytes First(uint64_t bytes) {
    return {memory_.get(), std::min<size_t>(bytes, bytes_)};
  }

 private:
  size_t bytes_;
  std::unique_ptr<uint8_t[]> memory_;
};

}  // namespace

ZipProgress PumpZip(ZipCoder& coder, DmaSpace& memory, const DmaRange& source,
                    const DmaRange& room, bool finish) {
  Buffer in(source.bytes());
  Buffer out(room.bytes());
  ZipProgress progress;
  Bytes unread;
  uint64_t read_bytes = 0;
  for (;;) {
    if (unread.empty() && read_bytes < source.bytes()) {
      const MutableBytes piece = in.First(source.bytes() - read_bytes);
      if (!source.Read(memory, read_bytes, piece)) break;
      read_bytes += piece.size();
      unread = piece;
    }
    const bool all_read = read_bytes == source.bytes();
    const MutableBytes space = out.First(room.bytes() - progress.produced);
    MutableBytes left = space;
    progress.step = coder.Run(unread, left,
                              !all_read ? ZipCoder::Flush::kNone
                              : finish  ? ZipCoder::Flush::kFinish
                                        : ZipCoder::Flush::kSync);
    progress.consumed = read_bytes - unread.size();
    const Bytes made = space.first(space.size() - left.size());
    if (!room.Write(memory, progress.produced, made)) break;
    progress.produced += made.size();

    if (progress.step == ZipCoder::Step::kNeedsInput && !all_read) continue;
    if (progress.step == ZipCoder::Step::kNeedsRoom &&
        progress.produced < room.bytes()) {
      continue;
    }
    return progress;
  }
  progress.memory_fault = true;
  return progress;
}

}  // namespace uacced::hw::hisi
