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

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_FORMAT_DETECT_H_
