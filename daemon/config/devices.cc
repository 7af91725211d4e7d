#include "daemon/config/devices.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "daemon/core/fault_proto.h"

namespace uacced {
namespace {

constexpr int kMaxFaults = 64;
constexpr size_t kMaxDeviceNameBytes = 32;
constexpr uint32_t kMaxWorkers = 256;

uint32_t Number32(const Section& section, int field, const Range& range) {
  return static_cast<uint32_t>(section.Number(field, range));
}

bool IsDeviceName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxDeviceNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::string NotAName(const std::string& name) {
  return absl::StrCat("\"", absl::CHexEscape(name),
                      "\" is not 1..32 characters of a-z 0-9 - _");
}

std::string ReadDeviceName(const v1::Device& proto, const Section& section) {
  constexpr int kField = v1::Device::kNameFieldNumber;
  std::string name = section.String(kField, "");
  if (!section.Has(kField)) {
    if (proto.has_uacce()) {
      name = proto.uacce().device();
    } else {
      section.Problem(kField, "is required");
    }
  } else if (proto.has_uacce() && proto.uacce().device().empty()) {
    section.Problem(kField,
                    "is for one device: with uacce.device left out each device "
                    "that is found has the kernel's name");
  } else if (!IsDeviceName(name)) {
    section.Problem(kField, NotAName(name));
  } else if (name == "none") {
    section.Problem(kField, "\"none\" means no device in metrics");
  }
  return name;
}

SoftDeviceConfig ReadSoftDevice(const Section& section, std::string name,
                                uint32_t cpu_count) {
  using Fields = v1::SoftDevice;
  return {std::move(name),
          Number32(section, Fields::kWorkersFieldNumber,
                   {0, kMaxWorkers, std::min(cpu_count, kMaxWorkers)}),
          Number32(section, Fields::kQueueDepthFieldNumber, {1, 1024, 32}),
          absl::Microseconds(section.Number(Fields::kInlineBudgetUsFieldNumber,
                                            {0, 1000, 15}))};
}

std::vector<FaultSpec> ReadFaults(const v1::HisiModelDevice& proto,
                                  const Section& section) {
  constexpr int kField = v1::HisiModelDevice::kFaultFieldNumber;
  std::vector<FaultSpec> faults;
  for (int i = 0; i < proto.fault_size(); ++i) {
    const Section entry = section.NestedAt(kField, i);
    if (i == kMaxFaults) {
      entry.Problem(absl::StrCat("is one more than ", kMaxFaults));
      break;
    }
    const absl::StatusOr<FaultSpec> fault = FromProto(proto.fault(i));
    if (fault.ok()) {
      faults.push_back(*fault);
    } else {
      entry.Problem(fault.status().message());
    }
  }
  return faults;
}

HisiModelConfig ReadHisiModel(const v1::HisiModelDevice& proto,
                              const Section& section, std::string name) {
  using Fields = v1::HisiModelDevice;
  HisiModelConfig model;
  model.name = std::move(name);
  if (proto.engine() == Fields::ENGINE_UNSPECIFIED) {
    section.Problem(Fields::kEngineFieldNumber, "must be ZIP or SEC");
  }
  model.engine = proto.engine() == Fields::SEC ? HisiModelConfig::Engine::kSec
                                               : HisiModelConfig::Engine::kZip;
  model.version = Number32(section, Fields::kVersionFieldNumber, {2, 3, 3});
  model.queues = Number32(section, Fields::kQueuesFieldNumber, {1, 16, 1});
  model.queue_depth =
      Number32(section, Fields::kQueueDepthFieldNumber, {2, 1024, 256});
  model.parallelism =
      Number32(section, Fields::kParallelismFieldNumber, {1, 64, 1});
  model.service_time_ns = Number32(section, Fields::kServiceTimeNsFieldNumber,
                                   {0, 1'000'000'000, 0});
  model.ps_per_byte =
      Number32(section, Fields::kPsPerByteFieldNumber, {0, 1'000'000, 0});
  if (section.Has(Fields::kOperationsPerSecondFieldNumber)) {
    model.operations_per_second = Number32(
        section, Fields::kOperationsPerSecondFieldNumber, {1, 100'000'000, 1});
  }
  model.seed = section.Number(Fields::kSeedFieldNumber, {0, UINT64_MAX, 1});
  model.faults = ReadFaults(proto, section);
  return model;
}

std::string ReadFolder(const Section& section, int field,
                       absl::string_view default_path) {
  std::string path = section.String(field, default_path);
  if (path.empty() || path.front() != '/' ||
      path.find('\0') != std::string::npos) {
    section.Problem(field, absl::StrCat("\"", absl::CHexEscape(path),
                                        "\" is not an absolute path"));
  }
  return path;
}

UacceConfig ReadUacce(const Section& section, std::string name) {
  using Fields = v1::UacceDevice;
  UacceConfig uacce;
  uacce.name = std::move(name);
  uacce.device = section.String(Fields::kDeviceFieldNumber, "");
  if (section.Has(Fields::kDeviceFieldNumber) && !IsDeviceName(uacce.device)) {
    section.Problem(Fields::kDeviceFieldNumber, NotAName(uacce.device));
  }
  uacce.queues = Number32(section, Fields::kQueuesFieldNumber, {1, 16, 1});
  uacce.sysfs_root =
      ReadFolder(section, Fields::kSysfsRootFieldNumber, "/sys/class/uacce");
  uacce.dev_root = ReadFolder(section, Fields::kDevRootFieldNumber, "/dev");
  return uacce;
}

// No device is driven twice.
void CheckForTwins(const v1::Config& proto, const Section& file) {
  std::set<std::pair<std::string, std::string>> seen;
  for (int i = 0; i < std::min(proto.device_size(), kMaxDevices); ++i) {
    const v1::UacceDevice& uacce = proto.device(i).uacce();
    if (!proto.device(i).has_uacce() ||
        seen.insert({uacce.sysfs_root(), uacce.device()}).second) {
      continue;
    }
    const Section section = file.NestedAt(v1::Config::kDeviceFieldNumber, i)
                                .Nested(v1::Device::kUacceFieldNumber);
    section.Problem(v1::UacceDevice::kDeviceFieldNumber,
                    uacce.device().empty()
                        ? "is left out in an entry before it too"
                        : "is that of an entry before it");
  }
}

std::optional<DeviceConfig> ReadDevice(const v1::Device& proto,
                                       const Section& section, std::string name,
                                       uint32_t cpu_count) {
  switch (proto.kind_case()) {
    case v1::Device::kSoft:
      return ReadSoftDevice(section.Nested(v1::Device::kSoftFieldNumber),
                            std::move(name), cpu_count);
    case v1::Device::kHisiModel:
      return ReadHisiModel(proto.hisi_model(),
                           section.Nested(v1::Device::kHisiModelFieldNumber),
                           std::move(name));
    case v1::Device::kUacce:
      return ReadUacce(section.Nested(v1::Device::kUacceFieldNumber),
                       std::move(name));
    case v1::Device::KIND_NOT_SET:
      break;
  }
  section.Problem("has no kind: soft {}, uacce {} or hisi_model {}");
  return std::nullopt;
}

// How many reactors there will be is not known when the file does not say so:
// one for each NUMA node.
void CheckQueueCount(const DeviceConfig& device, const Section& section,
                     uint32_t reactor_count) {
  const auto* const model = std::get_if<HisiModelConfig>(&device);
  if (model == nullptr) return;
  const uint32_t reactors = std::max<uint32_t>(reactor_count, 1);
  const uint32_t count = model->QueueCount(reactors);
  if (count <= HisiModelConfig::kMaxQueues) return;
  section.Nested(v1::Device::kHisiModelFieldNumber)
      .Problem(
          v1::HisiModelDevice::kQueuesFieldNumber,
          absl::StrCat(model->queues, " of each kind for each of ", reactors,
                       " reactors are ", count, ", more than the ",
                       HisiModelConfig::kMaxQueues, " that a device has"));
}

// The CPU device for fallback comes beside those of the file.
void CheckForFallback(const v1::Config& proto, const Section& file) {
  constexpr int kField = v1::Config::kDeviceFieldNumber;
  const bool hardware =
      std::any_of(proto.device().begin(), proto.device().end(),
                  [](const v1::Device& device) {
                    return device.has_hisi_model() || device.has_uacce();
                  });
  if (!hardware) return;
  for (int i = 0; i < proto.device_size(); ++i) {
    const Section section = file.NestedAt(kField, i);
    if (proto.device(i).name() == kFallbackDeviceName) {
      section.Problem(
          v1::Device::kNameFieldNumber,
          "\"fallback\" is the daemon's own when there is hardware: "
          "see policy.fallback_workers");
    }
    if (i == kMaxDevices - 1) {
      section.Problem(absl::StrCat("is one more than ", kMaxDevices - 1,
                                   ", as many as there may be with hardware"));
    }
  }
}

}  // namespace

std::vector<DeviceConfig> ReadDevices(const v1::Config& proto,
                                      const Section& file, uint32_t cpu_count,
                                      uint32_t reactor_count) {
  constexpr int kField = v1::Config::kDeviceFieldNumber;
  std::vector<DeviceConfig> devices;
  std::set<std::string> names;
  if (proto.device_size() == 0) {
    file.Problem("there is no device to do any work");
  }
  for (int i = 0; i < proto.device_size(); ++i) {
    const Section section = file.NestedAt(kField, i);
    if (i == kMaxDevices) {
      section.Problem(absl::StrCat("is one more than ", kMaxDevices));
      break;
    }
    std::string name = ReadDeviceName(proto.device(i), section);
    if (!name.empty() && !names.insert(name).second) {
      section.Problem(v1::Device::kNameFieldNumber,
                      "is the name of a device before it");
    }
    std::optional<DeviceConfig> device =
        ReadDevice(proto.device(i), section, std::move(name), cpu_count);
    if (!device.has_value()) continue;
    CheckQueueCount(*device, section, reactor_count);
    devices.push_back(*std::move(device));
  }
  CheckForTwins(proto, file);
  CheckForFallback(proto, file);
  return devices;
}

}  // namespace uacced
