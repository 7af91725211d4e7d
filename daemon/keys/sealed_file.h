// SealedFile is the file that keys outlast the daemon in: sealed, written whole
// at every change, and one daemon's at a time.
//
// Beside the file PATH stand PATH.lock, locked by the daemon whose keys they
// are, and for the time of a write PATH.tmp. A crash at any moment leaves PATH
// as it was before the write or after it.
//
// Threads: thread-compatible.
// Errors:  the text names the file, says what is wrong with it and what to do.
#ifndef UACCED_DAEMON_KEYS_SEALED_FILE_H_
#define UACCED_DAEMON_KEYS_SEALED_FILE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"
#include "daemon/keys/key_encryption_key.h"
#include "daemon/keys/secret_buffer.h"
#include "hw/request.h"

namespace uacced {

class SealedFile {
 public:
  // The body within, and the memory it stands in.
  struct Contents {
    SecretBuffer image;
    hw::Bytes body;
  };

  // Locks it, and waits at most `lock_wait` for a daemon that has it to let go.
  // NOT_FOUND: its folder does not exist. UNAVAILABLE: another daemon has it.
  // Else the errors of open().
  static absl::StatusOr<std::unique_ptr<SealedFile>> Open(
      std::string path, KeyEncryptionKey key, absl::Duration lock_wait);

  SealedFile(const SealedFile&) = delete;
  SealedFile& operator=(const SealedFile&) = delete;

  // What is in it; nothing when it does not exist. FAILED_PRECONDITION: it is
  // no regular file of ours that we alone may read, or larger than
  // `max_body_bytes` allow; or see Unseal(). DATA_LOSS: see Unseal().
  absl::StatusOr<std::optional<Contents>> Read(size_t max_body_bytes) const;

  // Memory for Write() with a body of `body_bytes`, to be filled in.
  static absl::StatusOr<SecretBuffer> NewImage(size_t body_bytes);
  static hw::MutableBytes BodyOf(const SecretBuffer& image);

  // Seals `image` in place and makes it the file. On the disk when it returns
  // OK. INTERNAL: it could not be written; the file is as it was, unless the
  // text says that only the last step failed.
  // REQUIRES: not released.
  absl::Status Write(const SecretBuffer& image);

  // Lets another daemon have it. Nothing is read or written any more.
  void Release() { lock_.reset(); }
  bool released() const { return !lock_; }

  const std::string& path() const { return path_; }

 private:
  SealedFile(std::string path, KeyEncryptionKey key);

  absl::Status Lock(absl::Duration lock_wait);
  // Everything but the text's beginning.
  absl::Status WriteTemporary(hw::Bytes image);

  // Constant after Open().
  const std::string path_;
  const std::string file_name_;  // In the folder.
  const KeyEncryptionKey key_;
  UniqueFd folder_;

  UniqueFd lock_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_KEYS_SEALED_FILE_H_
