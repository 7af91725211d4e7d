// A Lane is the place of one device queue on the polling thread: the scheduler
// whose jobs wait for it, the queue, and the table of jobs it holds.
//
// A queue can be lost: it faults, completes what is not in flight, holds a job
// for too long, or is asked back. Then the lane has no queue: jobs that wait or
// come are refused with Cause::kDeviceLost, and those that the device holds
// stay untouched until HandOver() gives them to the sink together with the
// queue. Attach() gives the lane a queue again.
//
// Units:   times in nanoseconds of the Reactor's clock.
// Threads: thread-compatible, the Reactor makes every call; stats() and depth()
//          may be read by anyone.
#ifndef UACCED_DAEMON_REACTOR_LANE_H_
#define UACCED_DAEMON_REACTOR_LANE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "daemon/core/job.h"
#include "daemon/core/status_codes.h"
#include "daemon/health/device_health.h"
#include "daemon/health/loss_reason.h"
#include "daemon/reactor/inflight_table.h"
#include "daemon/reactor/lost_queue.h"
#include "daemon/sched/drr_scheduler.h"
#include "hw/algorithm.h"
#include "hw/queue.h"

namespace uacced {

// For how long a device may hold a job, by its operation; 0: for ever.
using LaneTimeouts = std::array<int64_t, hw::kOperationCount>;

// Written by the polling thread alone.
struct LaneStats {
  static constexpr size_t kCodes = 17;  // Of absl::StatusCode.

  std::atomic<bool> attached{true};  // It has a queue.
  std::atomic<uint32_t> jobs_in_flight{0};
  std::atomic<uint32_t> jobs_waiting{0};
  std::atomic<uint64_t> jobs_done{0};    // Completed by the device, each try.
  std::atomic<uint64_t> jobs_failed{0};  // Of those, but for want of room.
  std::atomic<uint64_t> unknown_tags{0};
  std::atomic<uint64_t> timeouts{0};  // Queues lost by one.
  std::atomic<uint64_t> resets{0};    // Queues it was given again.
  // Jobs completed other than OK, by code.
  std::array<std::atomic<uint64_t>, kCodes> errors{};
};

struct LaneOptions {
  std::string name;  // Its device's.
  LaneTimeouts timeouts_ns{};
  DeviceHealth* health = nullptr;  // Null: nobody is told of results.
  // Null: a lost queue is ended where it is, which may block.
  LostQueueSink* sink = nullptr;
  uint32_t key = 0;  // What the sink knows the lane by.
};

class Lane {
 public:
  // `quanta_bytes`: see DrrScheduler. Replies put off their work in `deferred`,
  // which outlives the lane; running it is the reactor's.
  Lane(LaneOptions options, std::unique_ptr<hw::Queue> queue,
       const std::vector<uint64_t>& quanta_bytes, DeferredList* deferred);

  // Stops.
  ~Lane();

  // Lets `job` wait its turn.
  void Enqueue(std::unique_ptr<Job> job);

  // Answers what the device has finished, up to a batch, and looks whether the
  // queue is lost; returns how much happened.
  uint32_t PollCompletions(int64_t now_ns);

  // Gives waiting jobs to the device while it has room, up to a batch, and
  // rings its doorbell once. Expired and cancelled jobs end here. Returns how
  // many jobs moved.
  uint32_t SubmitWaiting(int64_t now_ns);

  // Ends every waiting job with UNAVAILABLE; what the device holds goes on.
  void RefuseWaiting(Cause cause);

  // Loses the queue, if there is one.
  void Detach() { Lose(LossReason::kRequested, 0); }

  // Whether there is something to hand over, and the descriptor that nobody may
  // wait for any more by then; -1: none.
  bool has_lost() const { return lost_.has_value(); }
  int lost_event_fd() const { return lost_->queue->event_fd(); }
  // REQUIRES: has_lost().
  void HandOver();

  // REQUIRES: it has no queue, nothing to hand over, and was not stopped.
  void Attach(std::unique_ptr<hw::Queue> queue);

  // Stops the queue and ends every job with UNAVAILABLE, now and from now on.
  // May block.
  void Stop(Cause cause);

  bool idle() const { return waiting_.size() == 0 && in_flight_.size() == 0; }

  // When PollCompletions() should be called at the latest, because a job may
  // have been with the device for too long; kInfiniteFutureNs: no need. May be
  // early, and may be for a job that is done.
  int64_t next_expiry_ns() const { return next_expiry_ns_; }

  // See hw::Queue.
  int event_fd() const { return queue_ == nullptr ? -1 : queue_->event_fd(); }
  bool Arm() { return queue_ == nullptr || queue_->Arm(); }
  void Disarm() {
    if (queue_ != nullptr) queue_->Disarm();
  }

  const std::string& name() const { return options_.name; }
  const LaneStats& stats() const { return stats_; }
  uint32_t depth() const { return depth_.load(std::memory_order_relaxed); }

 private:
  void Finish(std::unique_ptr<Job> job, const hw::Completion& completion,
              int64_t now_ns);
  bool Submit(std::unique_ptr<Job> job, int64_t now_ns);
  void Refuse(std::unique_ptr<Job> job, const absl::Status& status);
  void End(std::unique_ptr<Job> job, const Outcome& outcome);
  uint32_t Reap(int64_t now_ns);
  void LookForTimeouts(int64_t now_ns);
  int64_t ExpiryNs(const Job& job) const;
  void Lose(LossReason reason, uint32_t tag);
  void Tell(hw::Operation operation, absl::StatusCode code);
  void UpdateGauges();

  const LaneOptions options_;
  DeferredList* const deferred_;
  std::atomic<uint32_t> depth_;
  std::unique_ptr<hw::Queue> queue_;
  std::optional<LostQueue> lost_;  // Only while queue_ is null.
  Cause refusal_ = Cause::kDeviceLost;
  DrrScheduler waiting_;
  InflightTable in_flight_;
  // Not later than when the first job in flight has been there for too long.
  int64_t next_expiry_ns_ = kInfiniteFutureNs;
  std::vector<hw::Completion> batch_;
  LaneStats stats_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_LANE_H_
