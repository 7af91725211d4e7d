#include <malloc.h>

#include "daemon/main/allocator.h"

namespace uacced {

void ReleaseFreeMemory() { malloc_trim(0); }

}  // namespace uacced
