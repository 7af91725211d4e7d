#include "tests/bench/load_generator.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "tests/bench/cpu_time.h"

namespace uacced::bench {
namespace {

constexpr size_t kReservedLatencies = 1 << 16;

class ClosedLoop {
 public:
  ClosedLoop(Workload& workload, int in_flight) : slots_(in_flight) {
    for (Slot& slot : slots_) {
      slot.call = workload.NewCall();
      slot.latencies_ns.reserve(kReservedLatencies);
    }
  }
  ~ClosedLoop() { Drain().IgnoreError(); }

  void Start() {
    active_ = static_cast<int>(slots_.size());
    for (Slot& slot : slots_) Issue(slot);
  }

  void Measure(bool on) { measuring_.store(on, std::memory_order_relaxed); }

  // Until the time is over or a call fails.
  void Run(std::chrono::nanoseconds duration) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, duration, [this] { return !error_.ok(); });
  }

  // Starts no more calls and waits for those in flight.
  absl::Status Drain() {
    stopping_.store(true, std::memory_order_relaxed);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return active_ == 0; });
    return error_;
  }

  // REQUIRES: after Drain().
  std::vector<int64_t> TakeLatencies() {
    std::vector<int64_t> all;
    for (Slot& slot : slots_) {
      all.insert(all.end(), slot.latencies_ns.begin(), slot.latencies_ns.end());
    }
    return all;
  }

 private:
  struct Slot {
    std::unique_ptr<Call> call;
    int64_t start_ns = 0;
    std::vector<int64_t> latencies_ns;
  };

  void Issue(Slot& slot) {
    slot.start_ns = clock_.NowNs();
    slot.call->Start(
        [this, &slot](const absl::Status& status) { Finished(slot, status); });
  }

  void Finished(Slot& slot, const absl::Status& status) {
    if (measuring_.load(std::memory_order_relaxed)) {
      slot.latencies_ns.push_back(clock_.NowNs() - slot.start_ns);
    }
    if (status.ok() && !stopping_.load(std::memory_order_relaxed)) {
      Issue(slot);
      return;
    }
    const std::lock_guard lock(mutex_);
    if (error_.ok()) error_ = status;
    --active_;
    changed_.notify_all();
  }

  const MonotonicClock clock_;
  std::vector<Slot> slots_;
  std::atomic<bool> measuring_{false};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  int active_ = 0;
  absl::Status error_;
};

}  // namespace

absl::StatusOr<Round> RunClosedLoop(Workload& workload,
                                    const LoadOptions& options) {
  const MonotonicClock clock;
  ClosedLoop loop(workload, options.in_flight);
  loop.Start();
  loop.Run(options.warm_up);
  UACCED_ASSIGN_OR_RETURN(const int64_t client_cpu, ProcessCpuNs(0));
  UACCED_ASSIGN_OR_RETURN(const int64_t server_cpu,
                          ProcessCpuNs(options.server_pid));
  const int64_t start = clock.NowNs();
  loop.Measure(true);
  loop.Run(options.duration);
  loop.Measure(false);
  Round round;
  round.wall_ns = clock.NowNs() - start;
  UACCED_ASSIGN_OR_RETURN(const int64_t client_cpu_end, ProcessCpuNs(0));
  UACCED_ASSIGN_OR_RETURN(const int64_t server_cpu_end,
                          ProcessCpuNs(options.server_pid));
  UACCED_RETURN_IF_ERROR(loop.Drain());
  round.client_cpu_ns = client_cpu_end - client_cpu;
  round.server_cpu_ns = server_cpu_end - server_cpu;
  round.latencies_ns = loop.TakeLatencies();
  round.operations = static_cast<int64_t>(round.latencies_ns.size());
  round.payload_bytes = round.operations * workload.payload_bytes();
  return round;
}

absl::StatusOr<int64_t> RunOnce(Workload& workload) {
  const MonotonicClock clock;
  const std::unique_ptr<Call> call = workload.NewCall();
  std::mutex mutex;
  std::condition_variable ended;
  absl::Status result;
  int64_t end = 0;
  const int64_t start = clock.NowNs();
  call->Start([&](absl::Status status) {
    const std::lock_guard lock(mutex);
    end = clock.NowNs();
    result = std::move(status);
    ended.notify_all();
  });
  std::unique_lock lock(mutex);
  ended.wait(lock, [&] { return end != 0; });
  UACCED_RETURN_IF_ERROR(result);
  return end - start;
}

}  // namespace uacced::bench
