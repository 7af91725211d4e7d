#include "hw/soft/stream_factory.h"

#include "hw/soft/deflate_stream.h"
#include "hw/soft/digest_stream.h"
#include "hw/soft/inflate_stream.h"
#include "hw/soft/lz4_stream.h"
#include "hw/soft/zstd_stream.h"

namespace uacced::hw {
namespace {

bool IsSupported(const EvpAlgorithms& algorithms, const StreamSpec& spec) {
  switch (spec.operation) {
    case Operation::kCompress:
    case Operation::kDecompress:
      return Info(spec.algorithm).family == Family::kCompression;
    case Operation::kDigest:
      return Info(spec.algorithm).digest_bytes > 0 &&
             algorithms.Hash(spec.algorithm) != nullptr;
    default:
      return false;
  }
}

std::unique_ptr<SoftStream> New(const EvpAlgorithms& algorithms,
                                const StreamSpec& spec) {
  if (spec.operation == Operation::kDigest) {
    return NewDigestStream(algorithms, spec);
  }
  switch (spec.algorithm) {
    case Algorithm::kZstd:
      return NewZstdStream(spec);
    case Algorithm::kLz4:
      return NewLz4Stream(spec);
    default:
      return spec.operation == Operation::kCompress ? NewDeflateStream(spec)
                                                    : NewInflateStream(spec);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<SoftStream>> NewSoftStream(
    const EvpAlgorithms& algorithms, const StreamSpec& spec) {
  if (!IsSupported(algorithms, spec)) {
    return absl::Status(absl::StatusCode::kUnimplemented, "");
  }
  std::unique_ptr<SoftStream> stream = New(algorithms, spec);
  if (stream == nullptr) {
    return absl::Status(absl::StatusCode::kResourceExhausted, "");
  }
  return stream;
}

}  // namespace uacced::hw
