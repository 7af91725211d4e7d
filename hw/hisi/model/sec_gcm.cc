#include "hw/hisi/model/sec_gcm.h"

#include <algorithm>

namespace uacced::hw::hisi {
namespace {

// The counter is the last four bytes, and wraps within them.
constexpr size_t kCounterAt = 12;

uint32_t Counter(const CipherBlock& block) {
  uint32_t value = 0;
  for (size_t i = kCounterAt; i < block.size(); ++i) {
    value = value << 8 | block[i];
  }
  return value;
}

void SetCounter(CipherBlock& block, uint32_t value) {
  for (size_t i = block.size(); i > kCounterAt; --i, value >>= 8) {
    block[i - 1] = static_cast<uint8_t>(value);
  }
}

}  // namespace

std::optional<Gcm> Gcm::Start(const SecCiphers& ciphers, BlockCipher cipher,
                              Bytes key, Bytes auth_key) {
  CipherBlock hash_key = {};
  if (!ciphers.Run(cipher, BlockMode::kEcb, Direction::kEncrypt, auth_key,
                   nullptr, hash_key, hash_key.data())) {
    return std::nullopt;
  }
  return Gcm(ciphers, cipher, key, hash_key);
}

CipherBlock Gcm::FirstCounter(Bytes nonce) {
  CipherBlock block = {};
  std::copy_n(nonce.begin(), kGcmNonceBytes, block.begin());
  SetCounter(block, 1);
  return block;
}

bool Gcm::Count(CipherBlock previous, MutableBytes data) const {
  while (!data.empty()) {
    // OpenSSL's counter has 128 bits: it must not run over ours of 32.
    const uint32_t first = Counter(previous) + 1;
    const uint64_t blocks_to_wrap = (uint64_t{1} << 32) - first;
    const size_t bytes =
        std::min<uint64_t>(data.size(), blocks_to_wrap * kCipherBlockBytes);
    SetCounter(previous, first);
    if (!ciphers_.Run(cipher_, BlockMode::kCtr, Direction::kEncrypt, key_,
                      previous.data(), data.first(bytes), data.data())) {
      return false;
    }
    SetCounter(previous, UINT32_MAX);  // Matters only where it wraps.
    data = data.subspan(bytes);
  }
  return true;
}

bool Gcm::Crypt(Direction direction, CipherBlock previous, MutableBytes data) {
  if (direction == Direction::kDecrypt) ghash_.Absorb(data);
  if (!Count(previous, data)) return false;
  if (direction == Direction::kEncrypt) ghash_.Absorb(data);
  return true;
}

bool Gcm::Finish(const CipherBlock& first_counter, uint64_t aad_bytes,
                 uint64_t payload_bytes, CipherBlock& tag) {
  ghash_.AbsorbLengths(aad_bytes, payload_bytes);
  CipherBlock mask;
  if (!ciphers_.Run(cipher_, BlockMode::kEcb, Direction::kEncrypt, key_,
                    nullptr, first_counter, mask.data())) {
    return false;
  }
  tag = ghash_.state();
  for (size_t i = 0; i < tag.size(); ++i) tag[i] ^= mask[i];
  return true;
}

}  // namespace uacced::hw::hisi
