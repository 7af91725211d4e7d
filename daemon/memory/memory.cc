#include "daemon/memory/memory.h"

#include <atomic>
#include <memory>
#include <utility>

#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/memory/allocator.h"
#include "daemon/memory/memory_pool.h"

namespace uacced {
namespace {

// Never deleted: the heap is in it.
std::atomic<MemoryPool*> the_pool = nullptr;

MemoryPool* Pool() { return the_pool.load(std::memory_order_acquire); }

}  // namespace

absl::Status ReservePool(size_t bytes) {
  if (bytes == 0) return absl::OkStatus();
  UACCED_ASSIGN_OR_RETURN(std::unique_ptr<MemoryPool> pool,
                          MemoryPool::Create(bytes));
  if (!allocator::GrowInto(pool.get())) {
    Log(LogLevel::kWarning, "memory",
        "no pool: the allocator of this build cannot have one");
    return absl::OkStatus();
  }
  the_pool.store(pool.release(), std::memory_order_release);
  return absl::OkStatus();
}

absl::Status SettlePool() {
  MemoryPool* const pool = Pool();
  if (pool == nullptr) return absl::OkStatus();
  UACCED_RETURN_IF_ERROR(pool->Settle());
  Log(LogLevel::kInfo, "memory", "pool ready",
      {{"mib", pool->size() >> 20},
       {"huge_mib", pool->ReadHugeBytes() >> 20},
       {"locked", pool->locked() ? "yes" : "no"}});
  if (!pool->locked()) {
    Log(LogLevel::kWarning, "memory",
        "the pool may be swapped out: raise LimitMEMLOCK= (systemd) or "
        "`ulimit -l` above memory.pool_mib and the keys");
  }
  return absl::OkStatus();
}

// The allocator stops at the first page that it cannot give back, as a locked
// one, so the pool's pages go too, and come again.
void ReleaseFreeMemory() {
  MemoryPool* const pool = Pool();
  if (pool != nullptr) pool->Unsettle();
  allocator::Release();
  if (pool == nullptr) return;
  const absl::Status settled = pool->Settle();
  if (!settled.ok()) {
    Log(LogLevel::kWarning, "memory", "the pool's pages did not come back",
        {{"error", settled.message()}});
  }
}

MemoryFigures ReadMemory() {
  const MemoryPool* const pool = Pool();
  if (pool == nullptr) return {};
  return {.pool_bytes = pool->size(),
          .pool_used_bytes = pool->used(),
          .pool_locked_bytes = pool->locked() ? pool->size() : 0};
}

}  // namespace uacced
