#include "hw/hisi/hisi_device.h"

#include <cstdint>
#include <utility>

#include "hw/hisi/hisi_queue.h"

namespace uacced::hw::hisi {
namespace {

// All that queues of any kind take. No two kinds of ours share an operation.
CapabilitySet Union(const std::vector<EngineQueueKind>& kinds) {
  CapabilitySet all;
  for (size_t i = 0; i < kOperationCount; ++i) {
    for (size_t j = 0; j < kAlgorithmCount; ++j) {
      const auto operation = static_cast<Operation>(i);
      const auto algorithm = static_cast<Algorithm>(j);
      for (const EngineQueueKind& kind : kinds) {
        const Capability* const can =
            kind.capabilities.Find(operation, algorithm);
        if (can != nullptr) all.Add(operation, algorithm, *can);
      }
    }
  }
  return all;
}

bool HasAny(const CapabilitySet& capabilities) {
  for (size_t i = 0; i < kOperationCount; ++i) {
    for (size_t j = 0; j < kAlgorithmCount; ++j) {
      if (capabilities.Has(static_cast<Operation>(i),
                           static_cast<Algorithm>(j))) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HisiDevice>> HisiDevice::Create(
    std::string name, std::unique_ptr<Port> port) {
  const Port::Facts& facts = port->facts();
  const absl::StatusOr<QmVersion> version = ParseQmVersion(facts.api);
  if (!version.ok()) return version.status();
  std::vector<EngineQueueKind> kinds =
      EngineQueueKinds(facts.engine, *version, facts.algorithms);
  std::unique_ptr<HisiDevice> device(new HisiDevice(
      std::move(name), std::move(port), *version, std::move(kinds)));
  if (!HasAny(device->info_.capabilities)) {
    return absl::UnimplementedError("the device can do nothing that we know");
  }
  return device;
}

HisiDevice::HisiDevice(std::string name, std::unique_ptr<Port> port,
                       QmVersion version, std::vector<EngineQueueKind> kinds)
    : port_(std::move(port)), version_(version), kinds_(std::move(kinds)) {
  const Port::Facts& facts = port_->facts();
  info_.name = std::move(name);
  info_.kind = facts.engine == Port::Engine::kZip ? "hisi_zip" : "hisi_sec2";
  info_.hardware = true;
  info_.simulated = facts.simulated;
  info_.numa_node = facts.numa_node;
  info_.capabilities = Union(kinds_);
  if (kinds_.size() > 1) {
    for (const EngineQueueKind& kind : kinds_) {
      info_.queue_kinds.push_back(kind.capabilities);
    }
  }
}

absl::StatusOr<std::unique_ptr<Queue>> HisiDevice::OpenQueue(size_t kind) {
  if (kind >= kinds_.size()) {
    return absl::InvalidArgumentError("no such kind of queue");
  }
  absl::StatusOr<std::unique_ptr<QueuePort>> port =
      port_->OpenQueue(kinds_[kind].qc_type);
  if (!port.ok()) return port.status();
  const absl::Status status = HisiQueue::Validate(**port, version_);
  if (!status.ok()) return status;
  std::unique_ptr<SqeCodec> codec = NewEngineCodec(
      port_->facts().engine, version_, kinds_[kind], (*port)->facts().sq_depth);
  if (codec == nullptr) {
    return absl::ResourceExhaustedError("no memory for a queue");
  }
  return HisiQueue::Create(*std::move(port), version_, std::move(codec));
}

absl::StatusOr<std::unique_ptr<Stream>> HisiDevice::OpenStream(
    const StreamSpec& spec) {
  return NewEngineStream(port_->facts().engine, version_, info_.capabilities,
                         spec);
}

}  // namespace uacced::hw::hisi
