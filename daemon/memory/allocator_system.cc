#include <malloc.h>

#include "daemon/memory/allocator.h"

namespace uacced::allocator {

void Release() { malloc_trim(0); }

bool GrowInto(MemoryPool*) { return false; }

}  // namespace uacced::allocator
