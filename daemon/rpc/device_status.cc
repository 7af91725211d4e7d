#include "daemon/rpc/device_status.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "daemon/core/status_codes.h"
#include "daemon/health/device_health.h"

namespace uacced {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

v1::DeviceStatus::State ToProto(DeviceState state) {
  switch (state) {
    case DeviceState::kUp:
      return v1::DeviceStatus::STATE_UP;
    case DeviceState::kProbation:
      return v1::DeviceStatus::STATE_PROBATION;
    case DeviceState::kResetting:
      return v1::DeviceStatus::STATE_RESETTING;
    case DeviceState::kDown:
      return v1::DeviceStatus::STATE_DOWN;
    case DeviceState::kQuarantined:
      return v1::DeviceStatus::STATE_QUARANTINED;
    case DeviceState::kIsolated:
      return v1::DeviceStatus::STATE_ISOLATED;
    case DeviceState::kGone:
      return v1::DeviceStatus::STATE_GONE;
  }
  return v1::DeviceStatus::STATE_UNSPECIFIED;
}

void AddCapabilities(const hw::CapabilitySet& capabilities,
                     v1::DeviceStatus& out) {
  for (size_t o = 0; o < hw::kOperationCount; ++o) {
    const auto operation = static_cast<hw::Operation>(o);
    v1::DeviceStatus::Capability* capability = nullptr;
    for (size_t a = 0; a < hw::kAlgorithmCount; ++a) {
      const auto algorithm = static_cast<hw::Algorithm>(a);
      if (!capabilities.Has(operation, algorithm)) continue;
      if (capability == nullptr) {
        capability = out.add_capabilities();
        capability->set_operation(std::string(hw::Name(operation)));
      }
      if (algorithm == hw::Algorithm::kNone) continue;
      capability->add_algorithms(std::string(hw::Info(algorithm).name));
    }
  }
}

// Nothing that never happened.
void AddCount(absl::string_view name, uint64_t count,
              google::protobuf::RepeatedPtrField<v1::NamedCount>* out) {
  if (count == 0) return;
  v1::NamedCount* entry = out->Add();
  entry->set_name(std::string(name));
  entry->set_count(count);
}

void FillQueue(const Lane& lane, v1::QueueStatus& out) {
  const LaneStats& stats = lane.stats();
  out.set_attached(stats.attached.load());
  out.set_depth(lane.depth());
  out.set_in_flight(stats.jobs_in_flight.load());
  out.set_waiting(stats.jobs_waiting.load());
  out.set_done_total(stats.jobs_done.load());
  for (size_t code = 0; code < kStatusCodeCount; ++code) {
    AddCount(absl::AsciiStrToLower(
                 absl::StatusCodeToString(static_cast<absl::StatusCode>(code))),
             stats.errors[code].load(), out.mutable_errors());
  }
  out.set_timeouts_total(stats.timeouts.load());
  out.set_resets_total(stats.resets.load());
  out.set_unknown_tags_total(stats.unknown_tags.load());
}

void AddQueues(const Placement& placement, const Placement::Target& target,
               v1::DeviceStatus& out) {
  for (size_t reactor = 0; reactor < target.lanes.size(); ++reactor) {
    for (size_t kind = 0; kind < target.lanes[reactor].size(); ++kind) {
      for (const uint16_t lane : target.lanes[reactor][kind]) {
        v1::QueueStatus& queue = *out.add_queues();
        queue.set_reactor(static_cast<uint32_t>(reactor));
        queue.set_kind(static_cast<uint32_t>(kind));
        FillQueue(placement.lane(reactor, lane), queue);
      }
    }
  }
}

void FillHealth(const HealthSnapshot& health, int64_t now_ns,
                v1::DeviceStatus& out) {
  out.set_state(ToProto(health.state));
  if (health.reason != HealthReason::kNone) {
    out.set_reason(std::string(Name(health.reason)));
  }
  if (health.retry_at_ns > now_ns) {
    out.set_retry_after_ms(static_cast<uint64_t>(
        (health.retry_at_ns - now_ns + kNsPerMs - 1) / kNsPerMs));
  }
  for (size_t i = 0; i < health.breakers.size(); ++i) {
    if (health.breakers[i] == BreakerState::kClosed) continue;
    v1::BreakerStatus& breaker = *out.add_open_breakers();
    breaker.set_operation(std::string(hw::Name(static_cast<hw::Operation>(i))));
    breaker.set_on_trial(health.breakers[i] == BreakerState::kOnTrial);
  }
  for (size_t i = 0; i < health.losses.size(); ++i) {
    AddCount(Name(static_cast<LossReason>(i)), health.losses[i],
             out.mutable_losses());
  }
  out.set_queue_resets_total(health.queue_resets);
  out.set_device_resets_total(health.device_resets);
  out.set_breaker_opens_total(health.breaker_opens);
}

}  // namespace

void FillDeviceStatus(const Placement& placement, const Metrics& metrics,
                      size_t index, int64_t now_ns, v1::DeviceStatus& out) {
  const Placement::Target& target = placement.targets()[index];
  const Placement::DeviceStats stats = placement.ReadStats(target);
  const hw::DeviceInfo& info = target.info();
  const auto device_index = static_cast<uint16_t>(index);
  out.set_name(info.name);
  out.set_kind(info.kind);
  out.set_path(info.hardware ? v1::Execution::PATH_HARDWARE
                             : v1::Execution::PATH_SOFTWARE);
  out.set_simulated(info.simulated);
  out.set_fallback_only(target.fallback_only);
  if (info.numa_node >= 0) out.set_numa_node(info.numa_node);
  out.set_queue_depth(static_cast<uint32_t>(stats.queue_depth));
  out.set_jobs_in_flight(static_cast<uint32_t>(stats.jobs_in_flight));
  out.set_jobs_waiting(static_cast<uint32_t>(stats.jobs_waiting));
  out.set_jobs_done_total(stats.jobs_done);
  out.set_jobs_failed_total(stats.jobs_failed);
  FillHealth(target.health->Read(), now_ns, out);
  out.set_verified_total(metrics.verified(device_index));
  out.set_mismatches_total(metrics.mismatched(device_index));
  AddQueues(placement, target, out);
  AddCapabilities(info.capabilities, out);
}

}  // namespace uacced
