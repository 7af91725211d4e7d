// What stands around the fragments of one compressed stream (see
// hw::Request::fragment): header, trailer, and the checksum of the whole from
// those of its blocks.
//
// Units:   bytes of the uncompressed input.
// Threads: thread-compatible.
#ifndef UACCED_DAEMON_STREAM_FRAMING_H_
#define UACCED_DAEMON_STREAM_FRAMING_H_

#include <cstddef>
#include <cstdint>

#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced {

class Framing {
 public:
  static constexpr size_t kMaxHeaderBytes = 10;
  static constexpr size_t kMaxTrailerBytes = 10;

  // REQUIRES: Family::kCompression.
  explicit Framing(hw::Algorithm format);

  // Stands before the first fragment.
  hw::Bytes header() const { return header_; }

  // An empty input needs the fragment of an empty block all the same.
  bool empty_needs_fragment() const { return format_ == hw::Algorithm::kZstd; }

  // Call for every block, in order. `checksum`: what the device put into
  // hw::Request::checksum.
  void Add(uint32_t checksum, uint64_t block_bytes);

  // Writes what stands behind the last fragment; returns its length.
  // REQUIRES: out.size() >= kMaxTrailerBytes.
  size_t WriteTrailer(hw::MutableBytes out) const;

 private:
  const hw::Algorithm format_;
  const hw::Bytes header_;
  uint32_t checksum_;
  uint64_t input_bytes_ = 0;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_FRAMING_H_
