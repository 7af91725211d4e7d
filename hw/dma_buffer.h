// DmaBuffer owns memory that a device may write to: uninitialised, aligned to
// cache lines. The allocator behind it is the process's (tcmalloc in the
// daemon), which keeps freed buffers mapped, so that a buffer used again
// costs no page faults.
//
// Threads: thread-compatible.
#ifndef UACCED_HW_DMA_BUFFER_H_
#define UACCED_HW_DMA_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "hw/request.h"

namespace uacced::hw {

class DmaBuffer {
 public:
  static constexpr size_t kAlignment = 64;

  DmaBuffer() = default;
  DmaBuffer(DmaBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  DmaBuffer& operator=(DmaBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~DmaBuffer() { std::free(data_); }

  // An empty buffer when the system is out of memory; so is one of 0 bytes.
  static DmaBuffer Allocate(size_t bytes) {
    DmaBuffer buffer;
    if (bytes == 0 || bytes > SIZE_MAX - kAlignment) return buffer;
    const size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    buffer.data_ =
        static_cast<uint8_t*>(std::aligned_alloc(kAlignment, rounded));
    if (buffer.data_ != nullptr) buffer.size_ = bytes;
    return buffer;
  }

  uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  MutableBytes span() const { return {data_, size_}; }

  // Gives the memory away; free it with std::free().
  uint8_t* release() {
    size_ = 0;
    return std::exchange(data_, nullptr);
  }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_DMA_BUFFER_H_
