#include "daemon/keys/secret_buffer.h"

#include <openssl/crypto.h>
#include <sys/mman.h>

#include <cerrno>

#include "base/errno_status.h"

namespace uacced {

absl::StatusOr<SecretBuffer> SecretBuffer::Create(size_t size_bytes) {
  void* const data = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) {
    return ErrnoStatus(errno, "cannot map memory for the key store");
  }
  SecretBuffer buffer(static_cast<uint8_t*>(data), size_bytes);
  if (madvise(data, size_bytes, MADV_DONTDUMP) != 0) {
    return ErrnoStatus(errno, "cannot protect memory for the key store");
  }
  // The arena has the locked memory that was asked for. This lives for
  // milliseconds; without a lock it could be swapped, which is not worth
  // refusing to save a key for.
  (void)mlock(data, size_bytes);
  return buffer;
}

SecretBuffer::~SecretBuffer() {
  if (data_ == nullptr) return;
  OPENSSL_cleanse(data_, size_bytes_);
  munmap(data_, size_bytes_);
}

}  // namespace uacced
