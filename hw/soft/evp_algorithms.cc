#include "hw/soft/evp_algorithms.h"

#include <openssl/err.h>

namespace uacced::hw {
namespace {

struct Fetched {
  Algorithm algorithm;
  const char* name;
};

constexpr Fetched kCiphers[] = {
    {Algorithm::kAes128Gcm, "AES-128-GCM"},
    {Algorithm::kAes256Gcm, "AES-256-GCM"},
    {Algorithm::kAes128Ccm, "AES-128-CCM"},
    {Algorithm::kAes256Ccm, "AES-256-CCM"},
    {Algorithm::kChaCha20Poly1305, "ChaCha20-Poly1305"},
    {Algorithm::kAes128Xts, "AES-128-XTS"},
    {Algorithm::kAes256Xts, "AES-256-XTS"},
    {Algorithm::kAes128Ctr, "AES-128-CTR"},
    {Algorithm::kAes256Ctr, "AES-256-CTR"},
    {Algorithm::kAes128Cbc, "AES-128-CBC"},
    {Algorithm::kAes256Cbc, "AES-256-CBC"},
    {Algorithm::kSm4Xts, "SM4-ECB"},
    {Algorithm::kSm4Ctr, "SM4-CTR"},
    {Algorithm::kSm4Cbc, "SM4-CBC"},
    {Algorithm::kXaes256Gcm, "AES-256-ECB"},
};

constexpr Fetched kHashes[] = {
    {Algorithm::kSha1, "SHA1"},       {Algorithm::kSha224, "SHA2-224"},
    {Algorithm::kSha256, "SHA2-256"}, {Algorithm::kSha384, "SHA2-384"},
    {Algorithm::kSha512, "SHA2-512"}, {Algorithm::kSm3, "SM3"},
};

}  // namespace

EvpAlgorithms::EvpAlgorithms() {
  for (const auto& [algorithm, name] : kCiphers) {
    ciphers_[static_cast<size_t>(algorithm)].reset(
        EVP_CIPHER_fetch(nullptr, name, nullptr));
  }
  if (Cipher(Algorithm::kAes256Gcm) == nullptr) {
    ciphers_[static_cast<size_t>(Algorithm::kXaes256Gcm)].reset();
  }
  for (const auto& [algorithm, name] : kHashes) {
    hashes_[static_cast<size_t>(algorithm)].reset(
        EVP_MD_fetch(nullptr, name, nullptr));
  }
  ERR_clear_error();  // Of fetches that found nothing.
}

const EVP_MD* EvpAlgorithms::Hash(Algorithm algorithm) const {
  if (Info(algorithm).family == Family::kHmac) {
    algorithm = HashOfHmac(algorithm);
  }
  return hashes_[static_cast<size_t>(algorithm)].get();
}

}  // namespace uacced::hw
