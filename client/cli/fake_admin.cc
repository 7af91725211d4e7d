// Service Admin of the FakeDaemon.
#include "client/cli/fake_daemon.h"

namespace uacced::cli {

grpc::Status FakeAdmin::GetStatus(grpc::ServerContext*,
                                  const v1::GetStatusRequest*,
                                  v1::GetStatusResponse* response) {
  response->set_version("1.2.3");
  response->set_state(v1::GetStatusResponse::STATE_SERVING);
  response->mutable_start_time()->set_seconds(1'000'000'000);
  response->set_connections(2);
  response->set_connections_limit(100);
  response->set_requests_total(uint64_t{1} << 60);
  return grpc::Status::OK;
}

grpc::Status FakeAdmin::ListDevices(grpc::ServerContext*,
                                    const v1::ListDevicesRequest*,
                                    v1::ListDevicesResponse* response) {
  auto* device = response->add_devices();
  device->set_name("cpu");
  device->set_kind("soft");
  device->set_path(v1::Execution::PATH_SOFTWARE);
  device->set_state(v1::DeviceStatus::STATE_UP);
  device->set_queue_depth(64);
  device->set_jobs_done_total(7);
  auto* capability = device->add_capabilities();
  capability->set_operation("compress");
  capability->add_algorithms("gzip");
  capability->add_algorithms("zstd");
  auto* zip = response->add_devices();
  zip->set_name("zip");
  zip->set_kind("hisi_zip");
  zip->set_path(v1::Execution::PATH_HARDWARE);
  zip->set_simulated(true);
  zip->set_state(v1::DeviceStatus::STATE_DOWN);
  zip->set_reason("timeout");
  zip->set_retry_after_ms(1500);
  zip->set_queue_depth(16);
  zip->set_mismatches_total(2);
  auto* loss = zip->add_losses();
  loss->set_name("timeout");
  loss->set_count(3);
  auto* queue = zip->add_queues();
  queue->set_kind(1);
  queue->set_depth(16);
  queue->set_resets_total(4);
  auto* error = queue->add_errors();
  error->set_name("unavailable");
  error->set_count(5);
  auto* sec = response->add_devices();
  sec->set_name("sec");
  sec->set_kind("hisi_sec2");
  sec->set_path(v1::Execution::PATH_HARDWARE);
  sec->set_state(v1::DeviceStatus::STATE_GONE);
  sec->set_reason("gone");
  sec->set_queue_depth(8);
  auto* fallback = response->add_fallbacks();
  fallback->set_name("DEVICE_LOST");
  fallback->set_count(6);
  return grpc::Status::OK;
}

grpc::Status FakeAdmin::InjectFault(grpc::ServerContext*,
                                    const v1::InjectFaultRequest* request,
                                    v1::InjectFaultResponse*) {
  std::lock_guard<std::mutex> lock(mutex_);
  auto* entry = faults_.add_faults();
  *entry->mutable_fault() = request->fault();
  entry->set_hits(7);
  return grpc::Status::OK;
}

grpc::Status FakeAdmin::ClearFaults(grpc::ServerContext*,
                                    const v1::ClearFaultsRequest*,
                                    v1::ClearFaultsResponse*) {
  std::lock_guard<std::mutex> lock(mutex_);
  faults_.Clear();
  return grpc::Status::OK;
}

grpc::Status FakeAdmin::ListFaults(grpc::ServerContext*,
                                   const v1::ListFaultsRequest*,
                                   v1::ListFaultsResponse* response) {
  std::lock_guard<std::mutex> lock(mutex_);
  *response = faults_;
  return grpc::Status::OK;
}

}  // namespace uacced::cli
