#include "daemon/reactor/reactor.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

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

uint16_t Reactor::AddLane(std::string name, std::unique_ptr<hw::Queue> queue) {
  if (queue->event_fd() >= 0) sleeper_->Watch(queue->event_fd());
  lanes_.push_back(std::make_unique<Lane>(std::move(name), std::move(queue),
                                          options_.quanta_bytes, &deferred_));
  return static_cast<uint16_t>(lanes_.size() - 1);
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
    while (TakeTurn() > 0) {
      if (--turns_left <= 0) return false;
    }
    if (NeedsPolling()) return false;
    // The turn is given back here.
  } while (missed_.exchange(false, std::memory_order_acq_rel));
  return true;
}

void Reactor::Run() {
  TurnLock turn(turn_);
  for (;;) {
    if (TakeTurn() > 0) {
      idle_since_ns_ = 0;
      continue;
    }
    if (stopping_.load(std::memory_order_acquire) && MayExit()) break;
    BackOff(turn);
  }
  for (const auto& lane : lanes_) lane->Stop(Cause::kShuttingDown);
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
uint32_t Reactor::TakeTurn() {
  turn_holder_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  ++t_turns;
  const uint32_t moved = Round();
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
  }
  return moved;
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

// A device that cannot wake anybody has work.
bool Reactor::NeedsPolling() const {
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
  if (inbox_.ApproximateSize() == 0 && ArmAll()) {
    Add(stats_.sleeps, 1);
    turn.unlock();
    if (!missed_.exchange(false, std::memory_order_acq_rel)) {
      const absl::Status status =
          sleeper_->Sleep(stopping ? kDrainIntervalNs : Sleeper::kNoTimeout);
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
