#include "client/cpp/room.h"

namespace uacced::client {

bool Room::TryTake(size_t bytes) {
  size_t operations = operations_.load();
  do {
    if (operations >= max_operations_) return false;
  } while (!operations_.compare_exchange_weak(operations, operations + 1));
  size_t taken = bytes_.load();
  do {
    if (taken >= max_bytes_) {
      // What it held for a moment may be what a waiter found missing.
      Give(0);
      return false;
    }
  } while (!bytes_.compare_exchange_weak(taken, taken + bytes));
  return true;
}

void Room::Give(size_t bytes) {
  bytes_.fetch_sub(bytes);
  operations_.fetch_sub(1);
  if (waiters_.load() == 0 || !HasQuarter()) return;
  std::lock_guard<std::mutex> lock(mutex_);
  given_.notify_all();
}

bool Room::Wait(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  waiters_.fetch_add(1);
  bool found = true;
  if (deadline == std::chrono::steady_clock::time_point::max()) {
    given_.wait(lock, [this] { return HasQuarter(); });
  } else {
    found = given_.wait_until(lock, deadline, [this] { return HasQuarter(); });
  }
  waiters_.fetch_sub(1);
  return found;
}

}  // namespace uacced::client
