// Placement chooses the reactor and the lane for a job: today the first device
// that has the operation, in the order of the configuration.
//
// Threads: Add() only before the first Place(); Place() is thread-safe.
// The reactors must outlive the placement.
#ifndef UACCED_DAEMON_REACTOR_PLACEMENT_H_
#define UACCED_DAEMON_REACTOR_PLACEMENT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "daemon/core/job.h"
#include "daemon/reactor/reactor.h"
#include "hw/device.h"

namespace uacced {

class Placement {
 public:
  struct Target {
    Reactor* reactor;
    uint16_t lane_index;
    hw::DeviceInfo device;
  };

  void Add(Target target) { targets_.push_back(std::move(target)); }

  // Hands `job` to its reactor, which answers it. After an error the caller
  // still has the job:
  //   UNIMPLEMENTED  no device has the operation with this algorithm
  //   UNAVAILABLE    the inbox is full, or every such device is isolated
  absl::Status Place(std::unique_ptr<Job>& job);

  const std::vector<Target>& targets() const { return targets_; }

 private:
  std::vector<Target> targets_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_PLACEMENT_H_
