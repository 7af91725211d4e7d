#include "hw/hisi/model/zip_lz4.h"

#include <lz4.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "hw/request.h"

namespace uacced::hw::hisi {

ZipProgress CompressZipLz4(DmaSpace& memory, const DmaRange& source,
                           const DmaRange& room) {
  const auto source_bytes = static_cast<size_t>(source.bytes());
  const auto bound =
      static_cast<uint64_t>(LZ4_compressBound(static_cast<int>(source_bytes)));
  const auto room_bytes =
      static_cast<size_t>(std::min<uint64_t>(room.bytes(), bound));
  // One byte more each: liblz4 wants pointers even to nothing.
  const auto in = std::make_unique_for_overwrite<uint8_t[]>(source_bytes + 1);
  const auto out = std::make_unique_for_overwrite<uint8_t[]>(room_bytes + 1);
  ZipProgress progress;
  if (!source.Read(memory, 0, {in.get(), source_bytes})) {
    progress.memory_fault = true;
    return progress;
  }
  const int made = LZ4_compress_default(reinterpret_cast<const char*>(in.get()),
                                        reinterpret_cast<char*>(out.get()),
                                        static_cast<int>(source_bytes),
                                        static_cast<int>(room_bytes));
  if (made <= 0) {
    progress.step = ZipCoder::Step::kNeedsRoom;
    return progress;
  }
  progress.step = ZipCoder::Step::kEnd;
  progress.consumed = source_bytes;
  progress.produced = static_cast<uint64_t>(made);
  progress.memory_fault =
      !room.Write(memory, 0, Bytes(out.get(), progress.produced));
  return progress;
}

}  // namespace uacced::hw::hisi
