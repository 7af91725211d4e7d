// SecretBuffer is memory for many secrets at once, for a short while: left out
// of core dumps, locked if the limit on locked memory has room, and zeroed at
// its end.
//
// Threads: thread-compatible.
#ifndef UACCED_DAEMON_KEYS_SECRET_BUFFER_H_
#define UACCED_DAEMON_KEYS_SECRET_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "absl/status/statusor.h"

namespace uacced {

class SecretBuffer {
 public:
  // All zero. RESOURCE_EXHAUSTED: no memory. REQUIRES: size_bytes > 0.
  static absl::StatusOr<SecretBuffer> Create(size_t size_bytes);

  SecretBuffer(SecretBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_bytes_(std::exchange(other.size_bytes_, 0)) {}
  SecretBuffer& operator=(SecretBuffer&&) = delete;
  ~SecretBuffer();

  std::span<uint8_t> bytes() const { return {data_, size_bytes_}; }

 private:
  SecretBuffer(uint8_t* data, size_t size_bytes)
      : data_(data), size_bytes_(size_bytes) {}

  uint8_t* data_;
  size_t size_bytes_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_KEYS_SECRET_BUFFER_H_
