// SM4 in XTS mode as IEEE 1619 defines it (not the variant of GB/T 17964, whose
// tweak doubles in the other bit order), with ciphertext stealing, built on
// SM4-ECB because OpenSSL 3.0 has no SM4-XTS.
//
// Threads: thread-compatible.
#ifndef UACCED_HW_SOFT_SM4_XTS_H_
#define UACCED_HW_SOFT_SM4_XTS_H_

#include "hw/request.h"
#include "hw/soft/evp_algorithms.h"

namespace uacced::hw {

class Sm4Xts {
 public:
  static constexpr size_t kKeyBytes = 32;  // Data key, then tweak key.
  static constexpr size_t kTweakBytes = 16;

  // `sm4_ecb` must outlive the object.
  explicit Sm4Xts(const EVP_CIPHER* sm4_ecb) : sm4_ecb_(sm4_ecb) {}

  // Writes source.size() bytes to `destination`. False: OpenSSL failed (out of
  // memory), and what is in `destination` means nothing.
  // REQUIRES: sizes as above, source.size() >= 16, `destination` as long, and
  // the two apart.
  bool Encrypt(Bytes key, Bytes tweak, Bytes source, uint8_t* destination) {
    return Process(true, key, tweak, source, destination);
  }
  bool Decrypt(Bytes key, Bytes tweak, Bytes source, uint8_t* destination) {
    return Process(false, key, tweak, source, destination);
  }

  // Overwrites the key schedules of the last operation.
  void Scrub();

 private:
  bool Process(bool encrypt, Bytes key, Bytes tweak, Bytes source,
               uint8_t* destination);
  bool Start(CipherContext& context, bool encrypt, const uint8_t* key);

  const EVP_CIPHER* const sm4_ecb_;
  CipherContext data_context_;
  CipherContext tweak_context_;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_SM4_XTS_H_
