#include <gperftools/malloc_extension.h>

#include <cstddef>
#include <new>

#include "daemon/memory/allocator.h"

namespace uacced::allocator {
namespace {

// tcmalloc calls it under its lock: nothing here may allocate.
class PoolFirst final : public SysAllocator {
 public:
  PoolFirst(MemoryPool* pool, SysAllocator* system)
      : pool_(pool), system_(system) {}

  void* Alloc(size_t bytes, size_t* actual_bytes, size_t alignment) override {
    void* const memory = pool_->Take(bytes, alignment);
    if (memory == nullptr) {
      return system_->Alloc(bytes, actual_bytes, alignment);
    }
    if (actual_bytes != nullptr) *actual_bytes = bytes;
    return memory;
  }

 private:
  MemoryPool* const pool_;
  SysAllocator* const system_;
};

}  // namespace

void Release() { MallocExtension::instance()->ReleaseFreeMemory(); }

bool GrowInto(MemoryPool* pool) {
  // The heap uses it until the process's last moment.
  alignas(PoolFirst) static std::byte place[sizeof(PoolFirst)];
  MallocExtension* const tcmalloc = MallocExtension::instance();
  tcmalloc->SetSystemAllocator(
      new (place) PoolFirst(pool, tcmalloc->GetSystemAllocator()));
  tcmalloc->SetMemoryReleaseRate(0);
  return true;
}

}  // namespace uacced::allocator
