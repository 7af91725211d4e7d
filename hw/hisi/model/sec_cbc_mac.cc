#include "hw/hisi/model/sec_cbc_mac.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace uacced::hw::hisi {
namespace {

constexpr size_t kScratchBytes = 4096;  // Whole blocks.

// The last block of a CBC encryption with an IV of zeros.
class CbcMac {
 public:
  static std::optional<CbcMac> Start(const SecCiphers& ciphers,
                                     BlockCipher cipher, Bytes key) {
    constexpr CipherBlock kZeros = {};
    std::optional<CipherRun> run = ciphers.Start(
        cipher, BlockMode::kCbc, Direction::kEncrypt, key, kZeros.data());
    if (!run.has_value()) return std::nullopt;
    return CbcMac(*std::move(run));
  }

  // A part block at the end counts as if zeros followed.
  bool Absorb(Bytes data) {
    uint8_t scratch[kScratchBytes];
    while (!data.empty()) {
      size_t bytes = std::min(data.size(), sizeof(scratch));
      std::copy_n(data.begin(), bytes, scratch);
      data = data.subspan(bytes);
      for (; bytes % kCipherBlockBytes != 0; ++bytes) scratch[bytes] = 0;
      if (!run_.Update({scratch, bytes}, scratch)) return false;
      std::copy_n(scratch + bytes - kCipherBlockBytes, kCipherBlockBytes,
                  mac_.begin());
    }
    return true;
  }

  const CipherBlock& mac() const { return mac_; }

 private:
  explicit CbcMac(CipherRun run) : run_(std::move(run)) {}

  CipherRun run_;
  CipherBlock mac_ = {};
};

void Xor(CipherBlock& block, const CipherBlock& mask) {
  for (size_t i = 0; i < block.size(); ++i) block[i] ^= mask[i];
}

bool EncryptBlock(const SecCiphers& ciphers, BlockCipher cipher, Bytes key,
                  CipherBlock& block) {
  return ciphers.Run(cipher, BlockMode::kEcb, Direction::kEncrypt, key, nullptr,
                     block, block.data());
}

bool CcmMac(const SecCiphers& ciphers, BlockCipher cipher, Bytes key,
            const CcmInput& input, Bytes plaintext, CipherBlock& mac) {
  std::optional<CbcMac> cbc = CbcMac::Start(ciphers, cipher, key);
  if (!cbc.has_value() || !cbc->Absorb(input.first_block)) return false;
  if (!input.aad.empty()) {
    std::vector<uint8_t> aad = {static_cast<uint8_t>(input.aad.size() >> 8),
                                static_cast<uint8_t>(input.aad.size())};
    aad.insert(aad.end(), input.aad.begin(), input.aad.end());
    if (!cbc->Absorb(aad)) return false;
  }
  if (!cbc->Absorb(plaintext)) return false;
  mac = cbc->mac();
  return true;
}

// Whole blocks, and a last one under a mask: another for a part block, which
// a one bit and zeros fill up.
bool MaskedMac(const SecCiphers& ciphers, Bytes key, const CipherBlock& whole,
               const CipherBlock& part, Bytes data, CipherBlock& mac) {
  std::optional<CbcMac> cbc = CbcMac::Start(ciphers, BlockCipher::kAes128, key);
  if (!cbc.has_value()) return false;
  const size_t last_bytes =
      data.empty() ? 0 : (data.size() - 1) % kCipherBlockBytes + 1;
  CipherBlock last = {};
  std::copy(data.end() - last_bytes, data.end(), last.begin());
  if (last_bytes < last.size()) last[last_bytes] = 0x80;
  Xor(last, last_bytes == last.size() ? whole : part);
  if (!cbc->Absorb(data.first(data.size() - last_bytes)) ||
      !cbc->Absorb(last)) {
    return false;
  }
  mac = cbc->mac();
  return true;
}

// Times x, modulo x^128 + x^7 + x^2 + x + 1; the first bit is the highest.
CipherBlock Doubled(CipherBlock block) {
  uint8_t carry = 0;
  for (size_t i = block.size(); i > 0; --i) {
    const uint8_t next = block[i - 1] >> 7;
    block[i - 1] = static_cast<uint8_t>(block[i - 1] << 1 | carry);
    carry = next;
  }
  if (carry != 0) block.back() ^= 0x87;
  return block;
}

}  // namespace

bool IsCcmCounter(const CipherBlock& block) {
  return block[0] >= 1 && block[0] <= 7;
}

bool RunCcm(const SecCiphers& ciphers, BlockCipher cipher, Direction direction,
            Bytes key, const CcmInput& input, MutableBytes data,
            CipherBlock& tag) {
  const auto crypt = [&] {
    return ciphers.Run(cipher, BlockMode::kCtr, direction, key,
                       input.first_counter.data(), data, data.data());
  };
  // The MAC is of the plaintext.
  if (direction == Direction::kDecrypt && !crypt()) return false;
  if (!CcmMac(ciphers, cipher, key, input, data, tag)) return false;
  if (direction == Direction::kEncrypt && !crypt()) return false;
  CipherBlock mask = input.first_counter;
  std::fill(mask.end() - (mask[0] + 1), mask.end(), 0);
  if (!EncryptBlock(ciphers, cipher, key, mask)) return false;
  Xor(tag, mask);
  return true;
}

bool RunCmac(const SecCiphers& ciphers, Bytes key, Bytes data,
             CipherBlock& mac) {
  CipherBlock zero = {};
  if (!EncryptBlock(ciphers, BlockCipher::kAes128, key, zero)) return false;
  const CipherBlock whole = Doubled(zero);
  return MaskedMac(ciphers, key, whole, Doubled(whole), data, mac);
}

bool RunXcbc(const SecCiphers& ciphers, Bytes key, Bytes data,
             CipherBlock& mac) {
  CipherBlock keys[3];
  for (uint8_t i = 0; i < 3; ++i) {
    keys[i].fill(static_cast<uint8_t>(i + 1));
    if (!EncryptBlock(ciphers, BlockCipher::kAes128, key, keys[i])) {
      return false;
    }
  }
  return MaskedMac(ciphers, keys[0], keys[1], keys[2], data, mac);
}

}  // namespace uacced::hw::hisi
