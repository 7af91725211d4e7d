#include "daemon/health/supervisor.h"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "base/log.h"
#include "daemon/core/job.h"
#include "daemon/health/absent_queue.h"
#include "daemon/health/health_log.h"
#include "hw/queue.h"

namespace uacced {
namespace {

// Without a descriptor to be woken by.
constexpr int64_t kBlindSleepNs = 10'000'000;

bool IsInUse(DeviceState state) {
  return state == DeviceState::kUp || state == DeviceState::kProbation;
}

bool WaitsForItsTime(DeviceState state) {
  return state == DeviceState::kDown || state == DeviceState::kQuarantined;
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
                      .look_at_ns = device->info().hardware ? clock_->NowNs()
                                                            : kInfiniteFutureNs,
                      .refill_at_ns = 0,
                      .refill_ns = options_.min_refill_ns});
  return devices_.size() - 1;
}

absl::StatusOr<uint16_t> Supervisor::AddLane(size_t device_index, size_t kind,
                                             Reactor* reactor) {
  Supervised& device = devices_[device_index];
  absl::StatusOr<std::unique_ptr<hw::Queue>> queue =
      device.device->OpenQueue(kind);
  Slot slot = {.reactor = reactor,
               .lane_index = 0,
               .kind = static_cast<uint16_t>(kind),
               .attached = true,
               .detaching = false,
               .wanting = false};
  if (!queue.ok()) {
    if (MayWant(device, slot, queue.status())) {
      Want(device, slot, queue.status());
    } else if (!IsAway(device)) {
      return queue.status();
    }
    slot.detaching = true;
    queue = std::make_unique<AbsentQueue>();
  }
  slot.lane_index =
      reactor->AddLane({.name = device.device->info().name,
                        .timeouts_ns = device.timeouts_ns,
                        .health = device.health,
                        .sink = this,
                        .key = static_cast<uint32_t>(places_.size())},
                       *std::move(queue));
  // Its first deed will be to come to TakeLost().
  if (slot.detaching) reactor->Detach(slot.lane_index);
  places_.push_back({static_cast<uint32_t>(device_index),
                     static_cast<uint32_t>(device.slots.size())});
  device.slots.push_back(slot);
  return slot.lane_index;
}

// Whether the system has taken the device out of use: then that is its state,
// and the end of it will be noticed.
bool Supervisor::IsAway(Supervised& device) {
  const hw::Presence presence = device.device->presence();
  device.health->OnPresence(presence);
  return presence != hw::Presence::kPresent;
}

void Supervisor::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "uacced-health");
    Run();
  });
}

void Supervisor::RequestStop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wakeup_.Notify();
}

void Supervisor::Stop() {
  RequestStop();
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
      wakeup_.Notify();
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
  wakeup_.Notify();
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
  wakeup_.PrepareSleep();
  if (!HasWork()) Sleep(NextDueNs());
  wakeup_.EndSleep();
  std::lock_guard lock(mutex_);
  if (stopping_) return false;
  has_news_ = false;
  lost.swap(lost_);
  return true;
}

bool Supervisor::HasWork() {
  std::lock_guard lock(mutex_);
  return stopping_ || has_news_ || !lost_.empty();
}

void Supervisor::Sleep(int64_t due_ns) {
  if (wakeup_.fd() < 0) {
    due_ns = std::min(due_ns, clock_->NowNs() + kBlindSleepNs);
  }
  timespec timeout = {};
  if (due_ns != kInfiniteFutureNs) {
    const int64_t wait_ns = std::max<int64_t>(0, due_ns - clock_->NowNs());
    timeout = {.tv_sec = wait_ns / 1'000'000'000,
               .tv_nsec = wait_ns % 1'000'000'000};
  }
  std::array<pollfd, 2> fds = {pollfd{wakeup_.fd(), POLLIN, 0},
                               pollfd{hotplug_.fd, POLLIN, 0}};
  if (ppoll(fds.data(), fds.size(),
            due_ns == kInfiniteFutureNs ? nullptr : &timeout, nullptr) <= 0) {
    return;
  }
  if (fds[1].revents != 0 && hotplug_.drain()) LookAtAll();
  // It would be so for ever.
  if ((fds[1].revents & (POLLNVAL | POLLHUP)) != 0) hotplug_.fd = -1;
}

// A device may have come back already, and its queues be dead all the same:
// lanes that sleep on one find out by a look.
void Supervisor::LookAtAll() {
  for (Supervised& device : devices_) {
    if (device.look_at_ns == kInfiniteFutureNs) continue;
    device.look_at_ns = clock_->NowNs();
    for (const Slot& slot : device.slots) slot.reactor->Nudge();
  }
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
    const bool wants = std::any_of(
        device.slots.begin(), device.slots.end(),
        [](const Slot& slot) { return slot.wanting && !slot.attached; });
    if (wants && IsInUse(health.state)) {
      due_ns = std::min(due_ns, device.refill_at_ns);
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
    if (slot.wanting && clock_->NowNs() < device.refill_at_ns) continue;
    auto queue = device.device->OpenQueue(slot.kind);
    if (queue.ok()) {
      if (!slot.wanting) device.health->OnQueueReopened();
      Attach(device, slot, *std::move(queue));
    } else if (MayWant(device, slot, queue.status())) {
      Want(device, slot, queue.status());
    } else {
      LogOpenFailure(device.device->info(), queue.status());
      device.health->RequestReset(HealthReason::kOpenFailed);
      return;
    }
  }
}

void Supervisor::Attach(Supervised& device, Slot& slot,
                        std::unique_ptr<hw::Queue> queue) {
  if (slot.wanting) {
    slot.wanting = false;
    device.refill_ns = options_.min_refill_ns;
    Log(LogLevel::kInfo, "health", "got a queue that others had",
        {{"device", device.device->info().name}, {"kind", slot.kind}});
  }
  slot.attached = slot.reactor->Attach(slot.lane_index, std::move(queue));
}

// Whether `slot`, which has no queue because of `status`, may wait for one
// while its device is in use.
bool Supervisor::MayWant(const Supervised& device, const Slot& slot,
                         const absl::Status& status) const {
  return status.code() == absl::StatusCode::kResourceExhausted &&
         std::any_of(device.slots.begin(), device.slots.end(),
                     [&slot](const Slot& other) {
                       return &other != &slot && other.attached &&
                              !other.detaching && other.kind == slot.kind &&
                              other.reactor == slot.reactor;
                     });
}

void Supervisor::Want(Supervised& device, Slot& slot,
                      const absl::Status& status) {
  if (!slot.wanting) {
    Log(LogLevel::kWarning, "health", "fewer queues than configured for now",
        {{"device", device.device->info().name},
         {"kind", slot.kind},
         {"error", status.message()}});
  }
  slot.wanting = true;
  device.refill_at_ns = clock_->NowNs() + device.refill_ns;
  device.refill_ns = std::min(2 * device.refill_ns, options_.max_refill_ns);
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
  const absl::Status opened = OpenAll(device);
  if (!opened.ok()) {
    LogOpenFailure(device.device->info(), opened);
    device.health->RequestReset(HealthReason::kOpenFailed);
    return;
  }
  device.health->BeginProbation();
}

// All, or none: half a device would have to be given up again first. Slots that
// may want a queue go without, if need be.
absl::Status Supervisor::OpenAll(Supervised& device) {
  const auto give_back = [&device] {
    for (Slot& slot : device.slots) slot.attached = false;
  };
  std::vector<std::unique_ptr<hw::Queue>> queues;
  for (Slot& slot : device.slots) {
    auto queue = device.device->OpenQueue(slot.kind);
    if (queue.ok()) {
      queues.push_back(*std::move(queue));
      slot.attached = true;
    } else if (MayWant(device, slot, queue.status())) {
      queues.push_back(nullptr);
      Want(device, slot, queue.status());
    } else {
      give_back();
      return queue.status();
    }
  }
  for (size_t i = 0; i < queues.size(); ++i) {
    if (queues[i] == nullptr) continue;
    device.health->OnQueueReopened();
    Attach(device, device.slots[i], std::move(queues[i]));
  }
  return absl::OkStatus();
}

}  // namespace uacced
