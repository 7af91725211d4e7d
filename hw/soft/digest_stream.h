// Hashes and HMACs of input of any size, through OpenSSL: as DigestCodec, in
// pieces.
#ifndef UACCED_HW_SOFT_DIGEST_STREAM_H_
#define UACCED_HW_SOFT_DIGEST_STREAM_H_

#include <memory>

#include "hw/soft/evp_algorithms.h"
#include "hw/soft/soft_stream.h"

namespace uacced::hw {

// `algorithms` must outlive the stream. Null when out of memory.
// REQUIRES: kDigest with a hash or HMAC that `algorithms` has.
std::unique_ptr<SoftStream> NewDigestStream(const EvpAlgorithms& algorithms,
                                            const StreamSpec& spec);

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_DIGEST_STREAM_H_
