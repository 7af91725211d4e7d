#include "daemon/health/device_health.h"

#include <algorithm>
#include <utility>

namespace uacced {
namespace {

// Events that nobody took: the oldest are kept, they tell the cause.
constexpr size_t kMaxEvents = 64;

// Beyond that a doubled back-off is at its cap whatever the cap.
constexpr int kMaxLevel = 40;

const Clock* DefaultClock() {
  static const MonotonicClock clock;
  return &clock;
}

HealthReason ReasonOf(LossReason reason) {
  switch (reason) {
    case LossReason::kBrokeRules:
      return HealthReason::kBrokeRules;
    case LossReason::kStopped:
      return HealthReason::kStopped;
    case LossReason::kTimeout:
      return HealthReason::kTimeout;
    case LossReason::kRequested:
      break;
  }
  return HealthReason::kNone;
}

}  // namespace

DeviceHealth::DeviceHealth(const Options& options, const Clock* clock)
    : options_(options),
      clock_(clock != nullptr ? clock : DefaultClock()),
      last_loss_ns_(-kInfiniteFutureNs) {
  now_.since_ns = clock_->NowNs();
  events_.reserve(kMaxEvents);
}

bool DeviceHealth::AdmitsUnwell(hw::Operation operation, int64_t now_ns) {
  TrialGate& breaker = breakers_[static_cast<size_t>(operation)].gate;
  if (!gate_.Admit(now_ns, options_.trials)) return false;
  if (breaker.Admit(now_ns, options_.trials)) return true;
  gate_.Release();
  return false;
}

void DeviceHealth::OnUnwellResult(hw::Operation operation, Result result) {
  const int64_t now_ns = clock_->NowNs();
  bool changed;
  {
    std::lock_guard lock(mutex_);
    gate_.Release();
    breakers_[static_cast<size_t>(operation)].gate.Release();
    // What comes back of a device that is out of use tells nothing new.
    if (!is_in_use()) return;
    if (result == Result::kFault) OnFault(operation, now_ns);
    if (result == Result::kProof) OnSuccess(operation, now_ns);
    changed = !events_.empty();
  }
  Notify(changed);
}

void DeviceHealth::OnFault(hw::Operation operation, int64_t now_ns) {
  if (state() == DeviceState::kProbation) {
    TakeOut(DeviceState::kDown, HealthReason::kProbationFailed, now_ns);
    return;
  }
  Breaker& breaker = breakers_[static_cast<size_t>(operation)];
  // What was placed before the breaker opened may still fail.
  if (!breaker.gate.is_open() && !breaker.gate.is_on_trial(now_ns)) return;
  unwell_.fetch_or(Bit(operation), std::memory_order_relaxed);
  if (!breaker.gate.is_open() || ++breaker.faults >= options_.breaker_faults) {
    OpenBreaker(operation, now_ns);
  }
}

void DeviceHealth::OnSuccess(hw::Operation operation, int64_t now_ns) {
  Breaker& breaker = breakers_[static_cast<size_t>(operation)];
  if (breaker.gate.is_open()) {
    ForgetFaults(operation);
  } else if (breaker.gate.is_on_trial(now_ns)) {
    CloseBreaker(operation);
  }
  if (state() == DeviceState::kProbation && --probation_left_ == 0) {
    gate_.Open();
    unwell_.fetch_and(~kDeviceBit, std::memory_order_relaxed);
    Enter(DeviceState::kUp, HealthReason::kProven, now_ns);
  }
}

void DeviceHealth::OpenBreaker(hw::Operation operation, int64_t now_ns) {
  Breaker& breaker = breakers_[static_cast<size_t>(operation)];
  breaker.faults = 0;
  breaker.level = std::min(breaker.level + 1, kMaxLevel);
  const int64_t retry_at_ns = now_ns + BackoffNs(breaker.level);
  breaker.gate.CloseUntil(retry_at_ns);
  ++now_.breaker_opens;
  AddEvent({.kind = HealthEvent::Kind::kBreakerOpened,
            .state = state(),
            .reason = HealthReason::kNone,
            .operation = operation,
            .retry_at_ns = retry_at_ns});
}

void DeviceHealth::CloseBreaker(hw::Operation operation) {
  Breaker& breaker = breakers_[static_cast<size_t>(operation)];
  breaker.gate.Open();
  breaker.level = 0;
  ForgetFaults(operation);
  AddEvent({.kind = HealthEvent::Kind::kBreakerClosed,
            .state = state(),
            .reason = HealthReason::kNone,
            .operation = operation,
            .retry_at_ns = 0});
}

void DeviceHealth::ForgetFaults(hw::Operation operation) {
  breakers_[static_cast<size_t>(operation)].faults = 0;
  unwell_.fetch_and(~Bit(operation), std::memory_order_relaxed);
}

void DeviceHealth::ReportMismatch() {
  const int64_t now_ns = clock_->NowNs();
  {
    std::lock_guard lock(mutex_);
    ++now_.mismatches;
    // When the device is out of use already, this is about a job from before.
    if (!is_in_use()) return;
    TakeOut(DeviceState::kQuarantined, HealthReason::kMismatch, now_ns);
  }
  Notify(true);
}

void DeviceHealth::OnQueueLost(LossReason reason) {
  const int64_t now_ns = clock_->NowNs();
  {
    std::lock_guard lock(mutex_);
    ++now_.losses[static_cast<size_t>(reason)];
    if (reason == LossReason::kRequested || !is_in_use()) return;
    const bool again = state() == DeviceState::kProbation ||
                       last_loss_ns_ > now_ns - options_.memory_ns;
    last_loss_ns_ = now_ns;
    if (!again) return;
    TakeOut(DeviceState::kDown, ReasonOf(reason), now_ns);
  }
  Notify(true);
}

void DeviceHealth::OnQueueReopened() {
  std::lock_guard lock(mutex_);
  ++now_.queue_resets;
}

void DeviceHealth::RequestReset(HealthReason reason) {
  const int64_t now_ns = clock_->NowNs();
  {
    std::lock_guard lock(mutex_);
    TakeOut(DeviceState::kDown, reason, now_ns);
  }
  Notify(true);
}

void DeviceHealth::OnPresence(hw::Presence presence) {
  const int64_t now_ns = clock_->NowNs();
  const bool is_out =
      state() == DeviceState::kIsolated || state() == DeviceState::kGone;
  if (presence == hw::Presence::kPresent) {
    if (is_out) RequestReset(HealthReason::kReturned);
    return;
  }
  const bool gone = presence == hw::Presence::kGone;
  const DeviceState next = gone ? DeviceState::kGone : DeviceState::kIsolated;
  if (state() == next) return;
  {
    std::lock_guard lock(mutex_);
    TakeOut(next, gone ? HealthReason::kGone : HealthReason::kIsolated, now_ns);
  }
  Notify(true);
}

void DeviceHealth::BeginReset() {
  std::lock_guard lock(mutex_);
  ++now_.device_resets;
  Enter(DeviceState::kResetting, now_.reason, clock_->NowNs());
}

void DeviceHealth::BeginProbation() {
  const int64_t now_ns = clock_->NowNs();
  {
    std::lock_guard lock(mutex_);
    if (state() != DeviceState::kResetting) return;
    // What was wrong with single operations went with the reset.
    for (size_t i = 0; i < breakers_.size(); ++i) {
      breakers_[i].gate.Open();
      breakers_[i].level = 0;
      ForgetFaults(static_cast<hw::Operation>(i));
    }
    probation_left_ = std::max(1u, options_.probation_successes);
    gate_.CloseUntil(now_ns);
    Enter(DeviceState::kProbation, HealthReason::kReset, now_ns);
  }
  Notify(true);
}

void DeviceHealth::TakeOut(DeviceState state, HealthReason reason,
                           int64_t now_ns) {
  unwell_.fetch_or(kDeviceBit, std::memory_order_relaxed);
  gate_.Close();
  int64_t backoff_ns = 0;
  // A device that is away is looked for, not waited for.
  if (state == DeviceState::kDown || state == DeviceState::kQuarantined) {
    backoff_ns = NextBackoffNs(now_ns);
  }
  if (state == DeviceState::kQuarantined) {
    backoff_ns = std::max(backoff_ns, options_.min_quarantine_ns);
  }
  now_.retry_at_ns = now_ns + backoff_ns;
  Enter(state, reason, now_ns);
}

void DeviceHealth::Enter(DeviceState state, HealthReason reason,
                         int64_t now_ns) {
  now_.state = state;
  now_.reason = reason;
  now_.since_ns = now_ns;
  const bool waits =
      state == DeviceState::kDown || state == DeviceState::kQuarantined;
  if (!waits) now_.retry_at_ns = 0;
  state_.store(state, std::memory_order_relaxed);
  AddEvent({.kind = HealthEvent::Kind::kState,
            .state = state,
            .reason = reason,
            .operation = hw::Operation::kCopy,
            .retry_at_ns = now_.retry_at_ns});
}

void DeviceHealth::AddEvent(const HealthEvent& event) {
  if (events_.size() < kMaxEvents) events_.push_back(event);
}

// The first reset is at once: most devices come back.
int64_t DeviceHealth::NextBackoffNs(int64_t now_ns) {
  if (state() == DeviceState::kUp &&
      now_ns - now_.since_ns >= options_.memory_ns) {
    level_ = 0;
  }
  const int64_t backoff_ns = BackoffNs(level_);
  level_ = std::min(level_ + 1, kMaxLevel);
  return backoff_ns;
}

int64_t DeviceHealth::BackoffNs(int level) const {
  if (level == 0) return 0;
  int64_t backoff_ns = options_.min_backoff_ns;
  while (--level > 0 && backoff_ns < options_.max_backoff_ns) backoff_ns *= 2;
  return std::min(backoff_ns, options_.max_backoff_ns);
}

HealthSnapshot DeviceHealth::Read() const {
  const int64_t now_ns = clock_->NowNs();
  std::lock_guard lock(mutex_);
  HealthSnapshot snapshot = now_;
  for (size_t i = 0; i < breakers_.size(); ++i) {
    const TrialGate& gate = breakers_[i].gate;
    snapshot.breakers[i] = gate.is_open()             ? BreakerState::kClosed
                           : gate.is_on_trial(now_ns) ? BreakerState::kOnTrial
                                                      : BreakerState::kOpen;
  }
  return snapshot;
}

std::vector<HealthEvent> DeviceHealth::TakeEvents() {
  std::vector<HealthEvent> events;
  events.reserve(kMaxEvents);
  std::lock_guard lock(mutex_);
  events.swap(events_);
  return events;
}

}  // namespace uacced
