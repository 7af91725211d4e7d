// LZ4 frames (LZ4 frame format 1.6) of any size, through liblz4. Both
// directions.
//
// Frames that are made have blocks of 256 KiB, each with what is before it as
// its dictionary, and a content checksum. What is read is what Lz4Codec reads.
#ifndef UACCED_HW_SOFT_LZ4_STREAM_H_
#define UACCED_HW_SOFT_LZ4_STREAM_H_

#include <memory>

#include "hw/soft/soft_stream.h"

namespace uacced::hw {

// Null when out of memory.
// REQUIRES: kLz4, kCompress or kDecompress, the level within its range.
std::unique_ptr<SoftStream> NewLz4Stream(const StreamSpec& spec);

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_LZ4_STREAM_H_
