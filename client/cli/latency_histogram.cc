#include "client/cli/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace uacced::cli {

size_t LatencyHistogram::BucketOf(uint64_t value) {
  const int bits = std::bit_width(value);
  if (bits <= kExactBits) return value;
  const int shift = bits - kExactBits;
  // The top kExactBits bits of the value; the first of them is always set.
  return static_cast<size_t>(shift) * kHalf + (value >> shift);
}

uint64_t LatencyHistogram::MiddleOf(size_t bucket) {
  if (bucket < 2 * kHalf) return bucket;
  const size_t shift = bucket / kHalf - 1;
  const uint64_t low = (bucket - shift * kHalf) << shift;
  return low + (uint64_t{1} << shift) / 2;
}

void LatencyHistogram::Record(int64_t latency_ns) {
  const int64_t value =
      std::clamp<int64_t>(latency_ns, 0, (int64_t{1} << kMaxBits) - 1);
  counts_[BucketOf(static_cast<uint64_t>(value))].fetch_add(
      1, std::memory_order_relaxed);
  int64_t max = max_ns_.load(std::memory_order_relaxed);
  while (max < value && !max_ns_.compare_exchange_weak(
                            max, value, std::memory_order_relaxed)) {
  }
}

uint64_t LatencyHistogram::count() const {
  uint64_t count = 0;
  for (const auto& bucket : counts_) count += bucket.load();
  return count;
}

int64_t LatencyHistogram::PercentileNs(double fraction) const {
  const uint64_t total = count();
  if (total == 0) return 0;
  const auto rank = std::max<uint64_t>(
      1,
      static_cast<uint64_t>(std::ceil(fraction * static_cast<double>(total))));
  uint64_t seen = 0;
  for (size_t i = 0; i < kBucketCount; ++i) {
    seen += counts_[i].load();
    // The middle of the last bucket may be above what was recorded.
    if (seen >= rank) {
      return std::min(static_cast<int64_t>(MiddleOf(i)), max_ns());
    }
  }
  return max_ns();
}

}  // namespace uacced::cli
