#include "hw/soft/soft_stream.h"

#include <algorithm>
#include <climits>
#include <cstddef>

namespace uacced::hw {

Result SoftStream::Run(const Request& piece) {
  progress_ = {};
  if (failed_) return Result::Corrupt();
  Bytes source =
      piece.source.first(std::min<size_t>(piece.source.size(), INT_MAX));
  MutableBytes room = piece.destination.first(
      std::min<size_t>(piece.destination.size(), INT_MAX));
  const size_t source_bytes = source.size(), room_bytes = room.size();
  const bool last = piece.last && source_bytes == piece.source.size();
  const absl::StatusCode code = Step(source, room, last);
  progress_.consumed_bytes = source_bytes - source.size();
  if (code != absl::StatusCode::kOk) {
    failed_ = true;
    progress_.done = false;
    return {code, 0};
  }
  return Result::Produced(room_bytes - room.size());
}

}  // namespace uacced::hw
