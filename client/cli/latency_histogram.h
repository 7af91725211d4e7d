// How long many things took, in constant memory: buckets whose width grows with
// the value (as HdrHistogram's), so that every percentile is right to 0.8 %.
//
// Units:   nanoseconds, 0 .. about 18 minutes; longer ones count as that.
// Threads: Record() is safe from any thread; the rest reads what was recorded
//          before, exactly once nobody records any more.
#ifndef UACCED_CLIENT_CLI_LATENCY_HISTOGRAM_H_
#define UACCED_CLIENT_CLI_LATENCY_HISTOGRAM_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace uacced::cli {

class LatencyHistogram {
 public:
  void Record(int64_t latency_ns);

  uint64_t count() const;
  int64_t max_ns() const { return max_ns_.load(); }

  // The least value that `fraction` of all are not above: 0.5 is the median.
  // 0 when nothing was recorded. REQUIRES: 0 <= fraction <= 1.
  int64_t PercentileNs(double fraction) const;

 private:
  // Below 2^kExactBits each value has a bucket; above, each power of two has
  // half as many, so a bucket is at most 1/64 of its values wide.
  static constexpr int kExactBits = 7;
  static constexpr int kMaxBits = 40;
  static constexpr size_t kHalf = size_t{1} << (kExactBits - 1);
  static constexpr size_t kBucketCount = (kMaxBits - kExactBits + 2) * kHalf;

  static size_t BucketOf(uint64_t value);
  static uint64_t MiddleOf(size_t bucket);

  std::array<std::atomic<uint64_t>, kBucketCount> counts_{};
  std::atomic<int64_t> max_ns_ = 0;
};

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_LATENCY_HISTOGRAM_H_
