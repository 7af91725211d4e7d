// KeyEncryptionKey seals the key store: 32 bytes in locked memory, read from a
// file that has nothing but them, or 64 hexadecimal digits and perhaps a
// newline.
//
// Threads: immutable.
// Errors:  FAILED_PRECONDITION, or open()'s and read()'s; the text says which
//          file, what is wrong with it and what to do.
#ifndef UACCED_DAEMON_KEYS_KEY_ENCRYPTION_KEY_H_
#define UACCED_DAEMON_KEYS_KEY_ENCRYPTION_KEY_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "daemon/keys/secret_arena.h"
#include "hw/request.h"

namespace uacced {

class KeyEncryptionKey {
 public:
  static constexpr size_t kBytes = 32;

  // A regular file that only its owner may read: us, or root.
  static absl::StatusOr<KeyEncryptionKey> FromFile(const std::string& path);

  // What systemd's LoadCredential= or SetCredential= gives us under that name,
  // in $CREDENTIALS_DIRECTORY; its access is systemd's affair.
  // REQUIRES: `name` has no slash and is not "." or "..".
  static absl::StatusOr<KeyEncryptionKey> FromCredential(
      const std::string& name);

  hw::Bytes bytes() const { return slot_.bytes().first(kBytes); }

 private:
  explicit KeyEncryptionKey(SecretSlot slot) : slot_(std::move(slot)) {}
  static absl::StatusOr<KeyEncryptionKey> Read(int fd, const std::string& what);

  SecretSlot slot_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_KEYS_KEY_ENCRYPTION_KEY_H_
