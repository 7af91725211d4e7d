#include "hw/hisi/model/sgl_reader.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "hw/hisi/abi/sgl.h"

namespace uacced::hw::hisi {
namespace {

static_assert(sizeof(hisi_sgl) == HISI_SGL_HEAD_BYTES);
static_assert(sizeof(hisi_sgl_entry) == HISI_SGL_ENTRY_BYTES);

template <typename T>
MutableBytes AsBytes(T* objects, size_t count) {
  return {reinterpret_cast<uint8_t*>(objects), count * sizeof(T)};
}

}  // namespace

DmaRange DmaRange::Flat(uint64_t address, uint64_t bytes) {
  DmaRange range;
  range.Append(address, bytes);
  return range;
}

void DmaRange::Append(uint64_t address, uint64_t bytes) {
  if (bytes == 0) return;
  pieces_.push_back({address, bytes_});
  bytes_ += bytes;
}

template <typename Step>
bool DmaRange::ForEach(uint64_t offset, size_t bytes, const Step& step) const {
  if (!Holds(offset, bytes)) return false;
  if (bytes == 0) return true;
  // The last piece that does not begin behind `offset`.
  auto piece = std::prev(std::upper_bound(
      pieces_.begin(), pieces_.end(), offset,
      [](uint64_t value, const Piece& p) { return value < p.offset; }));
  for (size_t done = 0; done < bytes; ++piece) {
    const uint64_t into = offset + done - piece->offset;
    const auto next = std::next(piece);
    const uint64_t end = next == pieces_.end() ? bytes_ : next->offset;
    const size_t count =
        std::min<uint64_t>(bytes - done, end - piece->offset - into);
    if (!step(piece->address + into, done, count)) return false;
    done += count;
  }
  return true;
}

bool DmaRange::Read(DmaSpace& memory, uint64_t offset, MutableBytes out) const {
  return ForEach(offset, out.size(),
                 [&](uint64_t address, size_t first, size_t count) {
                   return memory.Read(address, out.subspan(first, count));
                 });
}

bool DmaRange::Write(DmaSpace& memory, uint64_t offset, Bytes in) const {
  return ForEach(offset, in.size(),
                 [&](uint64_t address, size_t first, size_t count) {
                   return memory.Write(address, in.subspan(first, count));
                 });
}

class SglReader {
 public:
  SglReader(DmaSpace& memory, uint64_t skip, uint64_t max_bytes)
      : memory_(memory), skip_(skip), left_(max_bytes) {}

  std::optional<DmaRange> Walk(uint64_t address) {
    while (address != 0 && left_ > 0) {
      if (address % HISI_SGL_ALIGN_BYTES != 0 || seen_count_ == seen_.size()) {
        return std::nullopt;
      }
      const auto seen_end = seen_.begin() + seen_count_;
      if (std::find(seen_.begin(), seen_end, address) != seen_end) {
        return std::nullopt;
      }
      seen_[seen_count_++] = address;
      if (!ReadList(address)) return std::nullopt;
    }
    return std::move(range_);
  }

 private:
  // Moves `address` on to the next list.
  bool ReadList(uint64_t& address) {
    hisi_sgl head;
    if (!memory_.Read(address, AsBytes(&head, 1))) return false;
    const size_t count = head.entry_sum_in_sgl;
    if (count > entries_.size()) return false;
    if (!memory_.Read(address + HISI_SGL_HEAD_BYTES,
                      AsBytes(entries_.data(), count))) {
      return false;
    }
    for (size_t i = 0; i < count && left_ > 0; ++i) {
      if (!Take(entries_[i])) return false;
    }
    address = head.next_dma;
    return true;
  }

  bool Take(const hisi_sgl_entry& entry) {
    uint64_t bytes = entry.len;
    if (bytes > HISI_SGL_MAX_ENTRY_BYTES) return false;
    if (entry.buf > UINT64_MAX - bytes) return false;
    const uint64_t skipped = std::min(bytes, skip_);
    skip_ -= skipped;
    bytes = std::min(bytes - skipped, left_);
    left_ -= bytes;
    range_.Append(entry.buf + skipped, bytes);
    return true;
  }

  DmaSpace& memory_;
  uint64_t skip_;
  uint64_t left_;
  DmaRange range_;
  std::array<uint64_t, kMaxSgls> seen_;
  size_t seen_count_ = 0;
  std::array<hisi_sgl_entry, HISI_SGL_MAX_ENTRIES> entries_;
};

std::optional<DmaRange> ReadSgl(DmaSpace& memory, uint64_t address,
                                uint64_t skip, uint64_t max_bytes) {
  return SglReader(memory, skip, max_bytes).Walk(address);
}

}  // namespace uacced::hw::hisi
