// What is in flight, found by the id that the daemon gives back. An id is a
// slot and how many times that slot was used, so an old one never finds a new
// entry.
//
// Units:   at most 65,536 entries.
// Threads: thread-compatible.
#ifndef UACCED_CLIENT_CPP_SLOT_TABLE_H_
#define UACCED_CLIENT_CPP_SLOT_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace uacced::client {

template <typename Entry>
class SlotTable {
 public:
  static constexpr size_t kMaxCapacity = size_t{1} << 16;

  // REQUIRES: 1 <= capacity <= kMaxCapacity.
  explicit SlotTable(size_t capacity) : slots_(capacity) {
    free_.reserve(capacity);
    for (size_t i = capacity; i > 0; --i) free_.push_back(i - 1);
  }

  size_t size() const { return slots_.size() - free_.size(); }
  bool empty() const { return size() == 0; }

  // Never 0. REQUIRES: size() is below the capacity.
  uint64_t Insert(Entry entry) {
    const size_t index = free_.back();
    free_.pop_back();
    Slot& slot = slots_[index];
    slot.entry = std::move(entry);
    ++slot.uses;
    return slot.uses << kIndexBits | index;
  }

  // Null when there is none (any more). Valid until the next Insert() or
  // Take().
  Entry* Find(uint64_t id) {
    Slot* slot = SlotOf(id);
    if (slot == nullptr || slot->uses != id >> kIndexBits) return nullptr;
    return slot->entry ? &*slot->entry : nullptr;
  }

  // Whether Insert() ever gave `id`.
  bool WasGiven(uint64_t id) {
    const Slot* slot = SlotOf(id);
    const uint64_t use = id >> kIndexBits;
    return slot != nullptr && use > 0 && use <= slot->uses;
  }

  // REQUIRES: Find(id) is not null.
  Entry Take(uint64_t id) {
    Slot& slot = *SlotOf(id);
    Entry entry = *std::move(slot.entry);
    slot.entry.reset();
    free_.push_back(id & kIndexMask);
    return entry;
  }

  // Calls visit(id, entry) for each. `visit` must not insert or take.
  template <typename Visitor>
  void ForEach(Visitor visit) {
    if (empty()) return;
    for (size_t i = 0; i < slots_.size(); ++i) {
      Slot& slot = slots_[i];
      if (slot.entry) visit(slot.uses << kIndexBits | i, *slot.entry);
    }
  }

 private:
  static constexpr int kIndexBits = 16;
  static constexpr uint64_t kIndexMask = kMaxCapacity - 1;

  struct Slot {
    uint64_t uses = 0;
    std::optional<Entry> entry;
  };

  Slot* SlotOf(uint64_t id) {
    const size_t index = id & kIndexMask;
    return index < slots_.size() ? &slots_[index] : nullptr;
  }

  std::vector<Slot> slots_;
  // The one freed last is used next: it is still in the cache.
  std::vector<size_t> free_;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_SLOT_TABLE_H_
