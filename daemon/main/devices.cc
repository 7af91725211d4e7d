#include "daemon/main/devices.h"

#include <cstddef>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
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

// `entries`: of all queues. Each may have a fragment between two descriptors;
// streams of clients come on top.
std::shared_ptr<const hw::hisi::Engine> NewEngine(Port::Engine kind,
                                                  size_t entries) {
  if (kind == Port::Engine::kZip) {
    hw::hisi::ZipEngineOptions options;
    options.max_streams += entries;
    return std::make_shared<hw::hisi::ZipEngine>(options);
  }
  return std::make_shared<hw::hisi::SecEngine>();
}

absl::StatusOr<DeviceSpec> OpenModel(const HisiModelConfig& config,
                                     uint32_t reactor_count,
                                     const LaneTimeouts& timeouts_ns) {
  const Port::Engine engine = config.engine == HisiModelConfig::Engine::kZip
                                  ? Port::Engine::kZip
                                  : Port::Engine::kSec;
  const uint32_t queue_count =
      config.QueueCount(reactor_count) + HisiModelConfig::kSpareQueues;
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<DeviceModel> model,
      DeviceModel::Create({.name = config.name,
                           .engine_kind = engine,
                           .engine = NewEngine(engine, size_t{queue_count} *
                                                           config.queue_depth),
                           .version = config.version,
                           .queue_count = queue_count,
                           .sq_depth = config.queue_depth,
                           .workers = config.parallelism,
                           .service = {.fixed_ns = config.service_time_ns,
                                       .ps_per_byte = config.ps_per_byte,
                                       .operations_per_second =
                                           config.operations_per_second}}));
  auto faults = std::make_unique<ModelFaults>(model.get(), config.seed);
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
                    .first_faults = config.faults,
                    .queues_per_kind = config.queues,
                    .timeouts_ns = timeouts_ns};
}

absl::Status OfDevice(absl::string_view name, const absl::Status& status) {
  return absl::Status(
      status.code(), absl::StrCat("device \"", name, "\": ", status.message()));
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
  return OfDevice(Name(config), spec.status());
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

absl::Status BeginFaults(const std::vector<DeviceSpec>& devices) {
  for (const DeviceSpec& spec : devices) {
    for (size_t i = 0; i < spec.first_faults.size(); ++i) {
      const absl::Status status = spec.faults->AddFault(spec.first_faults[i]);
      if (!status.ok()) {
        return OfDevice(
            spec.device->info().name,
            absl::Status(status.code(),
                         absl::StrCat("fault[", i, "]: ", status.message())));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace uacced
