// The daemon's memory as a whole: a pool at the start, what is free given back
// when idle. The allocator and its pool are the process's, and so is this.
//
// Units:   bytes.
// Threads: ReadMemory() is thread-safe; the others by one thread, in this
//          order.
#ifndef UACCED_DAEMON_MEMORY_MEMORY_H_
#define UACCED_DAEMON_MEMORY_MEMORY_H_

#include <cstddef>

#include "absl/status/status.h"

namespace uacced {

// From now on the heap grows into a pool of so many bytes; 0: there is none.
// Errors as MemoryPool::Create(). At most once, before there are many threads.
absl::Status ReservePool(size_t bytes);

// Brings the pool's pages and locks them, if there is one, and logs how that
// went. After everything that has to lock memory. Takes a second for some GiB.
absl::Status SettlePool();

// Gives free memory back to the system, but for the pool's. Takes milliseconds;
// call it when idle.
void ReleaseFreeMemory();

struct MemoryFigures {
  size_t pool_bytes = 0;
  size_t pool_used_bytes = 0;  // The heap has grown into. Never less.
  size_t pool_locked_bytes = 0;
};
MemoryFigures ReadMemory();

}  // namespace uacced

#endif  // UACCED_DAEMON_MEMORY_MEMORY_H_
