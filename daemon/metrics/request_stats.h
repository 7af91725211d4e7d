// RequestStats counts answered requests by operation, algorithm and device:
// results, bytes, and histograms of the two times. Everything is allocated at
// construction, about 32 KiB for each device.
//
// Units:   bytes, nanoseconds.
// Threads: thread-safe. Record() is a handful of relaxed additions; Read() sees
//          each number as it was at some moment during the call.
#ifndef UACCED_DAEMON_METRICS_REQUEST_STATS_H_
#define UACCED_DAEMON_METRICS_REQUEST_STATS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "daemon/core/status_codes.h"
#include "hw/algorithm.h"

namespace uacced {

inline constexpr uint16_t kNoDevice = 0xffff;

// One answered request.
struct RequestSample {
  hw::Operation operation = hw::Operation::kCopy;
  // kNone also where the request named none. A pair that cannot be (compress
  // with sha256) is counted as kNone: a client must not make series.
  hw::Algorithm algorithm = hw::Algorithm::kNone;
  uint16_t device_index = kNoDevice;  // kNoDevice: it reached none.
  absl::StatusCode code = absl::StatusCode::kOk;
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  int64_t queue_wait_ns = -1;    // -1: never left the queue.
  int64_t service_time_ns = -1;  // -1: no device worked on it.
};

// Bucket i holds times up to 1 us * 2^i, the last of those 8.4 s; one more
// holds the rest.
inline constexpr size_t kTimeBoundCount = 24;
constexpr int64_t TimeBoundNs(size_t bucket) { return int64_t{1000} << bucket; }
// The bucket of `time_ns`; kTimeBoundCount is the rest.
size_t TimeBucket(int64_t time_ns);

struct TimeHistogram {
  std::array<uint64_t, kTimeBoundCount + 1> counts{};  // Not cumulative.
  uint64_t sum_ns = 0;
};

// What was recorded for one operation, algorithm and device.
struct RequestSeries {
  hw::Operation operation;
  hw::Algorithm algorithm;
  uint16_t device_index;
  std::array<uint64_t, kStatusCodeCount> by_code{};
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  TimeHistogram queue_wait;
  TimeHistogram service_time;
};

class RequestStats {
 public:
  explicit RequestStats(size_t device_count);

  void Record(const RequestSample& sample);

  // Those that ever counted a request.
  std::vector<RequestSeries> Read() const;

 private:
  using Counter = std::atomic<uint64_t>;
  struct Times {
    std::array<Counter, kTimeBoundCount + 1> counts{};
    Counter sum_ns{0};

    void Record(int64_t time_ns);
    TimeHistogram Read() const;
  };
  struct alignas(64) Cell {
    std::array<Counter, kStatusCodeCount> by_code{};
    Counter bytes_in{0};
    Counter bytes_out{0};
    Times queue_wait;
    Times service_time;
  };
  struct Pair {
    hw::Operation operation;
    hw::Algorithm algorithm;
  };

  // Constant after construction.
  const size_t device_count_;
  std::vector<Pair> pairs_;  // All that can be.
  std::array<std::array<uint8_t, hw::kAlgorithmCount>, hw::kOperationCount>
      pair_index_{};
  // pairs_.size() for each device, then as many for no device.
  std::unique_ptr<Cell[]> cells_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_METRICS_REQUEST_STATS_H_
