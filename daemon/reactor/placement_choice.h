// Which device and which of its lanes a job is for: by what devices can do,
// whether they are in use, how much they have to do, how near they are, and by
// the mode that the request asks for.
//
//   an accelerator   the least loaded of those that take the request
//   the CPU          the first in the order of the configuration. What should
//                    have run on an accelerator goes to the device that is
//                    there for that, which bounds how much of the CPU it takes;
//                    what no accelerator is meant to do goes to the others
//
// Threads: pure functions of what lanes and health show at the moment.
#ifndef UACCED_DAEMON_REACTOR_PLACEMENT_CHOICE_H_
#define UACCED_DAEMON_REACTOR_PLACEMENT_CHOICE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "daemon/core/execution_mode.h"
#include "daemon/health/device_health.h"
#include "daemon/reactor/reactor.h"
#include "hw/device.h"
#include "hw/request.h"

namespace uacced {

inline constexpr uint16_t kNoTarget = 0xffff;
inline constexpr size_t kMaxTargets = 64;

struct PlacementTarget {
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

struct PlacementPolicy {
  // By hw::Operation: requests with a smaller source go to the CPU, but for
  // those that are to run on hardware only.
  std::array<uint64_t, hw::kOperationCount> offload_min_bytes{};
};

// What whoever brings a job knows of it.
struct PlacementWish {
  ExecutionMode mode = ExecutionMode::kPreferHardware;
  // This device, by its index, or none.
  uint16_t only = kNoTarget;
  // A bit for each device that failed it. Accelerators among them are not asked
  // again, the CPU only when there is no other.
  uint64_t excluded = 0;
  // Why it is placed again.
  Fallback reason = Fallback::kNone;
  // Whatever the mode: accelerators are out of the question now.
  bool cpu = false;
  // It proves what another device did. On an accelerator only when the daemon
  // has nothing else.
  bool check = false;
  int64_t now_ns = 0;  // Of the clock that DeviceHealth knows.
};

struct PlacementChoice {
  uint16_t device_index = kNoTarget;  // kNoTarget: none.
  uint16_t lane_index = 0;            // In its reactor.
  Fallback fallback = Fallback::kNone;
  // Some device that the wish allows takes such a request, if not now.
  bool capable = false;
};

// Where the job is to go: the reactor, by its index in
// PlacementTarget::lanes.
struct PlacementReactor {
  const Reactor& reactor;
  size_t index;
  int numa_node;  // -1: not known
};

PlacementChoice Choose(const std::vector<PlacementTarget>& targets,
                       const PlacementPolicy& policy,
                       const PlacementReactor& where,
                       const hw::Request& request, const PlacementWish& wish);

// Why there is no choice, for the client.
absl::Status Refusal(const std::vector<PlacementTarget>& targets,
                     const PlacementReactor& where, const hw::Request& request,
                     const PlacementWish& wish, const PlacementChoice& choice);

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_PLACEMENT_CHOICE_H_
