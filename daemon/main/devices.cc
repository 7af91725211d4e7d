#include "daemon/main/devices.h"

#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/main/model_faults.h"
#include "hw/hisi/file_port.h"
#include "hw/hisi/hisi_device.h"
#include "hw/hisi/model/device_model.h"
#include "hw/hisi/model/sec_engine.h"
#include "hw/hisi/model/zip_engine.h"
#include "hw/soft/soft_device.h"

namespace uacced {
namespace {

using hw::hisi::DeviceModel;
using hw::hisi::Port;

// Of the device for fallbacks: as an ordinary one.
constexpr uint32_t kFallbackQueueDepth = 32;

// What a reset or a lost queue may need while the old ones are not closed.
constexpr uint32_t kSpareQueues = 2;

LaneTimeouts Timeouts(const PolicyConfig& policy) {
  LaneTimeouts timeouts_ns;
  for (size_t i = 0; i < timeouts_ns.size(); ++i) {
    timeouts_ns[i] = absl::ToInt64Nanoseconds(policy.timeouts[i]);
  }
  return timeouts_ns;
}

absl::StatusOr<DeviceSpec> OpenSoft(const SoftDeviceConfig& config,
                                    uint32_t reactor_count) {
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<hw::SoftDevice> soft,
      hw::SoftDevice::Create(
          {.name = config.name,
           // Of each queue, rounded up.
           .workers = (config.workers + reactor_count - 1) / reactor_count,
           .queue_depth = config.queue_depth,
           .inline_budget_ns =
               absl::ToInt64Nanoseconds(config.inline_budget)}));
  Log(LogLevel::kInfo, "main", "device",
      {{"name", config.name},
       {"kind", soft->info().kind},
       {"workers", config.workers},
       {"queues", reactor_count},
       {"queue_depth", config.queue_depth}});
  return DeviceSpec{.device = std::move(soft)};
}

std::shared_ptr<const hw::hisi::Engine> NewEngine(Port::Engine kind) {
  if (kind == Port::Engine::kZip) {
    return std::make_shared<hw::hisi::ZipEngine>();
  }
  return std::make_shared<hw::hisi::SecEngine>();
}

absl::StatusOr<DeviceSpec> OpenModel(const HisiModelConfig& config,
                                     uint32_t reactor_count,
                                     const LaneTimeouts& timeouts_ns) {
  const Port::Engine engine = config.engine == HisiModelConfig::Engine::kZip
                                  ? Port::Engine::kZip
                                  : Port::Engine::kSec;
  const uint32_t kinds = engine == Port::Engine::kZip ? 2 : 1;
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<DeviceModel> model,
      DeviceModel::Create(
          {.name = config.name,
           .engine_kind = engine,
           .engine = NewEngine(engine),
           .version = config.version,
           .queue_count = kinds * config.queues * reactor_count + kSpareQueues,
           .sq_depth = config.queue_depth,
           .workers = config.parallelism,
           .service = {
               .fixed_ns = config.service_time_ns,
               .ps_per_byte = config.ps_per_byte,
               .operations_per_second = config.operations_per_second}}));
  auto faults = std::make_unique<ModelFaults>(model.get(), config.seed);
  for (const FaultSpec& fault : config.faults) {
    UACCED_RETURN_IF_ERROR(faults->AddFault(fault));
  }
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<hw::Device> device,
      hw::hisi::HisiDevice::Create(config.name, std::move(model)));
  Log(LogLevel::kInfo, "main", "device, a model in software",
      {{"name", config.name},
       {"kind", device->info().kind},
       {"version", config.version},
       {"queues", config.queues * reactor_count},
       {"queue_depth", config.queue_depth}});
  return DeviceSpec{.device = std::move(device),
                    .faults = std::move(faults),
                    .queues_per_kind = config.queues,
                    .timeouts_ns = timeouts_ns};
}

absl::StatusOr<DeviceSpec> OpenUacce(const UacceConfig& config,
                                     uint32_t reactor_count,
                                     const LaneTimeouts& timeouts_ns) {
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<hw::hisi::FilePort> port,
      hw::hisi::FilePort::Create({.device = config.device,
                                  .sysfs_root = config.sysfs_root,
                                  .dev_root = config.dev_root}));
  const Port::Facts facts = port->facts();
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<hw::Device> device,
      hw::hisi::HisiDevice::Create(config.name, std::move(port)));
  Log(LogLevel::kInfo, "main",
      facts.simulated ? "device, simulated by the kernel" : "device",
      {{"name", config.name},
       {"device", config.device},
       {"api", facts.api},
       {"numa_node", facts.numa_node},
       {"queues", config.queues * reactor_count}});
  return DeviceSpec{.device = std::move(device),
                    .queues_per_kind = config.queues,
                    .timeouts_ns = timeouts_ns};
}

absl::StatusOr<DeviceSpec> Open(const DeviceConfig& config,
                                uint32_t reactor_count,
                                const LaneTimeouts& timeouts_ns) {
  if (const auto* soft = std::get_if<SoftDeviceConfig>(&config)) {
    return OpenSoft(*soft, reactor_count);
  }
  const auto* model = std::get_if<HisiModelConfig>(&config);
  absl::StatusOr<DeviceSpec> spec =
      model != nullptr ? OpenModel(*model, reactor_count, timeouts_ns)
                       : OpenUacce(std::get<UacceConfig>(config), reactor_count,
                                   timeouts_ns);
  if (spec.ok()) return spec;
  return absl::Status(
      spec.status().code(),
      absl::StrCat("device \"", Name(config), "\": ", spec.status().message()));
}

}  // namespace

std::vector<std::string> DeviceNames(const Config& config) {
  std::vector<std::string> names;
  for (const DeviceConfig& device : config.devices) {
    names.push_back(Name(device));
  }
  if (HasFallback(config)) names.push_back(kFallbackDeviceName);
  return names;
}

absl::StatusOr<std::vector<DeviceSpec>> OpenDevices(const Config& config,
                                                    uint32_t reactor_count) {
  const LaneTimeouts timeouts_ns = Timeouts(config.policy);
  std::vector<DeviceSpec> specs;
  for (const DeviceConfig& device : config.devices) {
    UACCED_ASSIGN_OR_RETURN(DeviceSpec spec,
                            Open(device, reactor_count, timeouts_ns));
    specs.push_back(std::move(spec));
  }
  if (HasFallback(config)) {
    // Nothing inline: all of its work is to be done by its workers.
    UACCED_ASSIGN_OR_RETURN(DeviceSpec spec,
                            OpenSoft({.name = kFallbackDeviceName,
                                      .workers = config.policy.fallback_workers,
                                      .queue_depth = kFallbackQueueDepth},
                                     reactor_count));
    spec.fallback_only = true;
    specs.push_back(std::move(spec));
  }
  return specs;
}

}  // namespace uacced
