#include "daemon/rpc/admin_service.h"

#include <cstdint>
#include <string>

#include "absl/time/clock.h"
#include "base/version.h"
#include "daemon/rpc/control_call.h"

namespace uacced {
namespace {

void AddCapabilities(const hw::CapabilitySet& capabilities,
                     v1::DeviceStatus* device) {
  for (size_t o = 0; o < hw::kOperationCount; ++o) {
    const auto operation = static_cast<hw::Operation>(o);
    v1::DeviceStatus::Capability* capability = nullptr;
    for (size_t a = 0; a < hw::kAlgorithmCount; ++a) {
      const auto algorithm = static_cast<hw::Algorithm>(a);
      if (!capabilities.Has(operation, algorithm)) continue;
      if (capability == nullptr) {
        capability = device->add_capabilities();
        capability->set_operation(std::string(hw::Name(operation)));
      }
      if (algorithm == hw::Algorithm::kNone) continue;
      capability->add_algorithms(std::string(hw::Info(algorithm).name));
    }
  }
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::GetStatus(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::GetStatusRequest, v1::GetStatusResponse>(
      request, response,
      [this](const v1::GetStatusRequest&, v1::GetStatusResponse& answer) {
        Describe(answer);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* AdminService::ListDevices(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::ListDevicesRequest, v1::ListDevicesResponse>(
      request, response,
      [this](const v1::ListDevicesRequest&, v1::ListDevicesResponse& answer) {
        Describe(answer);
        return absl::OkStatus();
      });
}

void AdminService::Describe(v1::GetStatusResponse& response) const {
  const Gauges gauges = metrics_.ReadLive().gauges;
  response.set_version(kVersion);
  response.set_state(gauges.draining ? v1::GetStatusResponse::STATE_DRAINING
                                     : v1::GetStatusResponse::STATE_SERVING);
  response.mutable_start_time()->set_seconds(absl::ToUnixSeconds(start_time_));
  response.set_connections(static_cast<uint32_t>(gauges.connections));
  response.set_connections_limit(
      static_cast<uint32_t>(gauges.connections_limit));
  response.set_jobs_in_flight(static_cast<uint32_t>(gauges.jobs_in_flight));
  response.set_jobs_limit(static_cast<uint32_t>(gauges.jobs_limit));
  response.set_bytes_in_flight(gauges.bytes_in_flight);
  response.set_bytes_limit(gauges.bytes_limit);
  response.set_requests_total(metrics_.requests_total());
  response.set_requests_failed_total(metrics_.requests_failed_total());
  response.set_keys(static_cast<uint32_t>(gauges.keys));
  response.set_keys_limit(static_cast<uint32_t>(gauges.keys_limit));
}

void AdminService::Describe(v1::ListDevicesResponse& response) const {
  for (const Placement::Target& target : placement_.targets()) {
    const Placement::DeviceStats stats = placement_.ReadStats(target);
    const hw::DeviceInfo& info = target.info();
    v1::DeviceStatus* device = response.add_devices();
    device->set_name(info.name);
    device->set_kind(info.kind);
    device->set_path(info.hardware ? v1::Execution::PATH_HARDWARE
                                   : v1::Execution::PATH_SOFTWARE);
    device->set_simulated(info.simulated);
    device->set_state(stats.isolated ? v1::DeviceStatus::STATE_ISOLATED
                                     : v1::DeviceStatus::STATE_UP);
    device->set_queue_depth(static_cast<uint32_t>(stats.queue_depth));
    device->set_jobs_in_flight(static_cast<uint32_t>(stats.jobs_in_flight));
    device->set_jobs_waiting(static_cast<uint32_t>(stats.jobs_waiting));
    device->set_jobs_done_total(stats.jobs_done);
    device->set_jobs_failed_total(stats.jobs_failed);
    AddCapabilities(info.capabilities, device);
  }
}

}  // namespace uacced
