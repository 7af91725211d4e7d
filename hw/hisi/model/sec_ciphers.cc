#include "hw/hisi/model/sec_ciphers.h"

#include <openssl/err.h>

#include <string>

namespace uacced::hw::hisi {
namespace {

constexpr const char* kCipherNames[] = {"AES-128", "AES-192", "AES-256", "SM4",
                                        "DES-EDE3"};
constexpr const char* kModeNames[] = {"-ECB", "-CBC", "-CFB", "-OFB", "-CTR"};

constexpr size_t kTripleDesKeyBytes = 24;

}  // namespace

bool CipherRun::Update(Bytes in, uint8_t* out) {
  if (in.empty()) return true;
  int produced = 0;
  return EVP_CipherUpdate(context_.get(), out, &produced, in.data(),
                          static_cast<int>(in.size())) == 1 &&
         static_cast<size_t>(produced) == in.size();
}

SecCiphers::SecCiphers() {
  for (size_t cipher = 0; cipher < kCiphers; ++cipher) {
    for (size_t mode = 0; mode < kModes; ++mode) {
      const std::string name =
          std::string(kCipherNames[cipher]) + kModeNames[mode];
      ciphers_[cipher][mode].reset(
          EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr));
    }
  }
  ERR_clear_error();  // Of fetches that found nothing.
}

std::optional<CipherRun> SecCiphers::Start(BlockCipher cipher, BlockMode mode,
                                           Direction direction, Bytes key,
                                           const uint8_t* iv) const {
  const EVP_CIPHER* evp =
      ciphers_[static_cast<size_t>(cipher)][static_cast<size_t>(mode)].get();
  std::unique_ptr<EVP_CIPHER_CTX, EvpFree> context(EVP_CIPHER_CTX_new());
  if (evp == nullptr || context == nullptr) return std::nullopt;
  uint8_t whole_key[kTripleDesKeyBytes];
  const uint8_t* key_data = key.data();
  if (cipher == BlockCipher::kTripleDes) {
    // K, K, K of DES; K1, K2, K1 of two keys.
    for (size_t i = 0; i < sizeof(whole_key); ++i) {
      whole_key[i] = key[i % key.size()];
    }
    key_data = whole_key;
  }
  if (EVP_CipherInit_ex2(
          context.get(), evp, key_data, mode == BlockMode::kEcb ? nullptr : iv,
          direction == Direction::kEncrypt ? 1 : 0, nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return CipherRun(std::move(context));
}

bool SecCiphers::Run(BlockCipher cipher, BlockMode mode, Direction direction,
                     Bytes key, const uint8_t* iv, Bytes in,
                     uint8_t* out) const {
  std::optional<CipherRun> run = Start(cipher, mode, direction, key, iv);
  return run.has_value() && run->Update(in, out);
}

}  // namespace uacced::hw::hisi
