#include "daemon/health/supervisor.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/core/job.h"
#include "hw/algorithm.h"
#include "hw/queue.h"

namespace uacced {
namespace {

bool IsInUse(DeviceState state) {
  return state == DeviceState::kUp || state == DeviceState::kProbation;
}

bool WaitsForItsTime(DeviceState state) {
  return state == DeviceState::kDown || state == DeviceState::kQuarantined;
}

bool IsGood(DeviceState state) {
  return IsInUse(state) || state == DeviceState::kResetting;
}

void LogEvent(const hw::DeviceInfo& info, const HealthEvent& event,
              int64_t now_ns) {
  const std::string retry_in_ms =
      event.retry_at_ns == 0
          ? "none"
          : absl::StrCat(std::max<int64_t>(0, event.retry_at_ns - now_ns) /
                         1'000'000);
  switch (event.kind) {
    case HealthEvent::Kind::kState:
      Log(IsGood(event.state) ? LogLevel::kInfo : LogLevel::kError, "health",
          "device",
          {{"name", info.name},
           {"state", Name(event.state)},
           {"reason", Name(event.reason)},
           {"retry_in_ms", retry_in_ms}});
      break;
    case HealthEvent::Kind::kBreakerOpened:
      Log(LogLevel::kWarning, "health",
          "operation out of use: it failed too often in a row",
          {{"name", info.name},
           {"operation", hw::Name(event.operation)},
           {"retry_in_ms", retry_in_ms}});
      break;
    case HealthEvent::Kind::kBreakerClosed:
      Log(LogLevel::kInfo, "health", "operation in use again",
          {{"name", info.name}, {"operation", hw::Name(event.operation)}});
      break;
  }
}

}  // namespace

Supervisor::Supervisor(const Options& options, const Clock* clock)
    : options_(options), clock_(clock) {}

Supervisor::~Supervisor() { Stop(); }

size_t Supervisor::AddDevice(hw::Device* device, DeviceHealth* health,
                             const LaneTimeouts& timeouts_ns) {
  health->SetObserver(this);
  devices_.push_back({.device = device,
                      .health = health,
                      .timeouts_ns = timeouts_ns,
                      .slots = {},
                      .look_at_ns = device->info().hardware
                                        ? clock_->NowNs()
                                        : kInfiniteFutureNs});
  return devices_.size() - 1;
}

absl::StatusOr<uint16_t> Supervisor::AddLane(size_t device_index, size_t kind,
                                             Reactor* reactor) {
  Supervised& device = devices_[device_index];
  UACCED_ASSIGN_OR_RETURN(std::unique_ptr<hw::Queue> queue,
                          device.device->OpenQueue(kind));
  const uint16_t lane_index =
      reactor->AddLane({.name = device.device->info().name,
                        .timeouts_ns = device.timeouts_ns,
                        .health = device.health,
                        .sink = this,
                        .key = static_cast<uint32_t>(places_.size())},
                       std::move(queue));
  places_.push_back({static_cast<uint32_t>(device_index),
                     static_cast<uint32_t>(device.slots.size())});
  device.slots.push_back({.reactor = reactor,
                          .lane_index = lane_index,
                          .kind = static_cast<uint16_t>(kind),
                          .attached = true,
                          .detaching = false});
  return lane_index;
}

void Supervisor::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "uacced-health");
    Run();
  });
}

void Supervisor::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::vector<LostQueue> lost;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    lost.swap(lost_);
  }
  DeferredList deferred;
  for (LostQueue& queue : lost) {
    EndLostQueue(std::move(queue), Cause::kShuttingDown, deferred);
  }
  deferred.RunAll();
}

void Supervisor::TakeLost(LostQueue lost) {
  {
    std::lock_guard lock(mutex_);
    if (!stopped_) {
      lost_.push_back(std::move(lost));
      changed_.notify_all();
      return;
    }
  }
  DeferredList deferred;
  EndLostQueue(std::move(lost), Cause::kShuttingDown, deferred);
  deferred.RunAll();
}

void Supervisor::HealthChanged() {
  {
    std::lock_guard lock(mutex_);
    has_news_ = true;
  }
  changed_.notify_all();
}

// Out of placement first, then off the devices, then the jobs: a task that
// places its job again finds how things stand.
void Supervisor::Run() {
  std::vector<LostQueue> lost;
  while (Wait(lost)) {
    for (const LostQueue& queue : lost) Note(queue);
    for (Supervised& device : devices_) {
      LookForPresence(device);
      if (!IsInUse(device.health->state())) DetachAll(device);
      LogEvents(device);
    }
    DeferredList deferred;
    for (LostQueue& queue : lost) {
      EndLostQueue(std::move(queue), Cause::kDeviceLost, deferred);
    }
    deferred.RunAll();
    lost.clear();
    for (Supervised& device : devices_) {
      Restore(device);
      LogEvents(device);
    }
  }
}

// Until there is something to do; false: stop, and Stop() sees to lost_.
bool Supervisor::Wait(std::vector<LostQueue>& lost) {
  const int64_t due_ns = NextDueNs();
  std::unique_lock lock(mutex_);
  const auto has_work = [this] {
    return stopping_ || has_news_ || !lost_.empty();
  };
  if (due_ns == kInfiniteFutureNs) {
    changed_.wait(lock, has_work);
  } else {
    const int64_t wait_ns = std::max<int64_t>(0, due_ns - clock_->NowNs());
    changed_.wait_for(lock, std::chrono::nanoseconds(wait_ns), has_work);
  }
  if (stopping_) return false;
  has_news_ = false;
  lost.swap(lost_);
  return true;
}

int64_t Supervisor::NextDueNs() const {
  int64_t due_ns = kInfiniteFutureNs;
  for (const Supervised& device : devices_) {
    due_ns = std::min(due_ns, device.look_at_ns);
    // While a queue is still to come in, its coming is what to wait for.
    const bool all_are_in =
        std::none_of(device.slots.begin(), device.slots.end(),
                     [](const Slot& slot) { return slot.attached; });
    const HealthSnapshot health = device.health->Read();
    if (all_are_in && WaitsForItsTime(health.state)) {
      due_ns = std::min(due_ns, health.retry_at_ns);
    }
  }
  return due_ns;
}

void Supervisor::Note(const LostQueue& lost) {
  const Place place = places_[lost.key];
  Supervised& device = devices_[place.device_index];
  Slot& slot = device.slots[place.slot_index];
  slot.attached = false;
  slot.detaching = false;
  device.health->OnQueueLost(lost.reason);
  if (lost.reason == LossReason::kRequested) return;
  Log(LogLevel::kError, "health", "queue lost",
      {{"device", device.device->info().name},
       {"reason", Name(lost.reason)},
       {"jobs", lost.job_count},
       {"tag", lost.tag}});
}

void Supervisor::LookForPresence(Supervised& device) {
  const int64_t now_ns = clock_->NowNs();
  if (now_ns < device.look_at_ns) return;
  device.look_at_ns = now_ns + options_.presence_interval_ns;
  device.health->OnPresence(device.device->presence());
  // A queue without work that the device stopped is noticed by its lane, if
  // that looks.
  for (const Slot& slot : device.slots) {
    if (slot.attached) slot.reactor->Nudge();
  }
}

void Supervisor::LogEvents(const Supervised& device) const {
  for (const HealthEvent& event : device.health->TakeEvents()) {
    LogEvent(device.device->info(), event, clock_->NowNs());
  }
}

void Supervisor::DetachAll(Supervised& device) {
  for (Slot& slot : device.slots) {
    if (!slot.attached || slot.detaching) continue;
    slot.detaching = true;
    slot.reactor->Detach(slot.lane_index);
  }
}

void Supervisor::Restore(Supervised& device) {
  const HealthSnapshot health = device.health->Read();
  if (IsInUse(health.state)) {
    ReopenLost(device);
  } else if (WaitsForItsTime(health.state) &&
             clock_->NowNs() >= health.retry_at_ns) {
    ResetDevice(device);
  }
  // What just failed too.
  if (!IsInUse(device.health->state())) DetachAll(device);
}

void Supervisor::ReopenLost(Supervised& device) {
  for (Slot& slot : device.slots) {
    if (slot.attached) continue;
    auto queue = device.device->OpenQueue(slot.kind);
    if (!queue.ok()) {
      device.health->RequestReset(HealthReason::kOpenFailed);
      return;
    }
    device.health->OnQueueReopened();
    slot.attached = slot.reactor->Attach(slot.lane_index, *std::move(queue));
  }
}

void Supervisor::ResetDevice(Supervised& device) {
  for (const Slot& slot : device.slots) {
    if (slot.attached) return;  // It comes in soon.
  }
  device.health->BeginReset();
  LogEvents(device);
  const absl::Status reset = device.device->Reset();
  if (!reset.ok() && reset.code() != absl::StatusCode::kUnimplemented) {
    device.health->RequestReset(HealthReason::kResetFailed);
    return;
  }
  if (!OpenAll(device).ok()) {
    device.health->RequestReset(HealthReason::kOpenFailed);
    return;
  }
  device.health->BeginProbation();
}

// All or none: half a device would have to be given up again first.
absl::Status Supervisor::OpenAll(Supervised& device) {
  std::vector<std::unique_ptr<hw::Queue>> queues;
  for (const Slot& slot : device.slots) {
    UACCED_ASSIGN_OR_RETURN(std::unique_ptr<hw::Queue> queue,
                            device.device->OpenQueue(slot.kind));
    queues.push_back(std::move(queue));
  }
  for (size_t i = 0; i < queues.size(); ++i) {
    Slot& slot = device.slots[i];
    device.health->OnQueueReopened();
    slot.attached = slot.reactor->Attach(slot.lane_index, std::move(queues[i]));
  }
  return absl::OkStatus();
}

}  // namespace uacced
