// HisiDevice is one accelerator of Kunpeng, ZIP or SEC, behind a Port.
//
// Threads: as hw::Device says.
#ifndef UACCED_HW_HISI_HISI_DEVICE_H_
#define UACCED_HW_HISI_HISI_DEVICE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hw/device.h"
#include "hw/hisi/engine_codecs.h"
#include "hw/hisi/port.h"
#include "hw/hisi/qm_version.h"

namespace uacced::hw::hisi {

class HisiDevice final : public Device {
 public:
  // `name`: info().name. INVALID_ARGUMENT: the api of `port` is none of ours.
  // UNIMPLEMENTED: this driver has no codec for its engine, or none of what it
  // can do is of use to us.
  static absl::StatusOr<std::unique_ptr<HisiDevice>> Create(
      std::string name, std::unique_ptr<Port> port);

  const DeviceInfo& info() const override { return info_; }

  // INVALID_ARGUMENT, too: what the system says of the queue makes no sense.
  absl::StatusOr<std::unique_ptr<Queue>> OpenQueue(size_t kind) override;
  absl::Status Reset() override { return port_->Reset(); }
  Presence presence() const override { return port_->presence(); }
  absl::StatusOr<std::unique_ptr<Stream>> OpenStream(
      const StreamSpec& spec) override;

 private:
  HisiDevice(std::string name, std::unique_ptr<Port> port, QmVersion version,
             std::vector<EngineQueueKind> kinds);

  // Constant after construction.
  const std::unique_ptr<Port> port_;
  const QmVersion version_;
  const std::vector<EngineQueueKind> kinds_;
  DeviceInfo info_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_HISI_DEVICE_H_
