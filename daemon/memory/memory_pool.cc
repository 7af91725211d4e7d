#include "daemon/memory/memory_pool.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <string>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errno_status.h"

namespace uacced {
namespace {

// Of huge pages on amd64, and on arm64 with pages of 4 KiB. Those of 64 KiB
// need less help.
constexpr size_t kHugePageBytes = size_t{2} << 20;

uintptr_t RoundUp(uintptr_t value, size_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

absl::Status NoMemory(size_t bytes) {
  return ErrnoStatus(errno, absl::StrCat("memory.pool_mib: cannot have ",
                                         bytes >> 20, " MiB"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<MemoryPool>> MemoryPool::Create(size_t bytes) {
  const size_t size = RoundUp(bytes, kHugePageBytes);
  // With room to begin where a huge page may.
  const size_t mapped_bytes = size + kHugePageBytes;
  void* const mapped = mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return NoMemory(size);
  auto* const begin = static_cast<uint8_t*>(mapped);
  const auto address = reinterpret_cast<uintptr_t>(mapped);
  const size_t head = RoundUp(address, kHugePageBytes) - address;
  if (head > 0) munmap(begin, head);
  munmap(begin + head + size, mapped_bytes - head - size);
  // Fails where the kernel was built without them: then small ones will do.
  (void)madvise(begin + head, size, MADV_HUGEPAGE);
  return absl::WrapUnique(new MemoryPool(begin + head, size));
}

MemoryPool::~MemoryPool() { munmap(base_, size_); }

void* MemoryPool::Take(size_t bytes, size_t alignment) {
  const uintptr_t base = reinterpret_cast<uintptr_t>(base_);
  const size_t begin = RoundUp(base + used(), alignment) - base;
  if (begin > size_ || bytes > size_ - begin) return nullptr;
  used_.store(begin + bytes, std::memory_order_relaxed);
  return base_ + begin;
}

absl::Status MemoryPool::Settle() {
  // By system call: the sanitizers' runtimes replace mlock() with nothing.
  if (syscall(SYS_mlock, base_, size_) == 0) {
    locked_.store(true, std::memory_order_relaxed);
    return absl::OkStatus();
  }
  // Linux 5.13 has no such advice: there pages come as they are needed.
  if (madvise(base_, size_, MADV_POPULATE_WRITE) != 0 && errno != EINVAL) {
    return NoMemory(size_);
  }
  return absl::OkStatus();
}

void MemoryPool::Unsettle() {
  if (!locked()) return;
  syscall(SYS_munlock, base_, size_);
  locked_.store(false, std::memory_order_relaxed);
}

// The entry may have neighbours that the kernel joined to it, and be cut where
// pages were given back: every entry that begins within the pool counts.
size_t MemoryPool::ReadHugeBytes() const {
  std::ifstream maps("/proc/self/smaps");
  size_t bytes = 0;
  bool is_ours = false;
  for (std::string line; std::getline(maps, line);) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    size_t kib = 0;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) ==
        2) {
      is_ours = begin - reinterpret_cast<uintptr_t>(base_) < size_;
    } else if (is_ours &&
               std::sscanf(line.c_str(), "AnonHugePages: %zu kB", &kib) == 1) {
      bytes += kib << 10;
    }
  }
  return bytes;
}

}  // namespace uacced
