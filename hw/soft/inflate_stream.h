// gzip, zlib and raw deflate of any size in constant memory (RFC 1952, 1950,
// 1951), through ISA-L. Accepts what DeflateCodec accepts: several members for
// gzip, and nothing behind the one of zlib and deflate.
#ifndef UACCED_HW_SOFT_INFLATE_STREAM_H_
#define UACCED_HW_SOFT_INFLATE_STREAM_H_

#include <memory>

#include "hw/soft/soft_stream.h"

namespace uacced::hw {

// Null when out of memory.
// REQUIRES: kDecompress of kGzip, kZlib or kDeflate.
std::unique_ptr<SoftStream> NewInflateStream(const StreamSpec& spec);

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_INFLATE_STREAM_H_
