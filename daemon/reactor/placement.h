// Placement chooses the device, the reactor and so the lane for a job: of the
// reactors one near the processor that brings the job, the device as
// placement_choice.h says.
//
// Threads: SetPolicy(), AddReactor() and AddDevice() only before the first
//          Place(); the rest is thread-safe, without locks.
// The reactors and devices must outlive the placement.
#ifndef UACCED_DAEMON_REACTOR_PLACEMENT_H_
#define UACCED_DAEMON_REACTOR_PLACEMENT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/core/execution_mode.h"
#include "daemon/core/job.h"
#include "daemon/core/status_codes.h"
#include "daemon/reactor/placement_choice.h"
#include "daemon/reactor/reactor.h"
#include "hw/device.h"

namespace uacced {

class Placement {
 public:
  static constexpr size_t kMaxReactors = 64;
  static constexpr uint16_t kNoDevice = kNoTarget;

  using Target = PlacementTarget;
  using Wish = PlacementWish;
  using Policy = PlacementPolicy;

  // Sums over the lanes of a device.
  struct DeviceStats {
    uint64_t queue_depth = 0;
    uint64_t jobs_in_flight = 0;
    uint64_t jobs_waiting = 0;
    uint64_t jobs_done = 0;
    uint64_t jobs_failed = 0;
    uint64_t unknown_tags = 0;
    std::array<uint64_t, kStatusCodeCount> errors{};  // Other than OK, by code.
    bool isolated = false;  // None of them has a queue.
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

  void SetPolicy(const Policy& policy) { policy_ = policy; }
  // REQUIRES: at most kMaxReactors. `numa_node` -1: not known.
  void AddReactor(Reactor* reactor, int numa_node = -1);
  // REQUIRES: at most kMaxTargets.
  void AddDevice(Target target) { targets_.push_back(std::move(target)); }

  // Hands `job` to its reactor, which answers it; job->fallback says why it is
  // not on an accelerator, if it should be. After an error the caller still has
  // the job:
  //   UNIMPLEMENTED  no device that `wish` allows takes such a request
  //   UNAVAILABLE    the inbox is full (IsInboxFull()), or every such device is
  //                  out of use
  absl::Status Place(std::unique_ptr<Job>& job, Batch& batch,
                     const Wish& wish) const;
  absl::Status Place(std::unique_ptr<Job>& job, Batch& batch) const {
    return Place(job, batch, Wish());
  }

  // Nothing was done, for want of room just now.
  static bool IsInboxFull(const absl::Status& status);

  // A stream, and the index of the device that made it, for Wish::only. Its
  // state lives and dies with the device, so accelerators make streams only
  // when they alone may or can (docs/decisions/0013). Errors as Place() and
  // hw::Device::OpenStream().
  struct OpenedStream {
    std::unique_ptr<hw::Stream> stream;
    uint16_t device_index;
  };
  absl::StatusOr<OpenedStream> OpenStream(const hw::StreamSpec& spec,
                                          ExecutionMode mode,
                                          int64_t now_ns) const;

  const std::vector<Target>& targets() const { return targets_; }
  size_t reactor_count() const { return reactors_.size(); }
  const Lane& lane(size_t reactor_index, uint16_t lane_index) const {
    return reactors_[reactor_index]->lane(lane_index);
  }
  DeviceStats ReadStats(const Target& target) const;

 private:
  struct NodeReactors {
    int node;
    std::vector<uint16_t> reactor_indices;
  };

  uint16_t ChooseReactor() const;
  PlacementReactor At(uint16_t reactor_index) const;
  std::vector<size_t> StreamOrder(ExecutionMode mode) const;

  Policy policy_;
  std::vector<Target> targets_;
  std::vector<Reactor*> reactors_;
  std::vector<int> reactor_nodes_;
  std::vector<NodeReactors> nodes_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_PLACEMENT_H_
