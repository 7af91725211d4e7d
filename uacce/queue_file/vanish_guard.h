// A VanishGuard keeps a touch of a mapping whose device was removed from
// killing the process. The kernel answers such a touch with SIGBUS; then
// ordinary memory takes the mapping's place, all of it and at once, with a
// content that its owner chose in advance: for a queue, that it was stopped.
// The touch is done again on that, and the owner finds out at its next look.
//
// A SIGBUS at any other address, or for another reason, means what it did
// before: the end of the process, if nobody asked for something else.
//
// Threads: Watch() and the destructor are thread-safe; any number of threads
//          may touch a mapping while it vanishes. REQUIRES: none of them has
//          SIGBUS blocked, nobody touches the mapping when ~VanishGuard() runs.
// The first Watch() installs the process's handler of SIGBUS, for good. The
// handler takes no lock and allocates nothing but the mapping.
#ifndef UACCED_UACCE_QUEUE_FILE_VANISH_GUARD_H_
#define UACCED_UACCE_QUEUE_FILE_VANISH_GUARD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"

namespace uacced {

class VanishGuard {
 public:
  // What is there afterwards: `fill` in every byte, but for some words.
  struct Afterlife {
    static constexpr size_t kMaxWords = 2;
    struct Word {
      size_t offset_bytes = 0;  // A multiple of 4, within the mapping.
      uint32_t value = 0;
    };
    uint8_t fill = 0;
    size_t word_count = 0;
    std::array<Word, kMaxWords> words;
  };

  // Of all mappings at one time.
  static constexpr size_t kMaxMappings = 4096;

  // Guards nothing.
  VanishGuard() = default;
  VanishGuard(VanishGuard&& other) noexcept
      : entry_(std::exchange(other.entry_, kNone)) {}
  VanishGuard& operator=(VanishGuard&& other) noexcept {
    std::swap(entry_, other.entry_);
    return *this;
  }
  ~VanishGuard();

  // Guards `size_bytes` from `base`, whole pages that stay mapped for as long
  // as the guard lives. RESOURCE_EXHAUSTED: there are kMaxMappings.
  static absl::StatusOr<VanishGuard> Watch(void* base, size_t size_bytes,
                                           const Afterlife& afterlife);

  // Whether a touch has found it gone. Not: whether it is.
  bool has_vanished() const;

 private:
  static constexpr size_t kNone = SIZE_MAX;
  explicit VanishGuard(size_t entry) : entry_(entry) {}

  size_t entry_ = kNone;
};

}  // namespace uacced

#endif  // UACCED_UACCE_QUEUE_FILE_VANISH_GUARD_H_
