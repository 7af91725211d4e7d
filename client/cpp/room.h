// How much may be in flight at once.
//
// Units:   operations, and bytes of their requests.
// Threads: thread-safe.
#ifndef UACCED_CLIENT_CPP_ROOM_H_
#define UACCED_CLIENT_CPP_ROOM_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace uacced::client {

class Room {
 public:
  Room(size_t max_operations, size_t max_bytes)
      : max_operations_(max_operations), max_bytes_(max_bytes) {}
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  // Whether one more operation would be let in now.
  bool HasAny() const {
    return operations_.load(std::memory_order_relaxed) < max_operations_ &&
           bytes_.load(std::memory_order_relaxed) < max_bytes_;
  }

  // Takes room for one operation of `bytes`, or returns false. The size does
  // not decide: bytes may go past their bound by one operation.
  bool TryTake(size_t bytes);

  // Gives back what one TryTake() took.
  void Give(size_t bytes);

  // Blocks until at least a quarter of both bounds is free; false when
  // `deadline` passed before. Others may take it before the caller does.
  bool Wait(std::chrono::steady_clock::time_point deadline);

 private:
  bool HasQuarter() const {
    return operations_.load() <= max_operations_ - (max_operations_ + 3) / 4 &&
           bytes_.load() <= max_bytes_ - (max_bytes_ + 3) / 4;
  }

  const size_t max_operations_;
  const size_t max_bytes_;
  std::atomic<size_t> operations_{0};
  std::atomic<size_t> bytes_{0};
  // Set by a waiter before it looks, read by givers after they gave: one of
  // them sees the other.
  std::atomic<int> waiters_{0};
  std::mutex mutex_;
  std::condition_variable given_;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_ROOM_H_
