#include "daemon/rpc/admin_service.h"

#include <cstdint>
#include <string>

#include "absl/time/clock.h"
#include "base/version.h"
#include "daemon/core/execution_mode.h"
#include "daemon/rpc/control_call.h"
#include "daemon/rpc/device_status.h"
#include "hw/algorithm.h"

namespace uacced {
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

grpc::ServerUnaryReactor* AdminService::InjectFault(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::InjectFaultRequest, v1::InjectFaultResponse>(
      request, response,
      [this](const v1::InjectFaultRequest& message,
             v1::InjectFaultResponse& /*answer*/) {
        return faults_.Inject(message);
      });
}

grpc::ServerUnaryReactor* AdminService::ClearFaults(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::ClearFaultsRequest, v1::ClearFaultsResponse>(
      request, response,
      [this](const v1::ClearFaultsRequest& message,
             v1::ClearFaultsResponse& /*answer*/) {
        return faults_.Clear(message);
      });
}

grpc::ServerUnaryReactor* AdminService::ListFaults(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::ListFaultsRequest, v1::ListFaultsResponse>(
      request, response,
      [this](const v1::ListFaultsRequest& message,
             v1::ListFaultsResponse& answer) {
        return faults_.List(message, answer);
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
  const int64_t now_ns = clock_.NowNs();
  for (size_t i = 0; i < placement_.targets().size(); ++i) {
    FillDeviceStatus(placement_, metrics_, i, now_ns, *response.add_devices());
  }
  for (size_t i = 1; i < kFallbackCount; ++i) {
    const auto reason = static_cast<Fallback>(i);
    uint64_t count = 0;
    for (size_t o = 0; o < hw::kOperationCount; ++o) {
      count += metrics_.fallbacks(static_cast<hw::Operation>(o), reason);
    }
    if (count == 0) continue;
    v1::NamedCount& fallback = *response.add_fallbacks();
    fallback.set_name(std::string(Name(reason)));
    fallback.set_count(count);
  }
}

}  // namespace uacced
