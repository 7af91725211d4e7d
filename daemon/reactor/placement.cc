#include "daemon/reactor/placement.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/core/error.h"

namespace uacced {
namespace {

absl::Status NoDevice(const hw::Request& request) {
  const absl::string_view operation = hw::Name(request.operation);
  const absl::string_view algorithm = hw::Info(request.algorithm).name;
  return MakeError(
      absl::StatusCode::kUnimplemented,
      absl::StrCat("no device of this daemon can ", operation, " with ",
                   algorithm, "; see `uaccectl devices`"),
      {.reason = "OPERATION_NOT_SUPPORTED",
       .metadata = {{"operation", std::string(operation)},
                    {"algorithm", std::string(algorithm)}}});
}

absl::Status Overloaded() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "the daemon is overloaded: its inbox is full; retry",
                   {.reason = "INBOX_FULL",
                    .retry_after = absl::Milliseconds(20),
                    .quota_subject = "daemon",
                    .quota_description = "reactor.inbox_entries"});
}

absl::Status AllIsolated() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "every device with this operation is isolated; see "
                   "`uaccectl devices`",
                   {.reason = "DEVICE_LOST", .retry_after = absl::Seconds(1)});
}

}  // namespace

absl::Status Placement::Place(std::unique_ptr<Job>& job) {
  const hw::Request& request = job->request;
  bool capable = false;
  for (const Target& target : targets_) {
    if (!target.device.capabilities.Has(request.operation, request.algorithm)) {
      continue;
    }
    capable = true;
    const Lane& lane = target.reactor->lane(target.lane_index);
    if (lane.stats().isolated.load(std::memory_order_relaxed)) continue;
    job->lane_index = target.lane_index;
    job->device_index = static_cast<uint16_t>(&target - targets_.data());
    return target.reactor->TryPush(job) ? absl::OkStatus() : Overloaded();
  }
  return capable ? AllIsolated() : NoDevice(request);
}

}  // namespace uacced
