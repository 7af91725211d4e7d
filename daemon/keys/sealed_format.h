// The sealed form of a key store: header, ciphertext, tag, described in
// docs/key-store.md. AES-256-GCM under a key and nonce derived for each sealing
// from the key-encryption key and 32 fresh random bytes.
//
// Threads: pure functions.
#ifndef UACCED_DAEMON_KEYS_SEALED_FORMAT_H_
#define UACCED_DAEMON_KEYS_SEALED_FORMAT_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/keys/key_encryption_key.h"
#include "hw/request.h"

namespace uacced {

inline constexpr uint32_t kSealedVersion = 1;
inline constexpr size_t kSealedSaltBytes = 32;
inline constexpr size_t kSealedCheckBytes = 16;
inline constexpr size_t kSealedTagBytes = 16;
// Magic, version, salt, check value, length of the body.
inline constexpr size_t kSealedHeaderBytes =
    8 + 4 + kSealedSaltBytes + kSealedCheckBytes + 8;
inline constexpr size_t kSealedOverheadBytes =
    kSealedHeaderBytes + kSealedTagBytes;

// Seals in place: `image` has the body between room for the header and room
// for the tag. INTERNAL: OpenSSL failed; the image may hold secrets then.
absl::Status Seal(const KeyEncryptionKey& key, hw::MutableBytes image);

// Opens in place and gives the body, a part of `image`.
// DATA_LOSS: it is no key store, truncated or tampered with.
// FAILED_PRECONDITION: another key sealed it, or a newer version.
absl::StatusOr<hw::MutableBytes> Unseal(const KeyEncryptionKey& key,
                                        hw::MutableBytes image);

}  // namespace uacced

#endif  // UACCED_DAEMON_KEYS_SEALED_FORMAT_H_
