// Metrics is where everything that is counted is counted. It knows nothing of
// Prometheus: MetricsCollector turns it into metric families at each scrape.
//
// Units:    as each name says; times are nanoseconds.
// Threads:  thread-safe. Nothing but SetXSource() and the readers of sources
//           takes a lock, so the polling thread may count.
// Lifetime: outlives whoever counts. A source is not called any more once it
//           has been replaced (by {} too).
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

#include "daemon/metrics/request_stats.h"

namespace uacced {

enum class ConnectionRefusal : uint8_t {
  kLimit,        // limits.max_connections
  kDraining,     // the daemon is shutting down
  kCredentials,  // the peer cannot be told
  kError,        // out of descriptors, or gRPC would not have it
};
inline constexpr size_t kConnectionRefusalCount = 4;

// One reactor's own account, written by it alone. The time it spends is either
// busy or idle (asleep, or spinning without finding work).
struct alignas(64) ReactorStats {
  std::atomic<uint64_t> busy_ns{0};
  std::atomic<uint64_t> idle_ns{0};
  std::atomic<uint64_t> loops{0};
  std::atomic<uint64_t> spins{0};    // Loops that found nothing to do.
  std::atomic<uint64_t> wakeups{0};  // Returns from sleep.
};

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
  bool draining = false;
};

struct DeviceGauges {
  uint64_t jobs_in_flight = 0;  // On the device.
  uint64_t jobs_waiting = 0;    // In the scheduler, for it.
  uint64_t jobs_done = 0;       // Since start.
  uint64_t jobs_failed = 0;     // Of those done, ended with an error.
  bool isolated = false;        // Gets no more work.
};

class Metrics {
 public:
  using GaugeSource = std::function<Gauges()>;
  // In the order of device_names().
  using DeviceSource = std::function<std::vector<DeviceGauges>()>;

  // A device_index below counts in `device_names`; a reactor in reactor_count.
  explicit Metrics(std::vector<std::string> device_names,
                   size_t reactor_count = 1);
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void RecordRequest(const RequestSample& sample) { requests_.Record(sample); }
  void CountConnectionAccepted() { Increment(connections_accepted_); }
  void CountConnectionRefused(ConnectionRefusal reason) {
    Increment(connections_refused_[static_cast<size_t>(reason)]);
  }
  // A job was dropped without an answer, and answered INTERNAL.
  void CountJobLost() { Increment(jobs_lost_); }
  // A device completed something it had not been given.
  void CountUnknownTag() { Increment(unknown_tags_); }
  // REQUIRES: index < reactor_count().
  ReactorStats& reactor(size_t index) { return reactors_[index]; }

  // Sources run on the scraping thread, under a lock: they must not call
  // SetXSource() or the readers below, and should be quick.
  void SetGaugeSource(GaugeSource source);
  void SetDeviceSource(DeviceSource source);

  // Readers. Sums over every request recorded.
  uint64_t requests_total() const;
  uint64_t requests_failed_total() const;  // Those whose code was not OK.

  std::vector<RequestSeries> ReadRequests() const { return requests_.Read(); }
  Gauges ReadGauges() const;
  std::vector<DeviceGauges> ReadDevices() const;
  uint64_t connections_accepted() const { return connections_accepted_.load(); }
  uint64_t connections_refused(ConnectionRefusal reason) const {
    return connections_refused_[static_cast<size_t>(reason)].load();
  }
  uint64_t jobs_lost() const { return jobs_lost_.load(); }
  uint64_t unknown_tags() const { return unknown_tags_.load(); }
  const ReactorStats& reactor(size_t index) const { return reactors_[index]; }
  size_t reactor_count() const { return reactors_.size(); }
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
  std::vector<ReactorStats> reactors_;
  Counter connections_accepted_{0};
  std::array<Counter, kConnectionRefusalCount> connections_refused_{};
  Counter jobs_lost_{0};
  Counter unknown_tags_{0};

  mutable std::mutex source_mutex_;
  GaugeSource gauge_source_;    // Guarded by source_mutex_.
  DeviceSource device_source_;  // Guarded by source_mutex_.
};

}  // namespace uacced

#endif  // UACCED_DAEMON_METRICS_METRICS_H_
