// The key derivation of XAES-256-GCM (C2SP): from a key and the first half of a
// nonce the AES-256-GCM key for that message alone. It is NIST SP 800-108r1's
// KDF in counter mode over CMAC, worked out for its two fixed inputs.
//
// Threads: thread-compatible.
#ifndef UACCED_HW_SOFT_XAES_KDF_H_
#define UACCED_HW_SOFT_XAES_KDF_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "hw/request.h"
#include "hw/soft/evp_algorithms.h"

namespace uacced::hw {

class XaesKdf {
 public:
  static constexpr size_t kKeyBytes = 32;
  // Of the nonce. What follows is AES-256-GCM's.
  static constexpr size_t kSaltBytes = 12;

  // `aes_ecb` must outlive the object.
  explicit XaesKdf(const EVP_CIPHER* aes_ecb) : aes_ecb_(aes_ecb) {}

  // False: OpenSSL failed (out of memory). Whoever gave `derived` wipes it.
  // REQUIRES: sizes as above.
  bool Derive(Bytes key, Bytes salt, std::span<uint8_t, kKeyBytes> derived);

  // Overwrites the key schedule of the last derivation.
  void Scrub();

 private:
  const EVP_CIPHER* const aes_ecb_;
  CipherContext context_;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_XAES_KDF_H_
