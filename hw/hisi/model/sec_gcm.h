// GCM over any block cipher, whole or in parts, and with it GMAC.
//
// Threads: thread-compatible.
// A method that returns false says that OpenSSL gave up.
#ifndef UACCED_HW_HISI_MODEL_SEC_GCM_H_
#define UACCED_HW_HISI_MODEL_SEC_GCM_H_

#include <cstdint>
#include <optional>

#include "hw/hisi/model/sec_ciphers.h"
#include "hw/hisi/model/sec_ghash.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

inline constexpr size_t kGcmNonceBytes = 12;

class Gcm {
 public:
  // GHASH is keyed by `auth_key`, which is `key` unless somebody errs. Borrows
  // `ciphers` and `key`. nullopt: OpenSSL gave up.
  static std::optional<Gcm> Start(const SecCiphers& ciphers, BlockCipher cipher,
                                  Bytes key, Bytes auth_key);

  // The counter block of the tag's mask.
  static CipherBlock FirstCounter(Bytes nonce);

  // All of the associated data.
  void Authenticate(Bytes aad) { ghash_.Absorb(aad); }

  // Payload, in place; whole blocks unless it is the last of it. `previous` is
  // the counter block of the block before.
  bool Crypt(Direction direction, CipherBlock previous, MutableBytes data);

  // REQUIRES: nothing is done after it.
  bool Finish(const CipherBlock& first_counter, uint64_t aad_bytes,
              uint64_t payload_bytes, CipherBlock& tag);

  CipherBlock state() const { return ghash_.state(); }
  void set_state(const CipherBlock& state) { ghash_.set_state(state); }

 private:
  Gcm(const SecCiphers& ciphers, BlockCipher cipher, Bytes key,
      const CipherBlock& hash_key)
      : ciphers_(ciphers), cipher_(cipher), key_(key), ghash_(hash_key) {}

  bool Count(CipherBlock previous, MutableBytes data) const;

  const SecCiphers& ciphers_;
  BlockCipher cipher_;
  Bytes key_;
  Ghash ghash_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_GCM_H_
