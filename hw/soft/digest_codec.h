// Hashes (FIPS 180-4, GB/T 32905) through OpenSSL, and HMAC (RFC 2104) built
// from them: in contrast to EVP_MAC this keeps no copy of the key anywhere.
//
// Threads: thread-compatible; each worker has its own.
#ifndef UACCED_HW_SOFT_DIGEST_CODEC_H_
#define UACCED_HW_SOFT_DIGEST_CODEC_H_

#include <array>

#include "hw/request.h"
#include "hw/soft/evp_algorithms.h"
#include "hw/soft/result.h"

namespace uacced::hw {

class DigestCodec {
 public:
  // `algorithms` must outlive the codec.
  explicit DigestCodec(const EvpAlgorithms& algorithms)
      : algorithms_(algorithms) {}

  // UNIMPLEMENTED: no provider has the hash. OUT_OF_RANGE: the destination is
  // smaller than the digest.
  Result Digest(const Request& request);

 private:
  bool Hash(EVP_MD_CTX* context, Bytes first, Bytes second, uint8_t* out);
  bool Hmac(const Request& request, EVP_MD_CTX* context);

  const EvpAlgorithms& algorithms_;
  std::array<HashContext, kAlgorithmCount> contexts_;  // Made on first use.
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_DIGEST_CODEC_H_
