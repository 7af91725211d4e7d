// BoundedRing is a fixed-size queue between threads: any number push, any
// number pop, nobody locks or allocates. Each cell carries a sequence number
// that says whose turn it is (the design is Dmitry Vyukov's).
//
// Units:   capacity counts entries and is rounded up to a power of two.
// Threads: thread-safe. FIFO for each pair of one pusher and one popper.
// Full and empty are ordinary answers (false), never waits: pair the ring with
// a Wakeup or a WorkerGate to sleep.
#ifndef UACCED_BASE_BOUNDED_RING_H_
#define UACCED_BASE_BOUNDED_RING_H_

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace uacced {

template <typename T>
class BoundedRing {
 public:
  explicit BoundedRing(size_t capacity)
      : mask_(std::bit_ceil(capacity < 2 ? size_t{2} : capacity) - 1),
        cells_(std::make_unique<Cell[]>(mask_ + 1)) {
    for (size_t i = 0; i <= mask_; ++i) {
      cells_[i].sequence.store(i, std::memory_order_relaxed);
    }
  }
  BoundedRing(const BoundedRing&) = delete;
  BoundedRing& operator=(const BoundedRing&) = delete;

  size_t capacity() const { return mask_ + 1; }

  // Entries at some moment during the call; exact when nobody else is active.
  size_t ApproximateSize() const {
    const size_t head = head_.load(std::memory_order_relaxed);
    const size_t tail = tail_.load(std::memory_order_relaxed);
    return tail > head ? tail - head : 0;
  }

  // Moves from `value` and returns true, or returns false and leaves it alone
  // when the ring is full.
  bool TryPush(T&& value) {
    size_t position = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[position & mask_];
      const auto lag = static_cast<ptrdiff_t>(
          cell.sequence.load(std::memory_order_acquire) - position);
      if (lag < 0) return false;
      if (lag > 0) {
        position = tail_.load(std::memory_order_relaxed);
      } else if (tail_.compare_exchange_weak(position, position + 1,
                                             std::memory_order_relaxed)) {
        cell.value = std::move(value);
        cell.sequence.store(position + 1, std::memory_order_release);
        return true;
      }
    }
  }

  // Moves the oldest entry to `value` and returns true, or returns false when
  // the ring is empty.
  bool TryPop(T& value) {
    size_t position = head_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[position & mask_];
      const auto lag = static_cast<ptrdiff_t>(
          cell.sequence.load(std::memory_order_acquire) - (position + 1));
      if (lag < 0) return false;
      if (lag > 0) {
        position = head_.load(std::memory_order_relaxed);
      } else if (head_.compare_exchange_weak(position, position + 1,
                                             std::memory_order_relaxed)) {
        value = std::move(cell.value);
        cell.sequence.store(position + mask_ + 1, std::memory_order_release);
        return true;
      }
    }
  }

 private:
  struct Cell {
    std::atomic<size_t> sequence;
    T value{};
  };

  const size_t mask_;
  const std::unique_ptr<Cell[]> cells_;
  // Apart, so that pushers and poppers do not share a cache line. By padding,
  // because g++ 12 does not align objects on AddressSanitizer's fake stack.
  std::atomic<size_t> tail_{0};
  [[maybe_unused]] char between_[64 - sizeof(std::atomic<size_t>)] = {};
  std::atomic<size_t> head_{0};
  [[maybe_unused]] char behind_[64 - sizeof(std::atomic<size_t>)] = {};
};

}  // namespace uacced

#endif  // UACCED_BASE_BOUNDED_RING_H_
