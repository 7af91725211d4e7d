// SecretArena is memory for key bytes: locked (never in swap), left out of core
// dumps, all zero in a forked child, between two unmapped guard pages, and cut
// into slots of one size. A slot is zeroed when it is given back.
//
// Units:    slot_count counts keys; a slot is kSecretSlotBytes bytes.
// Threads:  thread-safe. What is inside one slot belongs to its owner.
// Lifetime: each SecretSlot shares ownership of its arena.
#ifndef UACCED_DAEMON_KEYS_SECRET_ARENA_H_
#define UACCED_DAEMON_KEYS_SECRET_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "hw/algorithm.h"

namespace uacced {

inline constexpr size_t kSecretSlotBytes = hw::kMaxHmacKeyBytes;

class SecretArena;

// One slot, taken. Empty after a move, or when the arena had none left.
class SecretSlot {
 public:
  SecretSlot() = default;
  SecretSlot(SecretSlot&& other) noexcept
      : arena_(std::move(other.arena_)),
        data_(std::exchange(other.data_, nullptr)) {}
  SecretSlot& operator=(SecretSlot&& other) noexcept;
  // Zeroes the slot and gives it back.
  ~SecretSlot();

  explicit operator bool() const { return data_ != nullptr; }
  // kSecretSlotBytes long, all zero when taken. REQUIRES: not empty.
  std::span<uint8_t> bytes() const { return {data_, kSecretSlotBytes}; }

 private:
  friend class SecretArena;
  SecretSlot(std::shared_ptr<SecretArena> arena, uint8_t* data)
      : arena_(std::move(arena)), data_(data) {}

  std::shared_ptr<SecretArena> arena_;
  uint8_t* data_ = nullptr;
};

class SecretArena : public std::enable_shared_from_this<SecretArena> {
 public:
  // REQUIRES: slot_count > 0.
  // RESOURCE_EXHAUSTED or PERMISSION_DENIED: so much memory may not be locked;
  // the text says which limit to raise.
  static absl::StatusOr<std::shared_ptr<SecretArena>> Create(size_t slot_count);

  SecretArena(const SecretArena&) = delete;
  SecretArena& operator=(const SecretArena&) = delete;
  ~SecretArena();

  // Empty when every slot is taken.
  SecretSlot Take();

  size_t taken_slots() const;

 private:
  friend class SecretSlot;
  SecretArena() = default;

  // Maps, locks and marks memory for `slot_count` slots.
  absl::Status Map(size_t slot_count);
  void GiveBack(uint8_t* data);

  // Constant after Create().
  void* mapping_ = nullptr;
  size_t mapping_bytes_ = 0;  // Guard pages included.
  size_t slot_count_ = 0;

  mutable std::mutex mutex_;
  std::vector<uint8_t*> free_slots_;  // Guarded by mutex_. Never grows.
};

}  // namespace uacced

#endif  // UACCED_DAEMON_KEYS_SECRET_ARENA_H_
