// How much destination to give a request at first, so that most need no second
// try and none can make us allocate what its input cannot fill.
#ifndef UACCED_HW_OUTPUT_ROOM_H_
#define UACCED_HW_OUTPUT_ROOM_H_

#include <cstdint>

#include "hw/request.h"

namespace uacced::hw {

// Bytes of destination for the first try of `request` (its own destination is
// not looked at), at most `limit_bytes`.
//   copy, digest, encrypt, decrypt  what is needed (CBC decryption: or up to a
//                                   block more)
//   compress    enough for the worst case of every format and level, whole or
//               a fragment
//   decompress  what the headers promise, as far as the format could make it
//               true from so much source; else four times the source, at least
//               4 KiB. OUT_OF_RANGE then means: try again with more.
uint64_t FirstOutputRoom(const Request& request, uint64_t limit_bytes);

}  // namespace uacced::hw

#endif  // UACCED_HW_OUTPUT_ROOM_H_
