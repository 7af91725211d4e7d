// Inflater decodes one raw deflate stream (RFC 1951) that comes in pieces,
// through ISA-L.
//
// Memory:  all of it is the object, some 90 KiB.
// Threads: thread-compatible.
#ifndef UACCED_HW_SOFT_INFLATER_H_
#define UACCED_HW_SOFT_INFLATER_H_

#include <isa-l/igzip_lib.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "hw/request.h"

namespace uacced::hw {

class Inflater {
 public:
  enum class Outcome {
    kMore,     // All of the source was taken, or the room is full.
    kEnd,      // The stream is over, and all of its output given.
    kCorrupt,  // Nothing but Reset() may follow.
  };

  Inflater() { Reset(); }

  // Begins another stream.
  void Reset();

  // Moves `source` and `room` on past what was read and written. At most
  // UINT32_MAX bytes of each are looked at.
  Outcome Run(Bytes& source, MutableBytes& room);

  // Output was decoded that no room was found for yet.
  bool HasPending() const {
    return state_.tmp_out_processed < state_.tmp_out_valid;
  }

  // After kEnd: bits that were taken from the source but lie behind the stream.
  int unread_bits() const { return state_.read_in_length; }
  // The whole bytes among them.
  struct Unread {
    std::array<uint8_t, sizeof(uint64_t)> bytes;
    size_t count;
  };
  Unread TakeUnread();

 private:
  inflate_state state_;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_INFLATER_H_
