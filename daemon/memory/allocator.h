// What the daemon tells its allocator, which is tcmalloc, or a sanitizer's own.
// tcmalloc keeps freed memory mapped, which is what makes large requests cheap
// (docs/performance.md), but would keep the peak of one busy minute for ever.
#ifndef UACCED_DAEMON_MEMORY_ALLOCATOR_H_
#define UACCED_DAEMON_MEMORY_ALLOCATOR_H_

#include "daemon/memory/memory_pool.h"

namespace uacced::allocator {

// Gives free memory back to the system, of a pool too unless that is settled.
// Takes milliseconds.
void Release();

// From now on the heap takes the pool's memory before the system's, and gives
// none back by itself. At most once, `pool` must never end. False: this
// allocator cannot.
bool GrowInto(MemoryPool* pool);

}  // namespace uacced::allocator

#endif  // UACCED_DAEMON_MEMORY_ALLOCATOR_H_
