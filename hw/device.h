// A Device is one accelerator: what it can do, and queues to do it with.
//
// Threads: info() is constant, OpenStream() is thread-safe; OpenQueue() belongs
//          to whoever sets the reactor up.
#ifndef UACCED_HW_DEVICE_H_
#define UACCED_HW_DEVICE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "hw/algorithm.h"
#include "hw/queue.h"
#include "hw/stream.h"

namespace uacced::hw {

struct DeviceInfo {
  std::string name;        // From the configuration, unique: "cpu".
  std::string kind;        // Of implementation: "soft".
  bool hardware = false;   // An accelerator, or a model of one.
  bool simulated = false;  // A model in software of a hardware device.
  CapabilitySet capabilities;
};

class Device {
 public:
  Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  virtual ~Device() = default;

  virtual const DeviceInfo& info() const = 0;

  // UNAVAILABLE: every queue of the device is taken, or it is gone. The Queue
  // must not outlive the Device.
  virtual absl::StatusOr<std::unique_ptr<Queue>> OpenQueue() = 0;

  // UNIMPLEMENTED: the device cannot do this in pieces. RESOURCE_EXHAUSTED: out
  // of memory. The Stream must not outlive the Device.
  virtual absl::StatusOr<std::unique_ptr<Stream>> OpenStream(
      const StreamSpec& /*spec*/) {
    return absl::Status(absl::StatusCode::kUnimplemented, "");
  }
};

}  // namespace uacced::hw

#endif  // UACCED_HW_DEVICE_H_
