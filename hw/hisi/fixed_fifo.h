// A queue of values with a fixed number of places.
//
// Threads: thread-compatible.
#ifndef UACCED_HW_HISI_FIXED_FIFO_H_
#define UACCED_HW_HISI_FIXED_FIFO_H_

#include <cstddef>
#include <vector>

namespace uacced::hw::hisi {

template <typename T>
class FixedFifo {
 public:
  explicit FixedFifo(size_t capacity) : values_(capacity) {}

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

  // REQUIRES: size() is below the capacity.
  void Push(const T& value) {
    const size_t at = head_ + size_++;
    values_[at < values_.size() ? at : at - values_.size()] = value;
  }
  // REQUIRES: !empty().
  T Pop() {
    const T value = values_[head_];
    if (++head_ == values_.size()) head_ = 0;
    --size_;
    return value;
  }

 private:
  std::vector<T> values_;
  size_t head_ = 0;
  size_t size_ = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_FIXED_FIFO_H_
