#include "daemon/keys/secret_arena.h"

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/status_macros.h"

namespace uacced {
namespace {

std::string LockLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return "unknown";
  if (limit.rlim_cur == RLIM_INFINITY) return "unlimited";
  return absl::StrCat(limit.rlim_cur / 1024, " KiB");
}

// By system call: the sanitizers' runtimes replace mlock() with nothing.
absl::Status Lock(void* memory, size_t size_bytes) {
  if (syscall(SYS_mlock, memory, size_bytes) == 0) return absl::OkStatus();
  const int error_number = errno;
  const absl::Status status = ErrnoStatus(
      error_number,
      absl::StrCat("cannot lock memory for keys, ", size_bytes, " bytes"));
  return absl::Status(
      status.code(),
      absl::StrCat(status.message(),
                   "; raise LimitMEMLOCK= (systemd) or `ulimit -l`, now ",
                   LockLimit(), ", or lower keys.max_keys"));
}

}  // namespace

SecretSlot& SecretSlot::operator=(SecretSlot&& other) noexcept {
  std::swap(arena_, other.arena_);
  std::swap(data_, other.data_);
  return *this;
}

SecretSlot::~SecretSlot() {
  if (data_ != nullptr) arena_->GiveBack(data_);
}

absl::StatusOr<std::shared_ptr<SecretArena>> SecretArena::Create(
    size_t slot_count) {
  std::shared_ptr<SecretArena> arena(new SecretArena);
  UACCED_RETURN_IF_ERROR(arena->Map(slot_count));
  return arena;
}

absl::Status SecretArena::Map(size_t slot_count) {
  const auto page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t size_bytes = (slot_count * kSecretSlotBytes + page_bytes - 1) /
                            page_bytes * page_bytes;
  void* mapping = mmap(nullptr, size_bytes + 2 * page_bytes, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) {
    return ErrnoStatus(errno, "cannot map memory for keys");
  }
  mapping_ = mapping;
  mapping_bytes_ = size_bytes + 2 * page_bytes;
  slot_count_ = slot_count;

  uint8_t* const first = static_cast<uint8_t*>(mapping) + page_bytes;
  if (mprotect(first, size_bytes, PROT_READ | PROT_WRITE) != 0 ||
      madvise(first, size_bytes, MADV_DONTDUMP) != 0 ||
      madvise(first, size_bytes, MADV_WIPEONFORK) != 0) {
    return ErrnoStatus(errno, "cannot protect memory for keys");
  }
  UACCED_RETURN_IF_ERROR(Lock(first, size_bytes));

  free_slots_.reserve(slot_count);
  for (size_t i = slot_count; i > 0; --i) {
    free_slots_.push_back(first + (i - 1) * kSecretSlotBytes);
  }
  return absl::OkStatus();
}

// Every slot has been given back, and thereby zeroed.
SecretArena::~SecretArena() {
  if (mapping_ != nullptr) munmap(mapping_, mapping_bytes_);
}

SecretSlot SecretArena::Take() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (free_slots_.empty()) return SecretSlot();
  uint8_t* const data = free_slots_.back();
  free_slots_.pop_back();
  return SecretSlot(shared_from_this(), data);
}

size_t SecretArena::taken_slots() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return slot_count_ - free_slots_.size();
}

void SecretArena::GiveBack(uint8_t* data) {
  OPENSSL_cleanse(data, kSecretSlotBytes);
  std::lock_guard<std::mutex> lock(mutex_);
  free_slots_.push_back(data);
}

}  // namespace uacced
