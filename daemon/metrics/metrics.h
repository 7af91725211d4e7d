// Metrics is where everything that is counted is counted. It knows nothing of
// Prometheus: MetricsCollector turns it into metric families at each scrape.
//
// Units:    as each name says; times are nanoseconds.
// Threads:  thread-safe. Only SetLiveSource() and ReadLive() take a lock.
// Lifetime: outlives whoever counts. The live source is not called any more
//           once it has been replaced (by {} too).
#ifndef UACCED_DAEMON_METRICS_METRICS_H_
#define UACCED_DAEMON_METRICS_METRICS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "daemon/core/execution_mode.h"
#include "daemon/core/status_codes.h"
#include "daemon/health/health_snapshot.h"
#include "daemon/metrics/request_stats.h"
#include "hw/algorithm.h"

namespace uacced {

enum class ConnectionRefusal : uint8_t {
  kLimit,        // limits.max_connections
  kCredentials,  // the peer cannot be told
  kError,        // out of descriptors, or gRPC would not have it
};
inline constexpr size_t kConnectionRefusalCount = 3;

// What is so at this moment, asked for at each scrape.
struct Gauges {
  uint64_t jobs_in_flight = 0;
  uint64_t jobs_limit = 0;
  uint64_t bytes_in_flight = 0;
  uint64_t bytes_limit = 0;
  uint64_t connections = 0;
  uint64_t connections_limit = 0;
  uint64_t inbox_entries = 0;
  uint64_t inbox_capacity = 0;
  uint64_t keys = 0;
  uint64_t keys_limit = 0;
  uint64_t pool_bytes = 0;
  uint64_t pool_used_bytes = 0;
  uint64_t pool_locked_bytes = 0;
  bool draining = false;
};

struct DeviceGauges {
  uint64_t jobs_in_flight = 0;  // On the device.
  uint64_t jobs_waiting = 0;    // In the scheduler, for it.
  uint64_t jobs_done = 0;       // Since start.
  uint64_t jobs_failed = 0;     // Of those done, ended with an error.
  uint64_t unknown_tags = 0;    // Completions of what it was not given.
  bool isolated = false;        // Has no queue.
  HealthSnapshot health;
  // Completions other than OK, by code.
  std::array<uint64_t, kStatusCodeCount> errors{};
};

// The time a reactor spends is either busy or idle (asleep, or spinning
// without finding work).
struct ReactorGauges {
  uint64_t busy_ns = 0;
  uint64_t idle_ns = 0;
  uint64_t loops = 0;
  uint64_t sleeps = 0;
};

// What others count, read at one moment.
struct LiveFigures {
  Gauges gauges;
  std::vector<DeviceGauges> devices;  // In the order of device_names().
  std::vector<ReactorGauges> reactors;
};

class Metrics {
 public:
  using LiveSource = std::function<LiveFigures()>;

  // A device_index below counts in `device_names`.
  explicit Metrics(std::vector<std::string> device_names);
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void RecordRequest(const RequestSample& sample) { requests_.Record(sample); }
  void CountConnectionAccepted() { Increment(connections_accepted_); }
  void CountConnectionRefused(ConnectionRefusal reason) {
    Increment(connections_refused_[static_cast<size_t>(reason)]);
  }
  // A job was dropped without an answer, and answered INTERNAL.
  void CountJobLost() { Increment(jobs_lost_); }
  // What a device did was checked on the CPU.
  void CountVerified(uint16_t device_index, bool matched) {
    Increment((matched ? verified_ : mismatched_)[device_index]);
  }

  // An accelerator did not do what it should have.
  void CountFallback(hw::Operation operation, Fallback reason) {
    Increment(fallbacks_[static_cast<size_t>(operation)]
                        [static_cast<size_t>(reason)]);
  }

  // Calls of CompressStream and its like. Every one that started ends.
  // REQUIRES: a canonical code.
  void CountStreamStarted() { Increment(streams_started_); }
  void CountStreamEnded(absl::StatusCode code) {
    Increment(streams_ended_[static_cast<size_t>(code)]);
  }

  // The source runs on the reading thread, under a lock: it must not call
  // SetLiveSource() or ReadLive(), and should be quick.
  void SetLiveSource(LiveSource source);

  // Readers. Sums over every request recorded.
  uint64_t requests_total() const;
  uint64_t requests_failed_total() const;  // Those whose code was not OK.

  std::vector<RequestSeries> ReadRequests() const { return requests_.Read(); }
  LiveFigures ReadLive() const;
  uint64_t connections_accepted() const { return connections_accepted_.load(); }
  uint64_t connections_refused(ConnectionRefusal reason) const {
    return connections_refused_[static_cast<size_t>(reason)].load();
  }
  uint64_t jobs_lost() const { return jobs_lost_.load(); }
  uint64_t verified(uint16_t device_index) const {
    return verified_[device_index].load();
  }
  uint64_t mismatched(uint16_t device_index) const {
    return mismatched_[device_index].load();
  }
  uint64_t fallbacks(hw::Operation operation, Fallback reason) const {
    return fallbacks_[static_cast<size_t>(operation)]
                     [static_cast<size_t>(reason)]
                         .load();
  }
  uint64_t streams_open() const;
  uint64_t streams_ended(size_t code) const {
    return streams_ended_[code].load();
  }
  const std::vector<std::string>& device_names() const { return device_names_; }
  double start_time_unix_seconds() const { return start_time_unix_seconds_; }

 private:
  using Counter = std::atomic<uint64_t>;
  static void Increment(Counter& counter) {
    counter.fetch_add(1, std::memory_order_relaxed);
  }

  // Constant after construction.
  const std::vector<std::string> device_names_;
  const double start_time_unix_seconds_;

  RequestStats requests_;
  Counter connections_accepted_{0};
  std::array<Counter, kConnectionRefusalCount> connections_refused_{};
  Counter jobs_lost_{0};
  std::array<std::array<Counter, kFallbackCount>, hw::kOperationCount>
      fallbacks_{};
  Counter streams_started_{0};
  std::array<Counter, kStatusCodeCount> streams_ended_{};
  // By device.
  std::vector<Counter> verified_;
  std::vector<Counter> mismatched_;

  mutable std::mutex source_mutex_;
  LiveSource live_source_;  // Guarded by source_mutex_.
};

}  // namespace uacced

#endif  // UACCED_DAEMON_METRICS_METRICS_H_
