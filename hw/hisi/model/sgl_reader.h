// A DmaRange is a run of bytes in the memory that a device sees, in one piece
// or in many: a flat buffer, or what a scatter-gather list (abi/sgl.h) names.
//
// Units:   bytes; offsets count from the beginning of the range.
// Memory:  at most kMaxSgls * HISI_SGL_MAX_ENTRIES pieces of 16 bytes.
// Threads: a DmaRange is constant once made, so thread-safe.
// Lists are hostile. They are walked once and not looked at again: software
// that changes a list under the device changes nothing here.
#ifndef UACCED_HW_HISI_MODEL_SGL_READER_H_
#define UACCED_HW_HISI_MODEL_SGL_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "hw/hisi/model/dma_space.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

// Lists in a chain. UADK has as many for a whole queue; Linux makes no chains.
inline constexpr size_t kMaxSgls = 256;

class DmaRange {
 public:
  DmaRange() = default;
  static DmaRange Flat(uint64_t address, uint64_t bytes);

  // Less than was asked for when a list was shorter.
  uint64_t bytes() const { return bytes_; }

  // Gathers out.size() bytes from `offset` on. False, with `out` unspecified:
  // they are not all within the range, or not all of them can be read.
  bool Read(DmaSpace& memory, uint64_t offset, MutableBytes out) const;

  // Scatters. False: as Read(); some bytes may have been written.
  bool Write(DmaSpace& memory, uint64_t offset, Bytes in) const;

 private:
  friend class SglReader;

  struct Piece {
    uint64_t address;
    uint64_t offset;  // In the range. Of increasing order; no piece is empty.
  };

  void Append(uint64_t address, uint64_t bytes);
  bool Holds(uint64_t offset, size_t bytes) const {
    return offset <= bytes_ && bytes <= bytes_ - offset;
  }
  // Calls step(address, first, bytes) for what lies at [offset, offset+bytes).
  template <typename Step>
  bool ForEach(uint64_t offset, size_t bytes, const Step& step) const;

  std::vector<Piece> pieces_;
  uint64_t bytes_ = 0;
};

// The bytes [skip, skip + max_bytes) of the chain of lists that begins at
// `address`, or as many of them as it has. Nothing behind them is looked at.
// nullopt: a list cannot be read or is not aligned, has more entries than
// there may be, an entry is too long or wraps around, or the chain is too long
// or comes back to itself.
std::optional<DmaRange> ReadSgl(DmaSpace& memory, uint64_t address,
                                uint64_t skip, uint64_t max_bytes);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SGL_READER_H_
