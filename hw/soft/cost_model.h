// A guess at how long the host CPU takes for a request, to tell the small ones
// from the large ones. The rates were measured on one core of a server of 2024
// (AES, SHA and AVX-512 instructions) with text in pieces of 64 KiB; elsewhere
// they may be off by a small factor. Only the choice of thread depends on it.
#ifndef UACCED_HW_SOFT_COST_MODEL_H_
#define UACCED_HW_SOFT_COST_MODEL_H_

#include <cstdint>

#include "hw/request.h"

namespace uacced::hw {

// Nanoseconds, at least 1. Follows from operation, algorithm, level and the
// number of source bytes; for kDecompress from the larger of source and
// destination, because output is what takes the time and a few bytes of source
// may fill any destination.
// Of a piece of a stream, which may be the one that makes the codec work
// through all it has kept: a block more for kCompress, a block at least for
// kDecompress. The level of a stream is not known here: the default is.
int64_t EstimateNs(const Request& request);

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_COST_MODEL_H_
