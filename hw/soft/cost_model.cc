#include "hw/soft/cost_model.h"

#include <algorithm>
#include <cstddef>

namespace uacced::hw {
namespace {

// What a request costs however short it is, and what each KiB adds.
struct Cost {
  int32_t fixed_ns;
  int32_t per_kib_ns;
};

constexpr Cost kCopy = {20, 30};

// What a codec keeps of a stream before it has to work: zstd's block.
constexpr size_t kBlockBytes = size_t{128} << 10;

// By level.
constexpr Cost kDeflate[] = {
    {40, 90},          {2'300, 1'400},  {2'300, 1'450},  {2'500, 2'600},
    {4'300, 6'000},    {4'300, 7'000},  {4'300, 8'200},  {4'300, 10'500},
    {4'300, 17'000},   {4'300, 18'500}, {8'600, 73'000}, {10'500, 98'000},
    {12'300, 123'000},
};
constexpr Cost kZstd[] = {
    {1'900, 2'100},  // There is no level 0.
    {1'900, 2'100},  {1'900, 2'250},   {1'900, 2'500},   {1'900, 2'500},
    {2'000, 5'000},  {2'000, 7'000},   {2'000, 9'000},   {2'000, 9'700},
    {2'400, 11'000}, {2'400, 13'300},  {3'200, 28'000},  {3'400, 32'000},
    {6'700, 43'000}, {6'700, 56'000},  {6'700, 63'000},  {7'500, 93'000},
    {7'500, 99'000}, {7'500, 105'000}, {7'500, 185'000},
};
constexpr Cost kLz4[] = {
    {150, 2'100},    {150, 2'100},    {150, 2'100},    {1'800, 6'700},
    {1'800, 7'700},  {1'800, 8'800},  {1'800, 10'000}, {1'800, 11'500},
    {1'800, 12'500}, {1'800, 13'500}, {1'800, 20'500}, {1'800, 26'000},
    {1'800, 31'000},
};

template <size_t kCount>
Cost AtLevel(const Cost (&costs)[kCount], int level) {
  return costs[std::clamp<int>(level, 0, kCount - 1)];
}

Cost CompressCost(Algorithm algorithm, int level) {
  switch (algorithm) {
    case Algorithm::kZstd:
      return AtLevel(kZstd, level);
    case Algorithm::kLz4:
      return AtLevel(kLz4, level);
    default:
      return AtLevel(kDeflate, level);
  }
}

Cost DecompressCost(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kZstd:
      return {1'000, 750};
    case Algorithm::kLz4:
      return {90, 1'000};
    default:
      return {1'300, 1'100};
  }
}

Cost CryptoCost(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kAes128Gcm:
    case Algorithm::kAes256Gcm:
      return {400, 210};
    case Algorithm::kXaes256Gcm:
      return {700, 210};
    case Algorithm::kAes128Ccm:
    case Algorithm::kAes256Ccm:
      return {370, 1'050};
    case Algorithm::kChaCha20Poly1305:
      return {560, 240};
    case Algorithm::kAes128Xts:
    case Algorithm::kAes256Xts:
    case Algorithm::kAes128Ctr:
    case Algorithm::kAes256Ctr:
      return {200, 200};
    case Algorithm::kAes128Cbc:
    case Algorithm::kAes256Cbc:
      return {270, 1'050};
    case Algorithm::kSm4Xts:
    case Algorithm::kSm4Ctr:
    case Algorithm::kSm4Cbc:
      return {1'100, 11'000};
    default:
      return {0, 0};
  }
}

Cost HashCost(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kSha1:
      return {120, 560};
    case Algorithm::kSha224:
    case Algorithm::kSha256:
      return {140, 680};
    case Algorithm::kSha384:
    case Algorithm::kSha512:
      return {200, 1'010};
    default:
      return {420, 2'350};
  }
}

Cost CostOf(const Request& request) {
  const Algorithm algorithm = request.algorithm;
  switch (request.operation) {
    case Operation::kCopy:
      return kCopy;
    case Operation::kCompress:
      return CompressCost(algorithm, request.stream == nullptr
                                         ? request.level
                                         : Info(algorithm).default_level);
    case Operation::kDecompress:
      return DecompressCost(algorithm);
    case Operation::kEncrypt:
    case Operation::kDecrypt:
      return CryptoCost(algorithm);
    case Operation::kDigest:
      break;
  }
  if (Info(algorithm).family != Family::kHmac) return HashCost(algorithm);
  // Two hashes, the second one short.
  Cost cost = HashCost(HashOfHmac(algorithm));
  cost.fixed_ns *= 3;
  return cost;
}

}  // namespace

int64_t EstimateNs(const Request& request) {
  size_t bytes = request.source.size() + request.associated_data.size();
  if (request.operation == Operation::kDecompress) {
    bytes = std::max(bytes, request.destination.size());
    if (request.stream != nullptr) bytes = std::max(bytes, kBlockBytes);
  } else if (request.operation == Operation::kCompress &&
             request.stream != nullptr) {
    bytes += kBlockBytes;
  }
  const Cost cost = CostOf(request);
  // Far above every limit on sizes, far below an overflow.
  const auto bounded = static_cast<int64_t>(std::min(bytes, size_t{1} << 40));
  int64_t ns = cost.fixed_ns + bounded * cost.per_kib_ns / 1024;
  if (request.operation == Operation::kDecompress) {
    // Blocks made to be slow, with hardly any output, take up to 140 ns a byte.
    // Believing in a tenth of that keeps all but small ones off the reactor.
    ns = std::max(ns, 14 * static_cast<int64_t>(request.source.size()));
  }
  return std::max<int64_t>(1, ns);
}

}  // namespace uacced::hw
