// A Device is one accelerator: what it can do, and queues to do it with.
//
// Threads: info() is constant; OpenStream() and presence() are thread-safe;
//          OpenQueue() and Reset() may block and are called by one thread at a
//          time, never a polling thread.
#ifndef UACCED_HW_DEVICE_H_
#define UACCED_HW_DEVICE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hw/capability.h"
#include "hw/queue.h"
#include "hw/stream.h"

namespace uacced::hw {

struct DeviceInfo {
  std::string name;        // From the configuration, unique: "cpu".
  std::string kind;        // Of implementation: "soft".
  bool hardware = false;   // An accelerator, or a model of one.
  bool simulated = false;  // A model in software of a hardware device.
  int numa_node = -1;      // -1: near no node, or not known.
  CapabilitySet capabilities;
  // What each kind of its queues takes, when there are several (Kunpeng's ZIP
  // has queues that compress and queues that decompress); else empty, and every
  // queue takes all `capabilities`.
  std::vector<CapabilitySet> queue_kinds;

  size_t queue_kind_count() const {
    return queue_kinds.empty() ? 1 : queue_kinds.size();
  }
  const CapabilitySet& queue_kind(size_t kind) const {
    return queue_kinds.empty() ? capabilities : queue_kinds[kind];
  }
};

enum class Presence : uint8_t {
  kPresent,
  kIsolated,  // The system took it out of use after errors.
  kGone,      // Unplugged, or its driver unloaded.
};

class Device {
 public:
  Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  virtual ~Device() = default;

  virtual const DeviceInfo& info() const = 0;

  // A queue of info().queue_kind(kind). RESOURCE_EXHAUSTED: others have every
  // queue of the device, or all memory; UNAVAILABLE: it is gone or in trouble:
  // both may be tried again. The Queue must not outlive the Device.
  virtual absl::StatusOr<std::unique_ptr<Queue>> OpenQueue(size_t kind) = 0;

  // Brings the device back to where it was at its start. REQUIRES: its queues
  // have been destroyed. UNAVAILABLE: it did not come back, or is gone;
  // UNIMPLEMENTED: it cannot be reset, opening new queues is all there is.
  virtual absl::Status Reset() {
    return absl::Status(absl::StatusCode::kUnimplemented, "");
  }

  virtual Presence presence() const { return Presence::kPresent; }

  // UNIMPLEMENTED: the device cannot do this in pieces. RESOURCE_EXHAUSTED: out
  // of memory. The Stream must not outlive the Device.
  virtual absl::StatusOr<std::unique_ptr<Stream>> OpenStream(
      const StreamSpec& /*spec*/) {
    return absl::Status(absl::StatusCode::kUnimplemented, "");
  }
};

}  // namespace uacced::hw

#endif  // UACCED_HW_DEVICE_H_
