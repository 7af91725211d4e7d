#include "hw/soft/deflate_blocks.h"

#include <endian.h>

#include <algorithm>
#include <cstring>

namespace uacced::hw {
namespace {

// An entry: bits 0..5 how many bits to skip, codeword and extra bits together;
// 6..7 as below; 8..12 how many of them are extra bits (for the lengths of
// codewords: the symbol).
constexpr int kExtraShift = 8;
constexpr uint16_t kSkipMask = 0x3f;
constexpr uint16_t kDistanceNext = 0x40;  // Else: a literal or length.
constexpr uint16_t kSpecial = 0x80;
constexpr uint16_t kLiteral = 0, kLength = kDistanceNext, kDistance = 0;
constexpr uint16_t kNone = kSpecial, kEndOfBlock = kSpecial | kDistanceNext;

constexpr size_t kEndOfBlockSymbol = 256;
constexpr size_t kFixedLengthSymbols = 288, kFixedDistanceSymbols = 32;
constexpr size_t kMaxDistanceSymbols = 32;
constexpr size_t kCodeBitsSymbols = 19;
constexpr int kMaxCodeBitsBits = 7;
constexpr size_t kDistanceTableAt = size_t{1} << 11;

uint32_t SkipBits(uint16_t entry) { return entry & kSkipMask; }
uint32_t CodewordBits(uint16_t entry) {
  return SkipBits(entry) - (entry >> kExtraShift);
}
// Where its table begins.
size_t NextTable(uint16_t entry) {
  return (entry & kDistanceNext) != 0 ? kDistanceTableAt : 0;
}
bool IsLiteral(uint16_t entry) {
  return (entry & (kDistanceNext | kSpecial)) == kLiteral;
}

uint16_t WithExtra(uint16_t kind, int extra_bits) {
  return static_cast<uint16_t>(kind | extra_bits | extra_bits << kExtraShift);
}

// `entry` with the length of its codeword.
uint16_t WithBits(uint16_t entry, int bits) {
  return static_cast<uint16_t>(entry == kNone ? kNone : entry + bits);
}

uint32_t Reverse(uint32_t codeword, int bits) {
  uint32_t reversed = 0;
  for (int i = 0; i < bits; ++i) {
    reversed |= (codeword >> i & 1) << (bits - 1 - i);
  }
  return reversed;
}

}  // namespace

DeflateBlocks::Entry DeflateBlocks::LengthEntry(size_t symbol) {
  if (symbol < kEndOfBlockSymbol) return kLiteral;
  if (symbol == kEndOfBlockSymbol) return kEndOfBlock;
  const size_t length = symbol - kEndOfBlockSymbol - 1;
  if (length > 28) return kNone;
  // Four lengths for each number of extra bits, but for the first and the last.
  return WithExtra(kLength, length < 8 || length == 28
                                ? 0
                                : static_cast<int>(length / 4) - 1);
}

DeflateBlocks::Entry DeflateBlocks::DistanceEntry(size_t symbol) {
  if (symbol > 29) return kNone;
  return WithExtra(kDistance,
                   symbol < 4 ? 0 : static_cast<int>(symbol / 2) - 1);
}

DeflateBlocks::Entry DeflateBlocks::CodeBitsEntry(size_t symbol) {
  return static_cast<Entry>(symbol << kExtraShift);
}

template <DeflateBlocks::Entry (*kEntryOf)(size_t)>
bool DeflateBlocks::Code<kEntryOf>::Build(std::span<const uint8_t> code_bits,
                                          std::span<Entry> table) {
  counts.fill(0);
  for (const uint8_t bits : code_bits) ++counts[bits];
  counts[0] = 0;
  std::array<uint16_t, kMaxCodeBits + 1> at{};
  uint32_t used = 0;  // Of the space of all codewords, in the longest ones.
  for (int bits = 1; bits <= kMaxCodeBits; ++bits) {
    used += uint32_t{counts[bits]} << (kMaxCodeBits - bits);
    at[bits] = static_cast<uint16_t>(at[bits - 1] + counts[bits - 1]);
  }
  for (size_t symbol = 0; symbol < code_bits.size(); ++symbol) {
    const uint8_t bits = code_bits[symbol];
    if (bits != 0) symbols[at[bits]++] = static_cast<uint16_t>(symbol);
  }
  constexpr uint32_t kWhole = 1 << kMaxCodeBits;
  if (used == kWhole) {
    FillTable(table);
    return true;
  }
  // A code of one symbol, or none, which takes a bit all the same.
  const bool one = counts[1] == 1 && used == kWhole / 2;
  if (!one && used != 0) return false;
  const Entry entry = WithBits(kEntryOf(one ? symbols[0] : 0), 1);
  std::fill(table.begin(), table.end(), entry);
  return true;
}

template <DeflateBlocks::Entry (*kEntryOf)(size_t)>
void DeflateBlocks::Code<kEntryOf>::FillTable(std::span<Entry> table) const {
  std::fill(table.begin(), table.end(), kNone);
  uint32_t codeword = 0;
  size_t index = 0;
  for (int bits = 1; size_t{1} << bits <= table.size(); ++bits) {
    codeword <<= 1;
    for (uint16_t i = 0; i < counts[bits]; ++i, ++codeword) {
      const Entry entry = WithBits(kEntryOf(symbols[index++]), bits);
      for (size_t pattern = Reverse(codeword, bits); pattern < table.size();
           pattern += size_t{1} << bits) {
        table[pattern] = entry;
      }
    }
  }
}

// Bit by bit: few symbols are so rare that they come here.
template <DeflateBlocks::Entry (*kEntryOf)(size_t)>
DeflateBlocks::Entry DeflateBlocks::Code<kEntryOf>::FindLong(
    uint64_t bits) const {
  uint32_t codeword = 0, first = 0, index = 0;
  for (int length = 1; length <= kMaxCodeBits; ++length, bits >>= 1) {
    codeword = codeword << 1 | (bits & 1);
    first <<= 1;
    if (codeword - first < counts[length]) {
      return WithBits(kEntryOf(symbols[index + codeword - first]), length);
    }
    index += counts[length];
    first += counts[length];
  }
  return kNone;
}

// At least 57 bits; zeros behind the end.
uint64_t DeflateBlocks::Peek() const {
  const uint64_t byte = at_ / 8;
  uint64_t bits = 0;
  if (byte + sizeof(bits) <= stream_.size()) [[likely]] {
    std::memcpy(&bits, stream_.data() + byte, sizeof(bits));
  } else if (byte < stream_.size()) {
    std::memcpy(&bits, stream_.data() + byte, stream_.size() - byte);
  }
  return le64toh(bits) >> at_ % 8;
}

uint32_t DeflateBlocks::Take(int count) {
  const uint64_t bits = Peek() & ((uint64_t{1} << count) - 1);
  at_ += static_cast<uint64_t>(count);
  return static_cast<uint32_t>(bits);
}

std::optional<DeflateBlocks::Last> DeflateBlocks::FindLast(Bytes stream) {
  stream_ = stream;
  end_ = uint64_t{stream.size()} * 8;
  at_ = 0;
  for (;;) {
    const uint64_t header_bit = at_;
    const bool is_final = Take(1) != 0;
    if (!SkipBlock(Take(2)) || at_ > end_) return std::nullopt;
    if (is_final) return Last{header_bit, at_};
  }
}

bool DeflateBlocks::SkipBlock(uint32_t type) {
  switch (type) {
    case 0:
      return SkipStored();
    case 1:
      UseFixedCodes();
      return SkipSymbols();
    case 2:
      return ReadCodes() && SkipSymbols();
    default:
      return false;
  }
}

bool DeflateBlocks::SkipStored() {
  at_ = (at_ + 7) / 8 * 8;
  const uint32_t bytes = Take(16);
  if ((bytes ^ Take(16)) != 0xffff) return false;
  at_ += uint64_t{bytes} * 8;
  return at_ <= end_;
}

void DeflateBlocks::UseFixedCodes() {
  if (fixed_) return;
  std::array<uint8_t, kFixedLengthSymbols> length_bits;
  std::fill(length_bits.begin(), length_bits.begin() + 144, 8);
  std::fill(length_bits.begin() + 144, length_bits.begin() + 256, 9);
  std::fill(length_bits.begin() + 256, length_bits.begin() + 280, 7);
  std::fill(length_bits.begin() + 280, length_bits.end(), 8);
  std::array<uint8_t, kFixedDistanceSymbols> distance_bits;
  distance_bits.fill(5);
  lengths_.Build(length_bits, LengthTable());
  distances_.Build(distance_bits, DistanceTable());
  JoinLiterals();
  fixed_ = true;
}

bool DeflateBlocks::ReadCodes() {
  fixed_ = false;
  const size_t length_count = 257 + Take(5);
  const size_t distance_count = 1 + Take(5);
  std::array<uint8_t, kMaxSymbols + kMaxDistanceSymbols> code_bits;
  const std::span<uint8_t> all(code_bits.data(), length_count + distance_count);
  if (!ReadCodeBits(all) ||
      !lengths_.Build(all.first(length_count), LengthTable()) ||
      !distances_.Build(all.subspan(length_count), DistanceTable())) {
    return false;
  }
  JoinLiterals();
  return true;
}

// RFC 1951, 3.2.7.
bool DeflateBlocks::ReadCodeBits(std::span<uint8_t> code_bits) {
  static constexpr uint8_t kOrder[kCodeBitsSymbols] = {
      16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  std::array<uint8_t, kCodeBitsSymbols> order_bits{};
  for (uint32_t i = 0, count = 4 + Take(4); i < count; ++i) {
    order_bits[kOrder[i]] = static_cast<uint8_t>(Take(3));
  }
  Code<CodeBitsEntry> code;
  std::array<Entry, 1 << kMaxCodeBitsBits> table;
  if (!code.Build(order_bits, table)) return false;
  size_t done = 0;
  while (done < code_bits.size()) {
    const Entry entry = table[Peek() % table.size()];
    if (at_ >= end_) return false;
    at_ += SkipBits(entry);
    const int symbol = entry >> kExtraShift;
    uint8_t bits = 0;
    size_t times = 1;
    if (symbol < 16) {
      bits = static_cast<uint8_t>(symbol);
    } else if (symbol == 16) {
      if (done == 0) return false;
      bits = code_bits[done - 1];
      times = 3 + Take(2);
    } else {
      times = symbol == 17 ? 3 + Take(3) : 11 + Take(7);
    }
    if (times > code_bits.size() - done) return false;
    std::fill_n(code_bits.begin() + done, times, bits);
    done += times;
  }
  return true;
}

// Lets the entry of a literal go on to the symbols behind it, as many as are
// within the bits that the table sees.
void DeflateBlocks::JoinLiterals() {
  std::array<Entry, kTableSize> single;
  std::copy_n(steps_.begin(), kTableSize, single.begin());
  for (size_t pattern = 0; pattern < kTableSize; ++pattern) {
    Entry entry = single[pattern];
    while (IsLiteral(entry)) {
      const uint32_t so_far = SkipBits(entry);
      const Entry next = single[pattern >> so_far];
      if (next == kNone || so_far + CodewordBits(next) > kTableBits) break;
      entry = static_cast<Entry>(next + so_far);
    }
    steps_[pattern] = entry;
  }
}

bool DeflateBlocks::SkipSymbols() {
  size_t table_at = 0;
  while (at_ < end_) {
    table_at = SkipCommonSymbols(table_at);
    const uint64_t bits = Peek();
    Entry entry = steps_[table_at + bits % kTableSize];
    if (entry == kNone) {
      entry =
          table_at == 0 ? lengths_.FindLong(bits) : distances_.FindLong(bits);
      if (entry == kNone) return false;
    }
    at_ += SkipBits(entry);
    if ((entry & kSpecial) != 0) return true;
    table_at = NextTable(entry);
  }
  return false;
}

// From a symbol of the table that begins at `table_at`; returns the table of
// the next one. Stops at the first special entry, and 8 bytes before the end.
// Has no branch that depends on what the symbols are, because nobody could
// predict it: one step is a look into one table, and tells which table is next.
size_t DeflateBlocks::SkipCommonSymbols(size_t table_at) {
  const uint8_t* next = stream_.data() + at_ / 8;
  const uint8_t* const end = stream_.data() + stream_.size();
  if (end - next <= 16) return table_at;
  uint64_t bits = 0;
  // The first 1 to 8 of them lie in the byte before `next`.
  uint32_t count = 8 - at_ % 8;
  bits = *next++ >> at_ % 8;
  while (end - next >= 8) {
    uint64_t more;
    std::memcpy(&more, next, sizeof(more));
    bits |= le64toh(more) << count;
    next += (63 - count) / 8;
    count |= 56;
    // 56 bits or more: as many as two steps can take, of 28 each.
    for (int step = 0; step < 2; ++step) {
      const Entry entry = steps_[table_at + bits % kTableSize];
      if ((entry & kSpecial) != 0) {
        at_ = static_cast<uint64_t>(next - stream_.data()) * 8 - count;
        return table_at;
      }
      bits >>= SkipBits(entry);
      count -= SkipBits(entry);
      table_at = NextTable(entry);
    }
  }
  at_ = static_cast<uint64_t>(next - stream_.data()) * 8 - count;
  return table_at;
}

}  // namespace uacced::hw
