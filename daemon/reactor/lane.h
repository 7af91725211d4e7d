// A Lane is one device queue as the polling thread serves it: the scheduler
// whose jobs wait for it, the queue, and the table of jobs it holds.
//
// Units:   times in nanoseconds of the Reactor's clock.
// Threads: thread-compatible, the Reactor makes every call; stats() may be
//          read by anyone.
// A completion that names no job in flight isolates the lane: the queue is
// stopped and every job it held or that waits for it ends UNAVAILABLE, as do
// those that still come.
#ifndef UACCED_DAEMON_REACTOR_LANE_H_
#define UACCED_DAEMON_REACTOR_LANE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/core/job.h"
#include "daemon/reactor/inflight_table.h"
#include "daemon/sched/drr_scheduler.h"
#include "hw/queue.h"

namespace uacced {

// Written by the polling thread alone.
struct LaneStats {
  std::atomic<uint32_t> jobs_in_flight{0};
  std::atomic<uint32_t> jobs_waiting{0};
  std::atomic<uint64_t> jobs_done{0};    // Completed by the device, each try.
  std::atomic<uint64_t> jobs_failed{0};  // Of those, but for want of room.
  std::atomic<uint64_t> unknown_tags{0};
  std::atomic<bool> isolated{false};
};

class Lane {
 public:
  // `quanta_bytes`: see DrrScheduler. Replies put off their work in `deferred`,
  // which outlives the lane; running it is the reactor's.
  Lane(std::string name, std::unique_ptr<hw::Queue> queue,
       const std::vector<uint64_t>& quanta_bytes, DeferredList* deferred);

  // Stops.
  ~Lane();

  // Lets `job` wait its turn.
  void Enqueue(std::unique_ptr<Job> job);

  // Answers what the device has finished, up to a batch; returns how many.
  uint32_t PollCompletions(int64_t now_ns);

  // Gives waiting jobs to the device while it has room, up to a batch, and
  // rings its doorbell once. Expired and cancelled jobs end here. Returns how
  // many jobs moved.
  uint32_t SubmitWaiting(int64_t now_ns);

  // Ends every waiting job with UNAVAILABLE; what the device holds goes on.
  void RefuseWaiting(Cause cause);

  // Stops the queue and ends every job with UNAVAILABLE, now and from now on.
  void Stop(Cause cause);

  bool idle() const { return waiting_.size() == 0 && in_flight_.size() == 0; }

  // See hw::Queue.
  int event_fd() const { return event_fd_; }
  bool Arm() { return queue_ == nullptr || queue_->Arm(); }
  void Disarm() {
    if (queue_ != nullptr) queue_->Disarm();
  }

  const std::string& name() const { return name_; }
  const LaneStats& stats() const { return stats_; }
  uint32_t depth() const { return depth_; }

 private:
  void Finish(std::unique_ptr<Job> job, const hw::Completion& completion,
              int64_t now_ns);
  void Submit(std::unique_ptr<Job> job, int64_t now_ns);
  void End(std::unique_ptr<Job> job, Outcome outcome);
  void Isolate(uint32_t tag);
  void UpdateGauges();

  const std::string name_;
  const uint32_t depth_;
  const int event_fd_;
  DeferredList* const deferred_;
  std::unique_ptr<hw::Queue> queue_;  // Null once stopped.
  Cause stop_cause_ = Cause::kShuttingDown;
  DrrScheduler waiting_;
  InflightTable in_flight_;
  std::vector<hw::Completion> batch_;
  LaneStats stats_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_LANE_H_
