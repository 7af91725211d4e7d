#include "hw/hisi/model/sec_modes.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace uacced::hw::hisi {
namespace {

// Blocks that go through the cipher in one call.
constexpr size_t kBatchBlocks = 64;

// Multiplies by x. The tweak is a polynomial modulo x^128 + x^7 + x^2 + x + 1;
// the orders differ in which bit of which byte has which power.
void Double(TweakOrder order, CipherBlock& tweak) {
  if (order == TweakOrder::kIeee) {
    uint8_t carry = 0;
    for (uint8_t& byte : tweak) {
      const uint8_t next = byte >> 7;
      byte = static_cast<uint8_t>(byte << 1 | carry);
      carry = next;
    }
    if (carry != 0) tweak[0] ^= 0x87;
    return;
  }
  uint8_t carry = 0;
  for (uint8_t& byte : tweak) {
    const uint8_t next = byte & 1;
    byte = static_cast<uint8_t>(byte >> 1 | carry << 7);
    carry = next;
  }
  if (carry != 0) tweak[0] ^= 0xe1;
}

void Xor(uint8_t* data, const uint8_t* mask, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) data[i] ^= mask[i];
}

// Whole blocks, each under its own tweak; leaves `tweak` at the one after.
bool XtsBlocks(CipherRun& run, TweakOrder order, CipherBlock& tweak,
               MutableBytes data) {
  uint8_t tweaks[kBatchBlocks * kCipherBlockBytes];
  while (!data.empty()) {
    const size_t bytes = std::min(data.size(), sizeof(tweaks));
    for (size_t i = 0; i < bytes; i += kCipherBlockBytes) {
      std::copy(tweak.begin(), tweak.end(), tweaks + i);
      Double(order, tweak);
    }
    Xor(data.data(), tweaks, bytes);
    if (!run.Update(data.first(bytes), data.data())) return false;
    Xor(data.data(), tweaks, bytes);
    data = data.subspan(bytes);
  }
  return true;
}

// The last whole block and the bytes behind it, which borrow its ciphertext.
// Decryption meets their tweaks in reverse.
bool XtsSteal(CipherRun& run, TweakOrder order, Direction direction,
              CipherBlock tweak, MutableBytes data) {
  CipherBlock first = tweak;
  CipherBlock second = tweak;
  Double(order, direction == Direction::kEncrypt ? second : first);
  const MutableBytes block = data.first(kCipherBlockBytes);
  if (!XtsBlocks(run, order, first, block)) return false;
  std::swap_ranges(data.begin() + kCipherBlockBytes, data.end(), data.begin());
  return XtsBlocks(run, order, second, block);
}

size_t LastBlockBytes(size_t bytes) {
  return (bytes - 1) % kCipherBlockBytes + 1;
}

// Moves the last block of the ciphertext before the one that gave bytes to it,
// or back: a rotation of both by `bytes`.
void RotateTail(MutableBytes data, size_t last_bytes, size_t bytes) {
  const MutableBytes tail = data.last(kCipherBlockBytes + last_bytes);
  std::rotate(tail.begin(), tail.begin() + bytes, tail.end());
}

bool CsEncrypt(const SecCiphers& ciphers, BlockCipher cipher, bool swapped,
               Bytes key, const CipherBlock& iv, MutableBytes data) {
  const size_t last_bytes = LastBlockBytes(data.size());
  std::vector<uint8_t> blocks(data.begin(), data.end());
  blocks.resize(data.size() + kCipherBlockBytes - last_bytes);  // Zeros.
  if (!ciphers.Run(cipher, BlockMode::kCbc, Direction::kEncrypt, key, iv.data(),
                   blocks, blocks.data())) {
    return false;
  }
  const size_t cut = data.size() - kCipherBlockBytes;
  std::copy_n(blocks.begin(), cut, data.begin());
  std::copy(blocks.end() - kCipherBlockBytes, blocks.end(), data.begin() + cut);
  if (swapped) RotateTail(data, last_bytes, last_bytes);
  return true;
}

bool CsDecrypt(const SecCiphers& ciphers, BlockCipher cipher, bool swapped,
               Bytes key, const CipherBlock& iv, MutableBytes data) {
  const size_t last_bytes = LastBlockBytes(data.size());
  if (swapped) RotateTail(data, last_bytes, kCipherBlockBytes);
  // The cut block gave its end to the last one, where it still is.
  CipherBlock last;
  const auto last_begin = data.end() - kCipherBlockBytes;
  if (!ciphers.Run(cipher, BlockMode::kEcb, Direction::kDecrypt, key, nullptr,
                   {last_begin, data.end()}, last.data())) {
    return false;
  }
  std::vector<uint8_t> blocks(data.begin(), last_begin);
  blocks.insert(blocks.end(), last.begin() + last_bytes, last.end());
  blocks.insert(blocks.end(), last_begin, data.end());
  if (!ciphers.Run(cipher, BlockMode::kCbc, Direction::kDecrypt, key, iv.data(),
                   blocks, blocks.data())) {
    return false;
  }
  std::copy_n(blocks.begin(), data.size(), data.begin());
  return true;
}

}  // namespace

bool RunXts(const SecCiphers& ciphers, BlockCipher cipher, TweakOrder order,
            Direction direction, Bytes keys, const CipherBlock& tweak,
            MutableBytes data) {
  const size_t half = keys.size() / 2;
  CipherBlock current = tweak;
  std::optional<CipherRun> run = ciphers.Start(
      cipher, BlockMode::kEcb, direction, keys.first(half), nullptr);
  if (!run.has_value() ||
      !ciphers.Run(cipher, BlockMode::kEcb, Direction::kEncrypt,
                   keys.subspan(half), nullptr, current, current.data())) {
    return false;
  }
  const size_t tail_bytes = data.size() % kCipherBlockBytes;
  const size_t whole_bytes = data.size() - tail_bytes;
  if (tail_bytes == 0) return XtsBlocks(*run, order, current, data);
  const size_t plain_bytes = whole_bytes - kCipherBlockBytes;
  return XtsBlocks(*run, order, current, data.first(plain_bytes)) &&
         XtsSteal(*run, order, direction, current, data.subspan(plain_bytes));
}

bool RunCbcCs(const SecCiphers& ciphers, BlockCipher cipher, uint32_t variant,
              Direction direction, Bytes key, const CipherBlock& iv,
              MutableBytes data) {
  if (data.size() == kCipherBlockBytes) {
    return ciphers.Run(cipher, BlockMode::kCbc, direction, key, iv.data(), data,
                       data.data());
  }
  const bool whole = data.size() % kCipherBlockBytes == 0;
  const bool swapped = variant == 3 || (variant == 2 && !whole);
  return (direction == Direction::kEncrypt ? CsEncrypt : CsDecrypt)(
      ciphers, cipher, swapped, key, iv, data);
}

}  // namespace uacced::hw::hisi
