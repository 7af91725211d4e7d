// What the daemon tells its allocator. tcmalloc keeps freed memory mapped,
// which is what makes large requests cheap (docs/performance.md), but would
// keep the peak of one busy minute for ever.
#ifndef UACCED_DAEMON_MAIN_ALLOCATOR_H_
#define UACCED_DAEMON_MAIN_ALLOCATOR_H_

namespace uacced {

// Gives free memory back to the system. Takes milliseconds; call it when idle.
void ReleaseFreeMemory();

}  // namespace uacced

#endif  // UACCED_DAEMON_MAIN_ALLOCATOR_H_
