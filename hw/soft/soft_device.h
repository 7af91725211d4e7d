// SoftDevice is the host CPU as an accelerator: always there, and what others
// fall back to.
//
// Threads: as hw::Device says.
#ifndef UACCED_HW_SOFT_SOFT_DEVICE_H_
#define UACCED_HW_SOFT_SOFT_DEVICE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "hw/device.h"
#include "hw/soft/evp_algorithms.h"
#include "hw/soft/soft_queue.h"

namespace uacced::hw {

struct SoftDeviceOptions {
  std::string name = "cpu";
  // Of each queue: see SoftQueueOptions.
  uint32_t workers = 1;
  uint32_t queue_depth = 256;
  int64_t inline_budget_ns = 0;
};

class SoftDevice : public Device {
 public:
  // Fetches the algorithms of OpenSSL's providers; info().capabilities has what
  // was found.
  // INVALID_ARGUMENT: an option is out of range. INTERNAL: OpenSSL offers
  // nothing at all, so its installation is broken.
  static absl::StatusOr<std::unique_ptr<SoftDevice>> Create(
      SoftDeviceOptions options);

  const DeviceInfo& info() const override { return info_; }

  // Starts the queue's workers. RESOURCE_EXHAUSTED, UNAVAILABLE: the process is
  // out of descriptors or threads.
  absl::StatusOr<std::unique_ptr<Queue>> OpenQueue(size_t kind) override;

  // Compression, decompression, and digests whose hash a provider has.
  absl::StatusOr<std::unique_ptr<Stream>> OpenStream(
      const StreamSpec& spec) override;

 private:
  explicit SoftDevice(SoftDeviceOptions options);

  // Constant after construction.
  const SoftQueueOptions queue_options_;
  const EvpAlgorithms algorithms_;
  DeviceInfo info_;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_SOFT_DEVICE_H_
