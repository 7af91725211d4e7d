// Which compressed format some bytes begin with.
#ifndef UACCED_DAEMON_TASK_FORMAT_DETECT_H_
#define UACCED_DAEMON_TASK_FORMAT_DETECT_H_

#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced {

// gzip, zstd and lz4 by their magic numbers, zlib by its header checksum (a
// random start passes for zlib with a chance of 1 in 1,000 or so; its own
// checksum finds that out). kNone when nothing fits.
hw::Algorithm DetectFormat(hw::Bytes input);

// How many bytes from the beginning of an input DetectFormat() must see for its
// answer to hold for all of it, as far as those seen so far tell: more than
// `seen.size()` until they do.
uint64_t BytesToDetectFormat(hw::Bytes seen);

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_FORMAT_DETECT_H_
