// The Reactor is the polling loop: it takes jobs from its inbox, puts them on
// device queues in fair order, and answers what the devices finish. It never
// blocks on a job, touches payload, or allocates for a job.
//
// The loop has a thread of its own, which holds the turn (a mutex) for as long
// as it is awake. While it sleeps, a thread that brings a job borrows the turn
// and does the work of the loop itself, because waking another thread costs
// more than most small jobs do (docs/decisions/0009).
//
// Units:   times in nanoseconds of the given clock.
// Threads: TryPush(), Attach(), Detach() and the stats are thread-safe.
//          AddLane() only before Start(); Start() and Stop() from the thread
//          that owns the reactor.
#ifndef UACCED_DAEMON_REACTOR_REACTOR_H_
#define UACCED_DAEMON_REACTOR_REACTOR_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "daemon/core/job.h"
#include "daemon/reactor/inbox.h"
#include "daemon/reactor/lane.h"
#include "daemon/reactor/sleeper.h"
#include "hw/queue.h"

namespace uacced {

// Written by whoever has the turn.
struct LoopStats {
  std::atomic<uint64_t> busy_ns{0};  // In loops that moved something.
  std::atomic<uint64_t> idle_ns{0};  // Spinning and sleeping.
  std::atomic<uint64_t> sleeps{0};   // Times it went to sleep.
  std::atomic<uint64_t> loops{0};
};

class Reactor {
 public:
  struct Options {
    uint32_t inbox_entries = 4096;
    int64_t spin_ns = 0;  // How long to look for work before sleeping.
    // One for each tenant, see DrrScheduler. REQUIRES: every entry > 0.
    std::vector<uint64_t> quanta_bytes;
    std::vector<int> cpus;  // Where its thread may run; empty: anywhere.
  };

  // `clock` must outlive the reactor.
  static absl::StatusOr<std::unique_ptr<Reactor>> Create(Options options,
                                                         const Clock* clock);
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;
  // Stops first when Stop() was not called.
  ~Reactor();

  // Serves `queue` too. Returns the lane's index, for Job::lane_index.
  uint16_t AddLane(LaneOptions options, std::unique_ptr<hw::Queue> queue);
  uint16_t AddLane(std::string name, std::unique_ptr<hw::Queue> queue) {
    return AddLane(LaneOptions{.name = std::move(name)}, std::move(queue));
  }

  // For whoever cares for devices. Both are done soon, in the order of the
  // calls, by the reactor's own thread. False: the reactor has ended, or will
  // before; `queue` is destroyed, on this thread or the reactor's.
  //
  // Attach() gives a lane that lost its queue another. REQUIRES: the lost one
  // has come to the sink. Detach() has the lane lose its queue as
  // LossReason::kRequested; a lane that has none stays as it is.
  bool Attach(uint16_t lane_index, std::unique_ptr<hw::Queue> queue);
  bool Detach(uint16_t lane_index);

  void Start();

  // Refuses what waits and what still comes, lets devices
  // finish what they hold for at most `drain_ns`, stops them, answers the rest
  // UNAVAILABLE, and joins.
  void Stop(int64_t drain_ns);

  // Takes `job` for lane job->lane_index, or returns false and leaves it alone
  // when the inbox is full. REQUIRES: Kick() follows, soon.
  bool TryPush(std::unique_ptr<Job>& job) { return inbox_.TryPush(job); }

  // Sees to it that what was pushed is served. The jobs, and others, may be
  // answered by the time this returns, on this thread. Does nothing when this
  // thread has the turn, e.g. within Reply::Complete(): the round after this
  // one serves them.
  void Kick();

  // Whether this thread is in a round of some reactor's loop: it should not do
  // what may take long then.
  static bool ThisThreadHasATurn();

  // Lets the reactor's thread go round once and back to sleep, where queues
  // tidy up (hw::Queue::Arm()), and see whether they were stopped.
  void Nudge() { inbox_.wakeup().Notify(); }

  size_t lane_count() const { return lanes_.size(); }
  const Lane& lane(size_t index) const { return *lanes_[index]; }
  const LoopStats& stats() const { return stats_; }
  size_t inbox_size() const { return inbox_.ApproximateSize(); }

 private:
  Reactor(Options options, const Clock* clock,
          std::unique_ptr<Sleeper> sleeper);

  using TurnLock = std::unique_lock<std::mutex>;

  // What the turn's holder may do: only the reactor's own thread knows that
  // nobody sleeps on a descriptor, and may hand queues over and take new ones.
  enum class Turn : uint8_t { kOwn, kBorrowed };

  // A lane, and a queue to attach; null: to detach.
  struct Control {
    uint16_t lane_index;
    std::unique_ptr<hw::Queue> queue;
  };

  bool Post(Control control);
  void Run();
  void End(TurnLock& turn);
  bool HelpOut();
  uint32_t TakeTurn(Turn turn);
  uint32_t Round();
  void ReadClock();
  uint32_t DrainInbox();
  uint32_t ServeLanes();
  void ServeControls();
  void HandOverLost();
  void Unwatch(const Lane& lane);
  int64_t NextLookNs() const;
  bool NeedsOwnThread() const;
  bool MayExit();
  void BackOff(TurnLock& turn);
  void Sleep(TurnLock& turn);
  bool ArmAll();
  void DisarmAll();
  void SleepBadly(const absl::Status& status);

  // Constant after Start().
  const Options options_;
  const Clock* const clock_;
  const std::unique_ptr<Sleeper> sleeper_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // They use deferred_.

  Inbox inbox_;
  LoopStats stats_;
  std::atomic<bool> stopping_{false};
  std::atomic<int64_t> stop_by_ns_{0};

  // Rare: what Attach() and Detach() ask for.
  std::atomic<bool> has_controls_{false};
  std::mutex controls_mutex_;
  std::vector<Control> controls_;
  bool controls_closed_ = false;

  // What is inside the lanes, and the fields below, belong to who holds it.
  std::mutex turn_;
  int64_t now_ns_ = 0;
  bool was_busy_ = false;
  bool lane_lost_ = false;  // Some lane has something to hand over.
  // When the reactor's thread wakes of its own accord.
  int64_t wakes_at_ns_ = kInfiniteFutureNs;
  DeferredList deferred_;  // Of this round.

  // Who has the turn and does rounds; nobody between turns.
  std::atomic<std::thread::id> turn_holder_{};

  // Somebody pushed a job and found the turn taken.
  std::atomic<bool> missed_{false};
  // Run() is over.
  std::atomic<bool> ended_{false};

  // The reactor's own thread only.
  int64_t idle_since_ns_ = 0;
  size_t armed_lanes_ = 0;
  bool sleeps_badly_ = false;

  std::thread thread_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_REACTOR_H_
