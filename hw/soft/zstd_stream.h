// Zstandard (RFC 8878) of any size, through libzstd. Both directions.
//
// Frames that are made carry a checksum and, unless all of the input comes at
// once, no content size. What is read is what ZstdCodec reads, with a limit on
// the window besides.
#ifndef UACCED_HW_SOFT_ZSTD_STREAM_H_
#define UACCED_HW_SOFT_ZSTD_STREAM_H_

#include <memory>

#include "hw/soft/soft_stream.h"

namespace uacced::hw {

// Null when out of memory.
// REQUIRES: kZstd, kCompress or kDecompress, the level within its range.
std::unique_ptr<SoftStream> NewZstdStream(const StreamSpec& spec);

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_ZSTD_STREAM_H_
