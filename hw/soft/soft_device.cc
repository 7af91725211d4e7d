#include "hw/soft/soft_device.h"

#include <utility>

#include "hw/soft/engine.h"
#include "hw/soft/stream_factory.h"

namespace uacced::hw {

SoftDevice::SoftDevice(SoftDeviceOptions options)
    : queue_options_{options.workers, options.queue_depth,
                     options.inline_budget_ns} {
  info_.name = std::move(options.name);
  info_.kind = "soft";
  info_.capabilities = EngineCapabilities(algorithms_);
}

absl::StatusOr<std::unique_ptr<SoftDevice>> SoftDevice::Create(
    SoftDeviceOptions options) {
  std::unique_ptr<SoftDevice> device(new SoftDevice(std::move(options)));
  const absl::Status status = SoftQueue::Validate(device->queue_options_);
  if (!status.ok()) return status;
  if (!device->info_.capabilities.Has(Operation::kDigest, Algorithm::kSha256)) {
    return absl::InternalError(
        "OpenSSL has no SHA-256: are its providers installed?");
  }
  return device;
}

absl::StatusOr<std::unique_ptr<Queue>> SoftDevice::OpenQueue(size_t /*kind*/) {
  return SoftQueue::Create(algorithms_, queue_options_);
}

absl::StatusOr<std::unique_ptr<Stream>> SoftDevice::OpenStream(
    const StreamSpec& spec) {
  return NewSoftStream(algorithms_, spec);
}

}  // namespace uacced::hw
