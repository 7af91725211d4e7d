// A SoftStream is an hw::Stream on the host CPU: the one that engines run.
//
// Memory:  what a codec keeps is allocated by the first piece, on whatever
//          thread does it, so that opening a stream costs next to nothing.
// Threads: as hw::Stream says.
#ifndef UACCED_HW_SOFT_SOFT_STREAM_H_
#define UACCED_HW_SOFT_SOFT_STREAM_H_

#include "absl/status/status.h"
#include "hw/request.h"
#include "hw/soft/result.h"
#include "hw/stream.h"

namespace uacced::hw {

class SoftStream : public Stream {
 public:
  // Does `piece`, whose stream this is, now, and sets progress(). The result is
  // what hw::Completion would carry:
  //   INVALID_ARGUMENT  the input is corrupt or ended too early; or an earlier
  //                     piece had failed
  //   OUT_OF_RANGE      a window is larger than kMaxStreamWindowBytes; a digest
  //                     does not fit in the destination
  //   UNAVAILABLE       out of memory
  Result Run(const Request& piece);

 protected:
  // Does what Run() says, moving `source` and `room` on past what was read and
  // written, and sets progress_.done. Neither exceeds INT_MAX bytes.
  virtual absl::StatusCode Step(Bytes& source, MutableBytes& room,
                                bool last) = 0;

 private:
  bool failed_ = false;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_SOFT_STREAM_H_
