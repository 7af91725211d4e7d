#include <gperftools/malloc_extension.h>

#include "daemon/main/allocator.h"

namespace uacced {

void ReleaseFreeMemory() { MallocExtension::instance()->ReleaseFreeMemory(); }

}  // namespace uacced
