// TagFifo keeps tags in the order of their submission, and tells those that
// have been flushed from those that have not.
//
// Units:   capacity counts tags.
// Threads: thread-compatible.
#ifndef UACCED_HW_SOFT_TAG_FIFO_H_
#define UACCED_HW_SOFT_TAG_FIFO_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace uacced::hw {

class TagFifo {
 public:
  explicit TagFifo(size_t capacity) : tags_(capacity) {}

  // REQUIRES: fewer than `capacity` tags are inside.
  void Push(uint16_t tag) { tags_[tail_++ % tags_.size()] = tag; }

  // Makes all tags pushed so far ready.
  void Flush() { flushed_ = tail_; }

  // Tags that were flushed and not popped.
  size_t ready() const { return flushed_ - head_; }

  // REQUIRES: ready() > 0.
  uint16_t Front() const { return tags_[head_ % tags_.size()]; }
  void Pop() { ++head_; }

 private:
  std::vector<uint16_t> tags_;
  // Counts since the start, 64 bits wide: they never wrap.
  uint64_t head_ = 0, flushed_ = 0, tail_ = 0;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_TAG_FIFO_H_
