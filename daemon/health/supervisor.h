// The Supervisor brings devices back. One thread, "uacced-health", does what
// may block and what is rare: it stops lost queues and ends their jobs, opens
// new queues, resets devices, and looks whether they are there at all. When and
// whether is DeviceHealth's decision.
//
//   a queue is lost           stop it, end its jobs (tasks place them again),
//                             open another: a reset of that queue alone
//   its device is out of use  take all its queues from their lanes, stop them;
//                             when it is time, reset the device, open all again
//   others have the queues    do with fewer, as long as each reactor has one of
//                             each kind, and ask again now and then
//
// Units:   times in nanoseconds of the given clock.
// Threads: TakeLost() and HealthChanged() are thread-safe; the rest from the
//          thread that owns the supervisor. AddDevice() and AddLane() only
//          before Start().
// Lifetime: devices, their health and the replies of jobs outlive Stop(). Lanes
//           refer to the supervisor, so it outlives the reactors.
#ifndef UACCED_DAEMON_HEALTH_SUPERVISOR_H_
#define UACCED_DAEMON_HEALTH_SUPERVISOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/wakeup.h"
#include "daemon/health/device_health.h"
#include "daemon/reactor/lane.h"
#include "daemon/reactor/lost_queue.h"
#include "daemon/reactor/reactor.h"
#include "hw/device.h"

namespace uacced {

class Supervisor final : public LostQueueSink, public HealthObserver {
 public:
  struct Options {
    // How often devices are looked for that can go: hardware.
    int64_t presence_interval_ns = 100'000'000;
    // When queues that could not be had are asked for again: the first time,
    // and at most, after it doubled each time.
    int64_t min_refill_ns = 1'000'000'000;
    int64_t max_refill_ns = 60'000'000'000;
  };

  // Tells at once that devices may have come or gone.
  struct Hotplug {
    int fd = -1;  // Readable when there is something to drain. -1: none.
    std::function<bool()> drain;  // True: look at the devices.
  };

  // `clock` must outlive the supervisor.
  explicit Supervisor(const Clock* clock) : Supervisor(Options(), clock) {}
  Supervisor(const Options& options, const Clock* clock);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  // Stops.
  ~Supervisor();

  // Returns the device's index, for AddLane(). From Start() on the supervisor
  // alone opens its queues and resets it.
  size_t AddDevice(hw::Device* device, DeviceHealth* health,
                   const LaneTimeouts& timeouts_ns);

  // Opens a queue of that kind and adds a lane for it to `reactor`, which has
  // not started. Returns the lane's index there. Errors as
  // hw::Device::OpenQueue(); but when the reactor has a queue of that kind
  // already, and others have all the rest, or when the device is isolated or
  // gone, the lane gets its queue later.
  absl::StatusOr<uint16_t> AddLane(size_t device_index, size_t kind,
                                   Reactor* reactor);

  // Before Start(). What it refers to outlives Stop().
  void SetHotplug(Hotplug hotplug) { hotplug_ = std::move(hotplug); }

  // Before the reactors.
  void Start();

  // After the reactors have ended: ends what they lost and it still holds, with
  // Cause::kShuttingDown. Waits for what it is at; a device that is being reset
  // is left closed.
  void Stop();
  // The same without the wait: nothing more is begun. Any thread.
  void RequestStop();

  void TakeLost(LostQueue lost) override;
  void HealthChanged() override;

 private:
  struct Slot {
    Reactor* reactor;
    uint16_t lane_index;
    uint16_t kind;
    // From its Attach() until its queue comes to TakeLost().
    bool attached;
    bool detaching;  // Detach() was called.
    bool wanting;    // Others have the queue that it should have.
  };
  struct Supervised {
    hw::Device* device;
    DeviceHealth* health;
    LaneTimeouts timeouts_ns;
    std::vector<Slot> slots;
    int64_t look_at_ns;    // When its presence is due.
    int64_t refill_at_ns;  // When slots that want a queue may ask.
    int64_t refill_ns;     // The next back-off of that.
  };
  // A slot, as LaneOptions::key.
  struct Place {
    uint32_t device_index;
    uint32_t slot_index;
  };

  void Run();
  bool Wait(std::vector<LostQueue>& lost);
  bool HasWork();
  void Sleep(int64_t due_ns);
  int64_t NextDueNs() const;
  void LookAtAll();
  void Note(const LostQueue& lost);
  void LookForPresence(Supervised& device);
  static bool IsAway(Supervised& device);
  void LogEvents(const Supervised& device) const;
  void DetachAll(Supervised& device);
  void Restore(Supervised& device);
  void ReopenLost(Supervised& device);
  void ResetDevice(Supervised& device);
  absl::Status OpenAll(Supervised& device);
  bool MayWant(const Supervised& device, const Slot& slot,
               const absl::Status& status) const;
  void Want(Supervised& device, Slot& slot, const absl::Status& status);
  void Attach(Supervised& device, Slot& slot, std::unique_ptr<hw::Queue> queue);

  const Options options_;
  const Clock* const clock_;
  std::vector<Place> places_;  // By key. Constant after Start().

  // The supervisor's thread only.
  std::vector<Supervised> devices_;
  Hotplug hotplug_;

  Wakeup wakeup_;
  std::mutex mutex_;
  // By mutex_.
  std::vector<LostQueue> lost_;
  bool has_news_ = false;
  bool stopping_ = false;
  bool stopped_ = false;  // Nobody takes from lost_ any more.

  std::thread thread_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_HEALTH_SUPERVISOR_H_
