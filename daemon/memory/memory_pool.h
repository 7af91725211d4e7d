// MemoryPool is address space for the heap to grow into, whose pages are all
// there from the start: a device that works on the process's own addresses
// stops at each page that is not, and gets a third done
// (docs/performance.md). Its pages are transparent huge ones where the kernel
// has them, and locked where the limit allows (docs/decisions/0017).
//
// Units:     bytes.
// Threads:   Take() by one thread at a time; it does not allocate, so an
//            allocator may call it under its own lock. Settle() and Unsettle()
//            by one thread, at any time. The readers are thread-safe.
// Ownership: what Take() gives stays the pool's. It must not be used after the
//            pool's end.
#ifndef UACCED_DAEMON_MEMORY_MEMORY_POOL_H_
#define UACCED_DAEMON_MEMORY_MEMORY_POOL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace uacced {

class MemoryPool {
 public:
  // Reserves `bytes` or a little more of address space; no page is there yet.
  // Errors: of mmap(2), see base/errno_status.h. REQUIRES: bytes > 0.
  static absl::StatusOr<std::unique_ptr<MemoryPool>> Create(size_t bytes);
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;
  ~MemoryPool();

  // The next piece; null when what is left is too small. Nothing comes back.
  // REQUIRES: `alignment` is a power of two.
  void* Take(size_t bytes, size_t alignment);

  // Brings every page, those in use too, which keep what is in them; locks them
  // if that is allowed, see locked(). An error: they cannot be had.
  absl::Status Settle();
  // Until the next Settle() pages may be given back to the system.
  void Unsettle();

  size_t size() const { return size_; }
  size_t used() const { return used_.load(std::memory_order_relaxed); }
  bool locked() const { return locked_.load(std::memory_order_relaxed); }
  // How much of it are huge pages now. Reads a file of /proc: slow. 0 where
  // that cannot be told.
  size_t ReadHugeBytes() const;

 private:
  MemoryPool(uint8_t* base, size_t size) : base_(base), size_(size) {}

  uint8_t* const base_;
  const size_t size_;
  std::atomic<size_t> used_{0};
  std::atomic<bool> locked_{false};
};

}  // namespace uacced

#endif  // UACCED_DAEMON_MEMORY_MEMORY_POOL_H_
