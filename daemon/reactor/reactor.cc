#include "daemon/reactor/reactor.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace uacced {
namespace {

// Most jobs taken from the inbox before devices have their turn again.
constexpr uint32_t kInboxBatch = 64;

// Rounds that a thread which brings a job turns for others too.
constexpr int kMaxHelpTurns = 16;

// While stopping, how often the deadline is looked at.
constexpr int64_t kDrainIntervalNs = 1'000'000;

inline void CpuRelax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Best effort: a processor that was taken away since is no reason to stop.
void StayOn(const std::vector<int>& cpus) {
  if (cpus.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) {
    if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  }
  pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

// Rounds that this thread is in: a job may be brought to another reactor.
thread_local int t_turns = 0;

void Add(std::atomic<uint64_t>& counter, uint64_t value) {
  counter.store(counter.load(std::memory_order_relaxed) + value,
                std::memory_order_relaxed);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Reactor>> Reactor::Create(Options options,
                                                         const Clock* clock) {
  UACCED_ASSIGN_OR_RETURN(std::unique_ptr<Sleeper> sleeper, Sleeper::Create());
  auto reactor = absl::WrapUnique(
      new Reactor(std::move(options), clock, std::move(sleeper)));
  const int fd = reactor->inbox_.wakeup().fd();
  if (fd < 0) {
    return absl::ResourceExhaustedError(
        "no eventfd for the reactor: raise the limit on open files");
  }
  reactor->sleeper_->Watch(fd);
  return reactor;
}

Reactor::Reactor(Options options, const Clock* clock,
                 std::unique_ptr<Sleeper> sleeper)
    : options_(std::move(options)),
      clock_(clock),
      sleeper_(std::move(sleeper)),
      inbox_(options_.inbox_entries) {}

Reactor::~Reactor() { Stop(0); }

uint16_t Reactor::AddLane(LaneOptions options,
                          std::unique_ptr<hw::Queue> queue) {
  if (queue->event_fd() >= 0) sleeper_->Watch(queue->event_fd());
  lanes_.push_back(std::make_unique<Lane>(std::move(options), std::move(queue),
                                          options_.quanta_bytes, &deferred_));
  return static_cast<uint16_t>(lanes_.size() - 1);
}

bool Reactor::Attach(uint16_t lane_index, std::unique_ptr<hw::Queue> queue) {
  return Post({lane_index, std::move(queue)});
}

bool Reactor::Detach(uint16_t lane_index) {
  return Post({lane_index, nullptr});
}

bool Reactor::Post(Control control) {
  {
    std::lock_guard lock(controls_mutex_);
    if (controls_closed_) return false;
    controls_.push_back(std::move(control));
    has_controls_.store(true, std::memory_order_relaxed);
  }
  inbox_.wakeup().Notify();
  return true;
}

void Reactor::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "uacced-reactor");
    StayOn(options_.cpus);
    Run();
  });
}

void Reactor::Stop(int64_t drain_ns) {
  if (!thread_.joinable()) return;
  stop_by_ns_.store(clock_->NowNs() + drain_ns, std::memory_order_relaxed);
  stopping_.store(true, std::memory_order_release);
  inbox_.wakeup().Notify();
  thread_.join();
}

bool Reactor::ThisThreadHasATurn() { return t_turns > 0; }

void Reactor::Kick() {
  // No other thread stores this one's id.
  if (turn_holder_.load(std::memory_order_relaxed) ==
      std::this_thread::get_id()) {
    return;
  }
  Wakeup& wakeup = inbox_.wakeup();
  if (wakeup.MayBeAsleep() && HelpOut()) return;
  wakeup.Notify();
  // After the end nobody is left to be woken.
  while (ended_.load(std::memory_order_acquire) && !HelpOut()) {
  }
}

// True: somebody with the turn has seen or will see what was pushed, and the
// reactor's own thread need not be woken.
bool Reactor::HelpOut() {
  int turns_left = kMaxHelpTurns;
  do {
    TurnLock turn(turn_, std::try_to_lock);
    if (!turn.owns_lock()) {
      missed_.exchange(true, std::memory_order_acq_rel);
      // Whoever had the turn gives it back before it looks at missed_, and
      // both of us read-modify-write that. So either it still has the turn
      // and will look, or the turn can be had now.
      if (!turn.try_lock()) return true;
    }
    while (TakeTurn(Turn::kBorrowed) > 0) {
      if (--turns_left <= 0) return false;
    }
    if (NeedsOwnThread()) return false;
    // The turn is given back here.
  } while (missed_.exchange(false, std::memory_order_acq_rel));
  return true;
}

void Reactor::Run() {
  TurnLock turn(turn_);
  for (;;) {
    if (TakeTurn(Turn::kOwn) > 0) {
      idle_since_ns_ = 0;
      continue;
    }
    if (stopping_.load(std::memory_order_acquire) && MayExit()) break;
    BackOff(turn);
  }
  End(turn);
}

void Reactor::End(TurnLock& turn) {
  std::vector<Control> controls;
  {
    std::lock_guard lock(controls_mutex_);
    controls_closed_ = true;
    controls.swap(controls_);
  }
  controls.clear();
  for (const auto& lane : lanes_) {
    Unwatch(*lane);
    lane->Stop(Cause::kShuttingDown);
  }
  deferred_.RunAll();
  // Who still brings a job finds the end, and has it refused by the stopped
  // lanes. Those who did not find it came before the line after, and are served
  // here.
  ended_.store(true, std::memory_order_release);
  inbox_.wakeup().PrepareSleep();
  turn.unlock();
  while (!HelpOut()) {
  }
}

// One round of the loop, and what replies put off until its end; returns how
// much moved.
uint32_t Reactor::TakeTurn(Turn turn) {
  turn_holder_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  ++t_turns;
  const uint32_t moved = Round();
  if (turn == Turn::kOwn) {
    if (has_controls_.load(std::memory_order_relaxed)) ServeControls();
    if (lane_lost_) HandOverLost();
  }
  deferred_.RunAll();
  --t_turns;
  turn_holder_.store(std::thread::id(), std::memory_order_relaxed);
  return moved;
}

// The order is such that what one step frees, the next can use: jobs come in,
// completions free slots, waiting jobs take them, one doorbell a device.
uint32_t Reactor::Round() {
  ReadClock();
  const uint32_t moved = DrainInbox() + ServeLanes();
  was_busy_ = moved > 0;
  return moved;
}

// One reading serves every job of a round. What passed since the last one was
// spent as that round went.
void Reactor::ReadClock() {
  const int64_t before_ns = std::exchange(now_ns_, clock_->NowNs());
  if (before_ns != 0) {
    Add(was_busy_ ? stats_.busy_ns : stats_.idle_ns,
        static_cast<uint64_t>(now_ns_ - before_ns));
  }
  Add(stats_.loops, 1);
}

uint32_t Reactor::DrainInbox() {
  uint32_t moved = 0;
  while (moved < kInboxBatch) {
    std::unique_ptr<Job> job = inbox_.TryPop();
    if (job == nullptr) break;
    Lane& lane = *lanes_[job->lane_index];
    lane.Enqueue(std::move(job));
    ++moved;
  }
  return moved;
}

uint32_t Reactor::ServeLanes() {
  uint32_t moved = 0;
  for (const auto& lane : lanes_) {
    moved += lane->PollCompletions(now_ns_);
    moved += lane->SubmitWaiting(now_ns_);
    lane_lost_ |= lane->has_lost();
  }
  return moved;
}

void Reactor::ServeControls() {
  std::vector<Control> controls;
  {
    std::lock_guard lock(controls_mutex_);
    controls.swap(controls_);
    has_controls_.store(false, std::memory_order_relaxed);
  }
  for (Control& control : controls) {
    Lane& lane = *lanes_[control.lane_index];
    if (control.queue == nullptr) {
      lane.Detach();
      lane_lost_ |= lane.has_lost();
      continue;
    }
    const int fd = control.queue->event_fd();
    if (fd >= 0) sleeper_->Watch(fd);
    lane.Attach(std::move(control.queue));
  }
}

void Reactor::HandOverLost() {
  lane_lost_ = false;
  for (const auto& lane : lanes_) {
    if (!lane->has_lost()) continue;
    Unwatch(*lane);
    lane->HandOver();
  }
}

// Before its queue is destroyed: then nobody holds the descriptor.
void Reactor::Unwatch(const Lane& lane) {
  const int fd = lane.has_lost() ? lane.lost_event_fd() : lane.event_fd();
  if (fd >= 0) sleeper_->Unwatch(fd);
}

// While stopping: refuses what waits, and says whether the devices are done or
// have had their time.
bool Reactor::MayExit() {
  bool idle = true;
  for (const auto& lane : lanes_) {
    lane->RefuseWaiting(Cause::kShuttingDown);
    idle &= lane->idle();
  }
  return idle || now_ns_ >= stop_by_ns_.load(std::memory_order_relaxed);
}

int64_t Reactor::NextLookNs() const {
  int64_t next_ns = kInfiniteFutureNs;
  for (const auto& lane : lanes_) {
    next_ns = std::min(next_ns, lane->next_look_ns());
  }
  return next_ns;
}

// Whether the reactor's own thread, which sleeps, has to know of something: a
// device with work that cannot wake anybody, a lost queue, a timeout before
// the thread would wake. A lane's next look does not move while jobs come and
// go in time, so of a stream of jobs that others bring the first alone wakes it
// for that.
bool Reactor::NeedsOwnThread() const {
  if (lane_lost_ || NextLookNs() < wakes_at_ns_) return true;
  for (const auto& lane : lanes_) {
    if (lane->event_fd() < 0 && !lane->idle()) return true;
  }
  return false;
}

void Reactor::BackOff(TurnLock& turn) {
  if (idle_since_ns_ == 0) idle_since_ns_ = now_ns_;
  if (now_ns_ - idle_since_ns_ < options_.spin_ns) {
    CpuRelax();
    return;
  }
  Sleep(turn);
}

// Everyone must agree to the sleep; who finds work calls it off.
void Reactor::Sleep(TurnLock& turn) {
  Wakeup& wakeup = inbox_.wakeup();
  wakeup.PrepareSleep();
  const bool stopping = stopping_.load(std::memory_order_acquire);
  if (inbox_.ApproximateSize() == 0 &&
      !has_controls_.load(std::memory_order_relaxed) && ArmAll()) {
    Add(stats_.sleeps, 1);
    wakes_at_ns_ = stopping ? now_ns_ + kDrainIntervalNs : NextLookNs();
    const int64_t timeout_ns =
        wakes_at_ns_ == kInfiniteFutureNs
            ? Sleeper::kNoTimeout
            : std::max<int64_t>(1, wakes_at_ns_ - now_ns_);
    turn.unlock();
    if (!missed_.exchange(false, std::memory_order_acq_rel)) {
      const absl::Status status = sleeper_->Sleep(timeout_ns);
      if (!status.ok()) SleepBadly(status);
    }
    turn.lock();
  }
  DisarmAll();
  wakeup.EndSleep();
}

bool Reactor::ArmAll() {
  for (const auto& lane : lanes_) {
    ++armed_lanes_;
    if (!lane->Arm()) return false;
  }
  return true;
}

void Reactor::DisarmAll() {
  while (armed_lanes_ > 0) lanes_[--armed_lanes_]->Disarm();
}

// Better slow than dead: the daemon serves on, and says so once.
void Reactor::SleepBadly(const absl::Status& status) {
  if (!sleeps_badly_) {
    sleeps_badly_ = true;
    Log(LogLevel::kError, "reactor", "io_uring failed, polling from now on",
        {{"error", status.ToString()}});
  }
  usleep(kDrainIntervalNs / 1000);
}

}  // namespace uacced
