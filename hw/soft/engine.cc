#include "hw/soft/engine.h"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstring>

#include "hw/soft/soft_stream.h"

namespace uacced::hw {
namespace {

Result Copy(const Request& request) {
  if (request.destination.size() < request.source.size()) {
    return Result::TooSmall();
  }
  if (!request.source.empty()) {
    std::memcpy(request.destination.data(), request.source.data(),
                request.source.size());
  }
  return Result::Produced(request.source.size());
}

// `codec` is any of the three compressors.
template <typename Codec>
Result Transform(Codec& codec, const Request& request) {
  return request.operation == Operation::kCompress ? codec.Compress(request)
                                                   : codec.Decompress(request);
}

}  // namespace

Result Engine::Execute(const Request& given) {
  if (given.stream != nullptr) {
    return static_cast<SoftStream*>(given.stream)->Run(given);
  }
  if (given.source.size() > INT_MAX) return Result::Corrupt();
  Request request = given;
  request.destination = given.destination.first(
      std::min<size_t>(given.destination.size(), UINT32_MAX));
  switch (request.operation) {
    case Operation::kCopy:
      return Copy(request);
    case Operation::kCompress:
    case Operation::kDecompress:
      switch (request.algorithm) {
        case Algorithm::kGzip:
        case Algorithm::kZlib:
        case Algorithm::kDeflate:
          return Transform(deflate_, request);
        case Algorithm::kZstd:
          return Transform(zstd_, request);
        case Algorithm::kLz4:
          return Transform(lz4_, request);
        default:
          return Result::Unsupported();
      }
    case Operation::kEncrypt:
      return cipher_.Encrypt(request);
    case Operation::kDecrypt:
      return cipher_.Decrypt(request);
    case Operation::kDigest:
      return digest_.Digest(request);
  }
  return Result::Unsupported();
}

CapabilitySet EngineCapabilities(const EvpAlgorithms& algorithms) {
  CapabilitySet set;
  set.Add(Operation::kCopy, Algorithm::kNone);
  for (size_t i = 0; i < kAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    if (Info(algorithm).family == Family::kCompression) {
      set.Add(Operation::kCompress, algorithm);
      set.Add(Operation::kDecompress, algorithm);
    } else if (algorithms.Cipher(algorithm) != nullptr) {
      set.Add(Operation::kEncrypt, algorithm);
      set.Add(Operation::kDecrypt, algorithm);
    } else if (algorithms.Hash(algorithm) != nullptr) {
      set.Add(Operation::kDigest, algorithm);
    }
  }
  return set;
}

}  // namespace uacced::hw
