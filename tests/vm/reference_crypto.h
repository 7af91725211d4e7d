// Ciphers, hashes and HMAC by OpenSSL, in this process: what accelerators are
// compared with. Of each kind all that the simulated SEC has on a kernel of
// Debian's, which lacks SM3 and SM4.
//
// Threads: pure functions.
// Errors:  Open() says that a tag is wrong. What cannot be but for a mistake of
//          the caller's ends the program.
#ifndef UACCED_TESTS_VM_REFERENCE_CRYPTO_H_
#define UACCED_TESTS_VM_REFERENCE_CRYPTO_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::vm {

struct CipherKind {
  v1::CipherAlgorithm algorithm;
  const char* name;  // OpenSSL's
  size_t key_bytes;
  size_t nonce_bytes;
  bool authenticated;
  size_t min_bytes;  // of a message
};
absl::Span<const CipherKind> CipherKinds();

struct HashKind {
  v1::HashAlgorithm algorithm;
  const char* name;  // OpenSSL's
  size_t block_bytes;
};
absl::Span<const HashKind> HashKinds();

struct Sealed {
  std::string ciphertext;
  std::string tag;  // of 16 bytes, or empty
};

// CBC is padded (PKCS7).
Sealed Seal(const CipherKind& kind, std::string_view key,
            std::string_view nonce, std::string_view associated_data,
            std::string_view plaintext);
// Nullopt: the tag or the padding is wrong.
std::optional<std::string> Open(const CipherKind& kind, std::string_view key,
                                std::string_view nonce,
                                std::string_view associated_data,
                                const Sealed& sealed);

std::string Digest(const HashKind& kind, std::string_view input);
std::string Hmac(const HashKind& kind, std::string_view key,
                 std::string_view input);

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_REFERENCE_CRYPTO_H_
