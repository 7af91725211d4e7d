// One gzip, zlib or raw deflate stream of any size (RFC 1952, 1950, 1951), by
// igzip for the levels 1..3 and zlib for the others.
//
// Levels: as DeflateCodec's, but with zlib, which has nine: 10..12 are its 9.
#ifndef UACCED_HW_SOFT_DEFLATE_STREAM_H_
#define UACCED_HW_SOFT_DEFLATE_STREAM_H_

#include <memory>

#include "hw/soft/soft_stream.h"

namespace uacced::hw {

// Null when out of memory.
// REQUIRES: kCompress to kGzip, kZlib or kDeflate, the level within its range.
std::unique_ptr<SoftStream> NewDeflateStream(const StreamSpec& spec);

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_DEFLATE_STREAM_H_
