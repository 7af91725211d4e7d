#include "hw/hisi/model/process_memory.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>

namespace uacced::hw::hisi {
namespace {

static_assert(sizeof(void*) == sizeof(uint64_t),
              "descriptors have addresses of 64 bits");

// The kernel takes less than 2 GiB at once.
constexpr size_t kMaxCallBytes = size_t{1} << 30;

using Call = ssize_t (*)(pid_t, const iovec*, unsigned long, const iovec*,
                         unsigned long, unsigned long);

// The kernel stops in front of the page that fails, so what it did is gone on
// with; the next call then moves nothing.
bool Transfer(Call call, uint64_t address, uint8_t* local, size_t bytes) {
  if (bytes == 0) return true;
  if (bytes - 1 > std::numeric_limits<uint64_t>::max() - address) return false;
  size_t done = 0;
  while (done < bytes) {
    const size_t part = std::min(bytes - done, kMaxCallBytes);
    const iovec here{local + done, part};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): never dereferenced here.
    const iovec there{reinterpret_cast<void*>(address + done), part};
    // Asked for anew: after a fork() it is another process.
    const ssize_t moved = call(getpid(), &here, 1, &there, 1, 0);
    if (moved < 0 && errno == EINTR) continue;
    if (moved <= 0) return false;
    done += moved;
  }
  return true;
}

}  // namespace

bool ProcessMemory::Allowed() {
  const uint64_t there = 0x5A5A5A5A5A5A5A5A;
  uint64_t here = 0;
  return Transfer(process_vm_readv, reinterpret_cast<uintptr_t>(&there),
                  reinterpret_cast<uint8_t*>(&here), sizeof(here)) &&
         here == there;
}

bool ProcessMemory::Read(uint64_t address, MutableBytes out) {
  return Transfer(process_vm_readv, address, out.data(), out.size());
}

bool ProcessMemory::Write(uint64_t address, Bytes in) {
  // The call only reads what the local part names.
  return Transfer(process_vm_writev, address, const_cast<uint8_t*>(in.data()),
                  in.size());
}

}  // namespace uacced::hw::hisi
