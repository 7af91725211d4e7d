#include "hw/hisi/model/sec_ghash.h"

#include <algorithm>

namespace uacced::hw::hisi {
namespace {

// x^128 reduced, as it comes in at the top of an Element.
constexpr uint64_t kReduction = uint64_t{0xe1} << 56;

// What four bits that fall out at the bottom put in at the top.
constexpr std::array<uint64_t, 16> kReductions = [] {
  std::array<uint64_t, 16> table = {};
  for (uint64_t i = 0; i < table.size(); ++i) {
    uint64_t out = i;
    for (int bit = 0; bit < 4; ++bit) {
      table[i] = table[i] >> 1 ^ ((out & 1) != 0 ? kReduction : 0);
      out >>= 1;
    }
  }
  return table;
}();

uint64_t LoadBigEndian(const uint8_t* bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return value;
}

void StoreBigEndian(uint8_t* bytes, uint64_t value) {
  for (int i = 7; i >= 0; --i, value >>= 8) {
    bytes[i] = static_cast<uint8_t>(value);
  }
}

}  // namespace

Ghash::Element Ghash::Load(const uint8_t* block) {
  return {LoadBigEndian(block), LoadBigEndian(block + 8)};
}

Ghash::Ghash(const CipherBlock& hash_key) {
  // The top bit of a nibble is the lowest power.
  multiples_[0] = {};
  multiples_[8] = Load(hash_key.data());
  for (size_t i = 8; i > 1; i /= 2) {
    const auto [high, low] = multiples_[i];
    multiples_[i / 2] = {high >> 1 ^ ((low & 1) != 0 ? kReduction : 0),
                         low >> 1 | high << 63};
  }
  for (size_t i = 2; i < multiples_.size(); i *= 2) {
    for (size_t j = 1; j < i; ++j) {
      multiples_[i + j] = {multiples_[i].high ^ multiples_[j].high,
                           multiples_[i].low ^ multiples_[j].low};
    }
  }
}

void Ghash::Multiply() {
  Element product;
  const auto step = [&](uint64_t nibble) {
    const uint64_t out = product.low & 0xf;
    product.low = product.low >> 4 | product.high << 60;
    product.high = product.high >> 4 ^ kReductions[out];
    product.high ^= multiples_[nibble].high;
    product.low ^= multiples_[nibble].low;
  };
  for (uint32_t shift = 0; shift < 64; shift += 4) {
    step(state_.low >> shift & 0xf);
  }
  for (uint32_t shift = 0; shift < 64; shift += 4) {
    step(state_.high >> shift & 0xf);
  }
  state_ = product;
}

void Ghash::Absorb(Bytes data) {
  while (!data.empty()) {
    CipherBlock block = {};
    const size_t bytes = std::min(data.size(), block.size());
    std::copy_n(data.begin(), bytes, block.begin());
    const Element element = Load(block.data());
    state_.high ^= element.high;
    state_.low ^= element.low;
    Multiply();
    data = data.subspan(bytes);
  }
}

void Ghash::AbsorbLengths(uint64_t aad_bytes, uint64_t payload_bytes) {
  state_.high ^= aad_bytes * 8;
  state_.low ^= payload_bytes * 8;
  Multiply();
}

CipherBlock Ghash::state() const {
  CipherBlock block;
  StoreBigEndian(block.data(), state_.high);
  StoreBigEndian(block.data() + 8, state_.low);
  return block;
}

void Ghash::set_state(const CipherBlock& state) { state_ = Load(state.data()); }

}  // namespace uacced::hw::hisi
