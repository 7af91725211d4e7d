// A Stream is the state of one operation whose input comes in pieces: windows,
// hash states, what a header promised. Device::OpenStream() makes it, requests
// with Request::stream use it on a queue of that same device, one at a time.
//
// A piece takes what it can of its source and gives what fits in its
// destination. Ask again with the rest of the source, or more room, until
// progress() says `done` or that all of the source was consumed and the
// destination was not filled.
//
// Units:   bytes.
// Threads: thread-compatible: whoever has the request in flight has the stream.
// Errors:  a piece that fails (see hw::Completion) ends the stream: nothing
//          more can be asked of it.
#ifndef UACCED_HW_STREAM_H_
#define UACCED_HW_STREAM_H_

#include <cstddef>
#include <cstdint>

#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced::hw {

struct StreamSpec {
  // kCompress: one member or frame with the options below.
  // kDecompress: members or frames one after the other; empty input and bytes
  //   behind the last one are corrupt. Frames whose window is larger than
  //   kMaxStreamWindowBytes are OUT_OF_RANGE.
  // kDigest: output comes with the last piece, in one go; the destination must
  //   have Info(algorithm).digest_bytes then.
  Operation operation = Operation::kDecompress;
  Algorithm algorithm = Algorithm::kNone;
  int8_t level = 0;
  Bytes key;  // HMAC. Copied by OpenStream(), wiped by ~Stream().
};

inline constexpr size_t kMaxStreamWindowBytes = size_t{8} << 20;

class Stream {
 public:
  struct Progress {
    size_t consumed_bytes = 0;  // Of the latest piece's source.
    // kCompress, kDigest: the last piece was consumed and all output given.
    // kDecompress: what was consumed so far ends with a whole member or frame,
    // and all its output was given; more may follow. With `last` set anything
    // else fails with INVALID_ARGUMENT once all of the source is consumed.
    bool done = false;
  };

  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  const Progress& progress() const { return progress_; }

  // The most that it may ever hold.
  virtual size_t max_memory_bytes() const = 0;

 protected:
  Progress progress_;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_STREAM_H_
