#include "daemon/metrics/request_stats.h"

#include <algorithm>
#include <bit>

namespace uacced {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

bool CanBe(hw::Operation operation, hw::Algorithm algorithm) {
  const hw::Family family = hw::Info(algorithm).family;
  if (family == hw::Family::kNone) return true;
  switch (operation) {
    case hw::Operation::kCopy:
      return false;
    case hw::Operation::kCompress:
    case hw::Operation::kDecompress:
      return family == hw::Family::kCompression;
    case hw::Operation::kEncrypt:
    case hw::Operation::kDecrypt:
      return family == hw::Family::kAead || family == hw::Family::kCipher;
    case hw::Operation::kDigest:
      return family == hw::Family::kHash || family == hw::Family::kHmac;
  }
  return false;
}

size_t CodeIndex(absl::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return index < kStatusCodeCount
             ? index
             : static_cast<size_t>(absl::StatusCode::kUnknown);
}

}  // namespace

size_t TimeBucket(int64_t time_ns) {
  if (time_ns <= TimeBoundNs(0)) return 0;
  const auto bucket = static_cast<size_t>(
      std::bit_width(static_cast<uint64_t>(time_ns - 1) / 1000));
  return std::min(bucket, kTimeBoundCount);
}

void RequestStats::Times::Record(int64_t time_ns) {
  if (time_ns < 0) return;
  counts[TimeBucket(time_ns)].fetch_add(1, kRelaxed);
  sum_ns.fetch_add(static_cast<uint64_t>(time_ns), kRelaxed);
}

TimeHistogram RequestStats::Times::Read() const {
  TimeHistogram histogram;
  for (size_t i = 0; i < counts.size(); ++i) {
    histogram.counts[i] = counts[i].load(kRelaxed);
  }
  histogram.sum_ns = sum_ns.load(kRelaxed);
  return histogram;
}

RequestStats::RequestStats(size_t device_count) : device_count_(device_count) {
  for (size_t o = 0; o < hw::kOperationCount; ++o) {
    // kNone is the first of each operation, and stands in for what cannot be.
    const size_t none = pairs_.size();
    for (size_t a = 0; a < hw::kAlgorithmCount; ++a) {
      const Pair pair = {static_cast<hw::Operation>(o),
                         static_cast<hw::Algorithm>(a)};
      const bool can_be = CanBe(pair.operation, pair.algorithm);
      pair_index_[o][a] = static_cast<uint8_t>(can_be ? pairs_.size() : none);
      if (can_be) pairs_.push_back(pair);
    }
  }
  cells_ = std::make_unique<Cell[]>((device_count + 1) * pairs_.size());
}

void RequestStats::Record(const RequestSample& sample) {
  const size_t device =
      std::min<size_t>(sample.device_index, device_count_);  // Or none.
  const size_t pair = pair_index_[static_cast<size_t>(sample.operation)]
                                 [static_cast<size_t>(sample.algorithm)];
  Cell& cell = cells_[device * pairs_.size() + pair];
  cell.by_code[CodeIndex(sample.code)].fetch_add(1, kRelaxed);
  cell.bytes_in.fetch_add(sample.bytes_in, kRelaxed);
  cell.bytes_out.fetch_add(sample.bytes_out, kRelaxed);
  cell.queue_wait.Record(sample.queue_wait_ns);
  cell.service_time.Record(sample.service_time_ns);
}

std::vector<RequestSeries> RequestStats::Read() const {
  std::vector<RequestSeries> all;
  for (size_t i = 0; i < (device_count_ + 1) * pairs_.size(); ++i) {
    const Cell& cell = cells_[i];
    const Pair& pair = pairs_[i % pairs_.size()];
    const size_t device = i / pairs_.size();
    RequestSeries series = {
        pair.operation, pair.algorithm,
        device < device_count_ ? static_cast<uint16_t>(device) : kNoDevice};
    bool any = false;
    for (size_t code = 0; code < kStatusCodeCount; ++code) {
      series.by_code[code] = cell.by_code[code].load(kRelaxed);
      any |= series.by_code[code] != 0;
    }
    if (!any) continue;
    series.bytes_in = cell.bytes_in.load(kRelaxed);
    series.bytes_out = cell.bytes_out.load(kRelaxed);
    series.queue_wait = cell.queue_wait.Read();
    series.service_time = cell.service_time.Read();
    all.push_back(series);
  }
  return all;
}

}  // namespace uacced
