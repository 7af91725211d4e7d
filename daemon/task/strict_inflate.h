// Reads an input of the deflate family as strictly as its specifications
// (RFC 1950, 1951, 1952) are written. The CPU reads faster, and lets things
// pass that a strict reader refuses: code lengths for symbols that do not
// exist, distances that nobody assigned. So when it takes what an accelerator
// refused, that alone does not tell which of the two is wrong.
//
// Threads: thread-safe. Takes as long as a decompression: not for the polling
//          thread.
#ifndef UACCED_DAEMON_TASK_STRICT_INFLATE_H_
#define UACCED_DAEMON_TASK_STRICT_INFLATE_H_

#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced {

// Whether all of `source` is one stream, of gzip one or several. False, too,
// when there is no memory to find out.
// REQUIRES: kGzip, kZlib or kDeflate.
bool IsStrictlyValid(hw::Algorithm format, hw::Bytes source);

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_STRICT_INFLATE_H_
