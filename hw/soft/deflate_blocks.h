// Finds where the last block of a deflate stream (RFC 1951) begins and where it
// ends, without decoding what the stream stands for: libdeflate ends all that
// it makes with a final block, and a fragment (hw/request.h) must have none.
//
// Any bytes may be given; the time is linear in their number. Distances are not
// compared with how much output there is to look back at.
//
// Units:   bits are counted from the least significant one of the first byte.
// Threads: thread-compatible.
#ifndef UACCED_HW_SOFT_DEFLATE_BLOCKS_H_
#define UACCED_HW_SOFT_DEFLATE_BLOCKS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "hw/request.h"

namespace uacced::hw {

class DeflateBlocks {
 public:
  struct Last {
    uint64_t header_bit;  // Where its BFINAL is.
    uint64_t end_bit;     // The first bit behind it.
  };

  // Nothing when `stream` has no final block, or something before its end that
  // is not deflate. Bytes behind the final block are not looked at.
  std::optional<Last> FindLast(Bytes stream);

 private:
  static constexpr int kMaxCodeBits = 15;
  static constexpr size_t kMaxSymbols = 288;

  // What to do at a symbol: see deflate_blocks.cc.
  using Entry = uint16_t;

  // A Huffman code without its table, which has an entry for each pattern of
  // the next bits: kNone where those are not a whole codeword.
  template <Entry (*kEntryOf)(size_t symbol)>
  struct Code {
    // Of each length, and the symbols in the order of their codewords.
    std::array<uint16_t, kMaxCodeBits + 1> counts;
    std::array<uint16_t, kMaxSymbols> symbols;

    bool Build(std::span<const uint8_t> code_bits, std::span<Entry> table);
    void FillTable(std::span<Entry> table) const;
    Entry FindLong(uint64_t bits) const;
  };

  static Entry LengthEntry(size_t symbol);
  static Entry DistanceEntry(size_t symbol);
  static Entry CodeBitsEntry(size_t symbol);

  static constexpr int kTableBits = 11;
  static constexpr size_t kTableSize = size_t{1} << kTableBits;

  std::span<Entry> LengthTable() {
    return std::span<Entry>(steps_).first(kTableSize);
  }
  std::span<Entry> DistanceTable() {
    return std::span<Entry>(steps_).last(kTableSize);
  }

  uint64_t Peek() const;
  uint32_t Take(int count);
  bool SkipBlock(uint32_t type);
  bool SkipStored();
  bool SkipSymbols();
  size_t SkipCommonSymbols(size_t table_at);
  void UseFixedCodes();
  bool ReadCodes();
  bool ReadCodeBits(std::span<uint8_t> code_bits);
  void JoinLiterals();

  Bytes stream_;
  uint64_t end_ = 0;    // Of stream_, in bits.
  uint64_t at_ = 0;     // May pass end_, by no more than a symbol.
  bool fixed_ = false;  // The codes are the fixed ones.
  Code<LengthEntry> lengths_;
  Code<DistanceEntry> distances_;
  // Their tables, the lengths' first.
  std::array<Entry, 2 * kTableSize> steps_;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_DEFLATE_BLOCKS_H_
