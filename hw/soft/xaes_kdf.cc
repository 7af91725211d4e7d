#include "hw/soft/xaes_kdf.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <cstring>

namespace uacced::hw {
namespace {

constexpr size_t kBlocksBytes = 2 * kCipherBlockBytes;
static_assert(kBlocksBytes == XaesKdf::kKeyBytes);

bool EncryptBlocks(EVP_CIPHER_CTX* context, const uint8_t* in, size_t bytes,
                   uint8_t* out) {
  int produced = 0;
  return EVP_EncryptUpdate(context, out, &produced, in,
                           static_cast<int>(bytes)) == 1 &&
         static_cast<size_t>(produced) == bytes;
}

// Multiplies by x in GF(2^128), without a branch on what is secret.
void Double(uint8_t (&block)[kCipherBlockBytes]) {
  const uint8_t top_bit = block[0] >> 7;
  for (size_t i = 0; i + 1 < kCipherBlockBytes; ++i) {
    block[i] = static_cast<uint8_t>(block[i] << 1 | block[i + 1] >> 7);
  }
  uint8_t& last = block[kCipherBlockBytes - 1];
  last = static_cast<uint8_t>(last << 1 ^ (top_bit * 0x87));
}

}  // namespace

bool XaesKdf::Derive(Bytes key, Bytes salt,
                     std::span<uint8_t, kKeyBytes> derived) {
  if (context_ == nullptr) context_.reset(EVP_CIPHER_CTX_new());
  // CMAC's first subkey, which it takes for whole blocks, as these are.
  uint8_t subkey[kCipherBlockBytes] = {};
  uint8_t blocks[kBlocksBytes];
  bool done = context_ != nullptr &&
              EVP_EncryptInit_ex2(context_.get(), aes_ecb_, key.data(), nullptr,
                                  nullptr) == 1 &&
              EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1 &&
              EncryptBlocks(context_.get(), subkey, sizeof(subkey), subkey);
  if (done) {
    Double(subkey);
    for (uint8_t counter = 1; counter <= 2; ++counter) {
      uint8_t* const block = blocks + (counter - 1) * kCipherBlockBytes;
      const uint8_t prefix[] = {0, counter, 'X', 0};
      static_assert(sizeof(prefix) + kSaltBytes == kCipherBlockBytes);
      std::memcpy(block, prefix, sizeof(prefix));
      std::memcpy(block + sizeof(prefix), salt.data(), kSaltBytes);
      for (size_t i = 0; i < kCipherBlockBytes; ++i) block[i] ^= subkey[i];
    }
    done =
        EncryptBlocks(context_.get(), blocks, sizeof(blocks), derived.data());
  }
  OPENSSL_cleanse(subkey, sizeof(subkey));
  OPENSSL_cleanse(blocks, sizeof(blocks));
  return done;
}

void XaesKdf::Scrub() {
  if (context_ == nullptr) return;
  static constexpr uint8_t kNoKey[kKeyBytes] = {};
  if (EVP_EncryptInit_ex2(context_.get(), nullptr, kNoKey, nullptr, nullptr) !=
      1) {
    context_.reset();  // Which cleanses as well.
    ERR_clear_error();
  }
}

}  // namespace uacced::hw
