// The ciphers and hashes of OpenSSL's providers, each fetched once: a fetch
// takes locks and costs as much as encrypting several KiB.
//
// Threads: constant after construction; OpenSSL lets any thread use them.
#ifndef UACCED_HW_SOFT_EVP_ALGORITHMS_H_
#define UACCED_HW_SOFT_EVP_ALGORITHMS_H_

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "hw/algorithm.h"

namespace uacced::hw {

struct EvpDeleter {
  void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
  void operator()(EVP_CIPHER_CTX* context) const {
    EVP_CIPHER_CTX_free(context);
  }
  void operator()(EVP_MD* hash) const { EVP_MD_free(hash); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, EvpDeleter>;
using HashContext = std::unique_ptr<EVP_MD_CTX, EvpDeleter>;

class EvpAlgorithms {
 public:
  EvpAlgorithms();

  // Null when no provider has it, as with ChaCha20 under FIPS. For kSm4Xts,
  // which OpenSSL 3.0 lacks, SM4-ECB: see sm4_xts.h. For kXaes256Gcm, which
  // needs kAes256Gcm as well, AES-256-ECB: see xaes_kdf.h.
  const EVP_CIPHER* Cipher(Algorithm algorithm) const {
    return ciphers_[static_cast<size_t>(algorithm)].get();
  }

  // Null likewise. An HMAC has the hash it is made of.
  const EVP_MD* Hash(Algorithm algorithm) const;

 private:
  std::array<std::unique_ptr<EVP_CIPHER, EvpDeleter>, kAlgorithmCount> ciphers_;
  std::array<std::unique_ptr<EVP_MD, EvpDeleter>, kAlgorithmCount> hashes_;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_EVP_ALGORITHMS_H_
