// The block ciphers of SEC in the modes that OpenSSL has for all of them. What
// it lacks, or does not show the inside of, is built on these: sec_modes.h,
// sec_aead.h, sec_cmac.h.
//
// Threads: SecCiphers is constant after construction and thread-safe; a
//          CipherRun is thread-compatible.
#ifndef UACCED_HW_HISI_MODEL_SEC_CIPHERS_H_
#define UACCED_HW_HISI_MODEL_SEC_CIPHERS_H_

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "hw/request.h"

namespace uacced::hw::hisi {

inline constexpr size_t kCipherBlockBytes = 16;  // Of AES and SM4.
using CipherBlock = std::array<uint8_t, kCipherBlockBytes>;

// DES is TripleDes with the same key three times.
enum class BlockCipher : uint8_t {
  kAes128,
  kAes192,
  kAes256,
  kSm4,
  kTripleDes
};
enum class BlockMode : uint8_t { kEcb, kCbc, kCfb, kOfb, kCtr };
enum class Direction : uint8_t { kEncrypt, kDecrypt };

struct EvpFree {
  void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
  void operator()(EVP_CIPHER_CTX* run) const { EVP_CIPHER_CTX_free(run); }
};

// A cipher under a key, somewhere in its input.
class CipherRun {
 public:
  explicit CipherRun(std::unique_ptr<EVP_CIPHER_CTX, EvpFree> context)
      : context_(std::move(context)) {}

  // `out` has room for in.size() bytes and may be in.data(). Whole blocks for
  // kEcb and kCbc. False: OpenSSL gave up.
  bool Update(Bytes in, uint8_t* out);

 private:
  std::unique_ptr<EVP_CIPHER_CTX, EvpFree> context_;
};

class SecCiphers {
 public:
  SecCiphers();

  // `iv`: a block, not looked at for kEcb. nullopt: OpenSSL was built without
  // the cipher, or gave up. REQUIRES: `key` has the cipher's length, or 8, 16
  // or 24 bytes for kTripleDes.
  std::optional<CipherRun> Start(BlockCipher cipher, BlockMode mode,
                                 Direction direction, Bytes key,
                                 const uint8_t* iv) const;

  // Start() and one Update().
  bool Run(BlockCipher cipher, BlockMode mode, Direction direction, Bytes key,
           const uint8_t* iv, Bytes in, uint8_t* out) const;

 private:
  static constexpr size_t kCiphers = 5;
  static constexpr size_t kModes = 5;
  std::unique_ptr<EVP_CIPHER, EvpFree> ciphers_[kCiphers][kModes];
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_SEC_CIPHERS_H_
