#include "daemon/rpc/algorithm_proto.h"

namespace uacced {
namespace {

using hw::Algorithm;
using hw::Family;

// The enums list the same algorithms in the same order, one family each.
template <typename Enum>
Algorithm Offset(Enum value, Enum first, Enum last, Algorithm base) {
  if (value < first || value > last) return Algorithm::kNone;
  return static_cast<Algorithm>(static_cast<int>(base) +
                                static_cast<int>(value) -
                                static_cast<int>(first));
}

template <typename Enum>
Enum Reverse(Algorithm algorithm, Algorithm base, Enum first) {
  return static_cast<Enum>(static_cast<int>(first) +
                           static_cast<int>(algorithm) -
                           static_cast<int>(base));
}

}  // namespace

Algorithm FromProto(v1::CompressionFormat format) {
  return Offset(format, v1::COMPRESSION_FORMAT_GZIP, v1::COMPRESSION_FORMAT_LZ4,
                Algorithm::kGzip);
}

Algorithm FromProto(v1::CipherAlgorithm cipher) {
  return Offset(cipher, v1::CIPHER_ALGORITHM_AES_128_GCM,
                v1::CIPHER_ALGORITHM_XAES_256_GCM, Algorithm::kAes128Gcm);
}

Algorithm FromProto(v1::HashAlgorithm hash) {
  return Offset(hash, v1::HASH_ALGORITHM_SHA1, v1::HASH_ALGORITHM_SM3,
                Algorithm::kSha1);
}

v1::CompressionFormat ToFormat(Algorithm algorithm) {
  if (hw::Info(algorithm).family != Family::kCompression) {
    return v1::COMPRESSION_FORMAT_UNSPECIFIED;
  }
  return Reverse(algorithm, Algorithm::kGzip, v1::COMPRESSION_FORMAT_GZIP);
}

v1::CipherAlgorithm ToCipher(Algorithm algorithm) {
  const Family family = hw::Info(algorithm).family;
  if (family != Family::kAead && family != Family::kCipher) {
    return v1::CIPHER_ALGORITHM_UNSPECIFIED;
  }
  return Reverse(algorithm, Algorithm::kAes128Gcm,
                 v1::CIPHER_ALGORITHM_AES_128_GCM);
}

v1::HashAlgorithm ToHash(Algorithm algorithm) {
  const Family family = hw::Info(algorithm).family;
  if (family == Family::kHmac) algorithm = hw::HashOfHmac(algorithm);
  if (hw::Info(algorithm).family != Family::kHash) {
    return v1::HASH_ALGORITHM_UNSPECIFIED;
  }
  return Reverse(algorithm, Algorithm::kSha1, v1::HASH_ALGORITHM_SHA1);
}

}  // namespace uacced
