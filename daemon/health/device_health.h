// DeviceHealth is whether a device is in use, and for which operations: what
// placement asks before it chooses, and what lanes, tasks and the supervisor
// report to. It decides when a device is tried again; the supervisor does it.
//
//   kUp -> kDown (or kQuarantined) -> kResetting -> kProbation -> kUp
//
// Every failure on the way leads back to kDown, for twice as long each time. A
// circuit breaker for each operation does the same in small, without a reset.
//
// Units:   times in nanoseconds of the given clock.
// Threads: thread-safe. What is called for each job takes no lock and writes
//          nothing while the device is well.
#ifndef UACCED_DAEMON_HEALTH_DEVICE_HEALTH_H_
#define UACCED_DAEMON_HEALTH_DEVICE_HEALTH_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "daemon/health/health_snapshot.h"
#include "daemon/health/loss_reason.h"
#include "daemon/health/trial_gate.h"
#include "hw/algorithm.h"
#include "hw/device.h"

namespace uacced {

// Who acts on what a DeviceHealth decides.
class HealthObserver {
 public:
  // There are events to take. Called on any thread, the polling thread too:
  // must not block.
  virtual void HealthChanged() = 0;

 protected:
  ~HealthObserver() = default;
};

class DeviceHealth {
 public:
  struct Options {
    // So many faults of one operation in a row open its breaker.
    uint32_t breaker_faults = 8;
    // Jobs at a time on probation, or through a breaker that was open; and
    // after how long without news one of them is given up.
    TrialGate::Options trials = {.max_trials = 4,
                                 .trial_timeout_ns = 1'000'000'000};
    // So many successes end a probation.
    uint32_t probation_successes = 32;
    // The first back-off, and the longest.
    int64_t min_backoff_ns = 100'000'000;
    int64_t max_backoff_ns = 60'000'000'000;
    // The shortest after a mismatch.
    int64_t min_quarantine_ns = 10'000'000'000;
    // A second lost queue within this time resets the device; a device that was
    // up for so long starts with the shortest back-off again.
    int64_t memory_ns = 60'000'000'000;
  };

  DeviceHealth() : DeviceHealth(Options()) {}
  // `clock` must outlive this; null: the monotonic one.
  explicit DeviceHealth(const Options& options, const Clock* clock = nullptr);
  DeviceHealth(const DeviceHealth&) = delete;
  DeviceHealth& operator=(const DeviceHealth&) = delete;

  // For placement. Whether a job of this operation may be placed on the device
  // now. Ask last, of the device that is chosen: true may use up one of a few
  // places.
  bool Admits(hw::Operation operation, int64_t now_ns) {
    if (!IsConcerned(operation)) return true;
    return AdmitsUnwell(operation, now_ns);
  }

  // What a job says of the device.
  enum class Result : uint8_t {
    kProof,    // It was done.
    kFault,    // UNAVAILABLE, INTERNAL.
    kNothing,  // Input that it found wrong, room that it found too small, a job
               // that it never saw: the place of a trial is free again.
  };

  // For lanes: what came of a job.
  void OnResult(hw::Operation operation, Result result) {
    if (result != Result::kFault && !IsConcerned(operation)) return;
    OnUnwellResult(operation, result);
  }

  // For tasks. Whether everything that the device does is to be checked now.
  bool VerifyAll() const { return state() == DeviceState::kProbation; }
  // The device's output was wrong, and said to be right.
  void ReportMismatch();

  HealthSnapshot Read() const;
  // Relaxed, for those who only look.
  DeviceState state() const { return state_.load(std::memory_order_relaxed); }

  // The rest is the supervisor's.

  // Before the first job; null: nobody.
  void SetObserver(HealthObserver* observer) { observer_ = observer; }

  // What happened since the last call, oldest first.
  std::vector<HealthEvent> TakeEvents();

  // A lane lost its queue. When the device is still kUp or kProbation after
  // that, opening a new queue is enough.
  void OnQueueLost(LossReason reason);
  // A lane gets a new queue, after that or after a reset.
  void OnQueueReopened();

  // Takes the device out of use. It is tried again at once, or after a
  // back-off: see HealthSnapshot::retry_at_ns.
  void RequestReset(HealthReason reason);

  // What the system says.
  void OnPresence(hw::Presence presence);

  // The device is being reset. REQUIRES: kDown or kQuarantined.
  void BeginReset();
  // It is back, and may have a few jobs. Does nothing if something else
  // happened since BeginReset().
  void BeginProbation();

 private:
  // For each operation.
  struct Breaker {
    TrialGate gate;
    uint32_t faults = 0;  // In a row.
    int level = 0;        // Of the back-off.
  };

  static constexpr uint32_t Bit(hw::Operation operation) {
    return uint32_t{1} << static_cast<unsigned>(operation);
  }
  static constexpr uint32_t kDeviceBit = uint32_t{1} << hw::kOperationCount;

  bool IsConcerned(hw::Operation operation) const {
    return (unwell_.load(std::memory_order_relaxed) &
            (kDeviceBit | Bit(operation))) != 0;
  }
  bool AdmitsUnwell(hw::Operation operation, int64_t now_ns);
  void OnUnwellResult(hw::Operation operation, Result result);

  // With mutex_ held.
  void OnFault(hw::Operation operation, int64_t now_ns);
  void OnSuccess(hw::Operation operation, int64_t now_ns);
  void OpenBreaker(hw::Operation operation, int64_t now_ns);
  void CloseBreaker(hw::Operation operation);
  void ForgetFaults(hw::Operation operation);
  void TakeOut(DeviceState state, HealthReason reason, int64_t now_ns);
  void Enter(DeviceState state, HealthReason reason, int64_t now_ns);
  void AddEvent(const HealthEvent& event);
  int64_t NextBackoffNs(int64_t now_ns);
  int64_t BackoffNs(int level) const;
  bool is_in_use() const {
    return state() == DeviceState::kUp || state() == DeviceState::kProbation;
  }
  void Notify(bool changed) {
    if (changed && observer_ != nullptr) observer_->HealthChanged();
  }

  // Constant once in use.
  const Options options_;
  const Clock* const clock_;
  HealthObserver* observer_ = nullptr;

  // Read for each job, written when something goes wrong: what is not well.
  alignas(64) std::atomic<uint32_t> unwell_{0};
  std::atomic<DeviceState> state_{DeviceState::kUp};

  alignas(64) TrialGate gate_;                         // The device's.
  std::array<Breaker, hw::kOperationCount> breakers_;  // Gates: lock-free.

  mutable std::mutex mutex_;
  // By mutex_, as the writing of all above and the breakers' counts.
  HealthSnapshot now_;
  int level_ = 0;  // Of the device's back-off.
  uint32_t probation_left_ = 0;
  int64_t last_loss_ns_;
  std::vector<HealthEvent> events_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_HEALTH_DEVICE_HEALTH_H_
