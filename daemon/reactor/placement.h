// Placement chooses the device, the reactor and so the lane for a job: the
// first device that has the operation, in the order of the configuration, and
// of the reactors one near the processor that brings the job.
//
// Threads: AddReactor() and AddDevice() only before the first Place(); the rest
//          is thread-safe, without locks.
// The reactors and devices must outlive the placement.
#ifndef UACCED_DAEMON_REACTOR_PLACEMENT_H_
#define UACCED_DAEMON_REACTOR_PLACEMENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/core/job.h"
#include "daemon/health/device_health.h"
#include "daemon/reactor/reactor.h"
#include "hw/device.h"

namespace uacced {

class Placement {
 public:
  static constexpr size_t kMaxReactors = 64;
  static constexpr uint16_t kNoDevice = 0xffff;

  struct Target {
    hw::Device* device;
    DeviceHealth* health;
    // Lanes of the device, by the index of the reactor and then by the kind of
    // their queue: at least one of each kind.
    std::vector<std::vector<std::vector<uint16_t>>> lanes;
    // For what should have run on an accelerator, nothing else: it bounds how
    // much of the CPU that may take.
    bool fallback_only = false;

    const hw::DeviceInfo& info() const { return device->info(); }
  };

  // Sums over the lanes of a device.
  struct DeviceStats {
    uint64_t queue_depth = 0;
    uint64_t jobs_in_flight = 0;
    uint64_t jobs_waiting = 0;
    uint64_t jobs_done = 0;
    uint64_t jobs_failed = 0;
    uint64_t unknown_tags = 0;
    bool isolated = false;  // All of them.
  };

  // Which device, by its index in targets().
  struct Wish {
    uint16_t only = kNoDevice;   // This or none.
    uint16_t avoid = kNoDevice;  // This only when there is no other.
  };

  // Jobs that come together: reactors begin when Kick() is called, at the
  // latest by the destructor.
  class Batch {
   public:
    explicit Batch(const Placement& placement) : placement_(placement) {}
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    ~Batch() { Kick(); }
    void Kick();

   private:
    friend class Placement;
    const Placement& placement_;
    uint64_t touched_ = 0;  // A bit for each reactor.
  };

  // REQUIRES: at most kMaxReactors. `numa_node` -1: not known.
  void AddReactor(Reactor* reactor, int numa_node = -1);
  void AddDevice(Target target) { targets_.push_back(std::move(target)); }

  // Hands `job` to its reactor, which answers it. After an error the caller
  // still has the job:
  //   UNIMPLEMENTED  no device has the operation with this algorithm
  //   UNAVAILABLE    the inbox is full, or every such device is isolated
  absl::Status Place(std::unique_ptr<Job>& job, Batch& batch, Wish wish) const;
  absl::Status Place(std::unique_ptr<Job>& job, Batch& batch) const {
    return Place(job, batch, Wish());
  }

  // A stream, and the index of the device that made it, for Wish::only. Errors
  // as Place() and hw::Device::OpenStream().
  struct OpenedStream {
    std::unique_ptr<hw::Stream> stream;
    uint16_t device_index;
  };
  absl::StatusOr<OpenedStream> OpenStream(const hw::StreamSpec& spec) const;

  const std::vector<Target>& targets() const { return targets_; }
  size_t reactor_count() const { return reactors_.size(); }
  DeviceStats ReadStats(const Target& target) const;

 private:
  struct NodeReactors {
    int node;
    std::vector<uint16_t> reactor_indices;
  };

  uint16_t ChooseReactor() const;
  bool IsIsolated(const Target& target, uint16_t reactor_index) const;
  const Target* Choose(const hw::Request& request, uint16_t reactor_index,
                       const Wish& wish, bool* capable) const;

  std::vector<Target> targets_;
  std::vector<Reactor*> reactors_;
  std::vector<NodeReactors> nodes_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_PLACEMENT_H_
