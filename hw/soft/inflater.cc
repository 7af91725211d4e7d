#include "hw/soft/inflater.h"

#include <algorithm>

namespace uacced::hw {
namespace {

// ISA-L does arithmetic on its pointers even when there is nothing there.
uint8_t g_nothing;

}  // namespace

void Inflater::Reset() {
  isal_inflate_init(&state_);
  state_.crc_flag = ISAL_DEFLATE;
}

Inflater::Outcome Inflater::Run(Bytes& source, MutableBytes& room) {
  const auto source_bytes =
      static_cast<uint32_t>(std::min<size_t>(source.size(), UINT32_MAX));
  const auto room_bytes =
      static_cast<uint32_t>(std::min<size_t>(room.size(), UINT32_MAX));
  // ISA-L reads only, but says so to no compiler.
  state_.next_in =
      source.empty() ? &g_nothing : const_cast<uint8_t*>(source.data());
  state_.avail_in = source_bytes;
  state_.next_out = room.empty() ? &g_nothing : room.data();
  state_.avail_out = room_bytes;
  const int status = isal_inflate(&state_);
  source = source.subspan(source_bytes - state_.avail_in);
  room = room.subspan(room_bytes - state_.avail_out);
  if (status < 0 || status == ISAL_NEED_DICT) return Outcome::kCorrupt;
  return state_.block_state == ISAL_BLOCK_FINISH ? Outcome::kEnd
                                                 : Outcome::kMore;
}

Inflater::Unread Inflater::TakeUnread() {
  Unread unread{};
  uint64_t bits = state_.read_in >> state_.read_in_length % 8;
  for (int left = state_.read_in_length / 8; left > 0; --left, bits >>= 8) {
    unread.bytes[unread.count++] = static_cast<uint8_t>(bits);
  }
  state_.read_in = 0;
  state_.read_in_length = 0;
  return unread;
}

}  // namespace uacced::hw
