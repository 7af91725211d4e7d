#include "daemon/rpc/unary_call.h"

#include <grpc/support/time.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/rpc/grpc_status.h"
#include "daemon/rpc/outcome_status.h"
#include "hw/output_room.h"

namespace uacced {
namespace {

// Small operations are bound by their number, not by their bytes.
constexpr uint64_t kCostFloorBytes = 4096;

// How much more room an output gets that did not fit, and how much at least:
// headers may have promised none at all.
constexpr uint64_t kGrowthFactor = 4;
constexpr uint64_t kMinGrownBytes = 4096;

// A client may ask for millennia, which nanoseconds in 64 bits do not hold.
constexpr int64_t kMaxDeadlineS = int64_t{100} * 365 * 24 * 3600;

int64_t DeadlineNs(const grpc::CallbackServerContext& context, int64_t now_ns) {
  const gpr_timespec deadline = context.raw_deadline();
  const gpr_timespec left =
      gpr_time_sub(deadline, gpr_now(deadline.clock_type));
  if (left.tv_sec > kMaxDeadlineS) return kInfiniteFutureNs;
  // One that has passed needs no more precision than that.
  if (left.tv_sec < 0) return now_ns;
  return now_ns + left.tv_sec * 1'000'000'000 + left.tv_nsec;
}

absl::Status TooLarge(uint64_t bytes, uint64_t max_bytes) {
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("a payload of ", bytes, " bytes is more than this daemon's ",
                   "limits.max_message_bytes, ", max_bytes),
      {.reason = "PAYLOAD_TOO_LARGE",
       .metadata = {{"limit", "limits.max_message_bytes"},
                    {"value", absl::StrCat(max_bytes)}},
       .quota_subject = "daemon",
       .quota_description =
           absl::StrCat("limits.max_message_bytes = ", max_bytes)});
}

}  // namespace

void UnaryCall::Start(grpc::ByteBuffer& request) {
  job_ = std::make_unique<Job>();
  absl::Status status =
      Prepare(request, {path_.keys, path_.max_output_bytes}, conversion_);
  if (status.ok()) status = Launch();
  if (!status.ok()) Fail(status);
}

// After OK the job is gone and this call may already have been answered.
absl::Status UnaryCall::Launch() {
  job_->request = conversion_.request;
  if (job_->request.source.size() > path_.max_payload_bytes) {
    return TooLarge(job_->request.source.size(), path_.max_payload_bytes);
  }
  const uint64_t source_bytes =
      job_->request.source.size() + job_->request.associated_data.size();
  const uint64_t room_bytes =
      hw::FirstOutputRoom(job_->request, conversion_.output_limit_bytes);
  UACCED_ASSIGN_OR_RETURN(
      job_->ticket,
      path_.admission.Admit(job_->tenant, source_bytes + room_bytes));
  UACCED_RETURN_IF_ERROR(AllocateOutput(room_bytes));
  job_->cost_bytes = std::max(kCostFloorBytes, source_bytes + room_bytes);
  job_->admitted_ns = path_.clock.NowNs();
  job_->deadline_ns = DeadlineNs(*context_, job_->admitted_ns);
  job_->cancelled = &cancelled_;
  job_->reply = this;
  std::unique_ptr<Job> job = std::move(job_);
  absl::Status status = path_.placement.Place(job);
  if (!status.ok()) {
    job->reply = nullptr;
    job_ = std::move(job);
  }
  return status;
}

absl::Status UnaryCall::AllocateOutput(uint64_t room_bytes) {
  job_->output = hw::DmaBuffer::Allocate(room_bytes);
  if (job_->output.size() != room_bytes) {
    return MakeError(
        absl::StatusCode::kResourceExhausted,
        "out of memory for the output; retry",
        {.reason = "OUT_OF_MEMORY", .retry_after = absl::Milliseconds(100)});
  }
  job_->request.destination = job_->output.span();
  return absl::OkStatus();
}

void UnaryCall::Complete(std::unique_ptr<Job> job) {
  // Failures need text, or more room: that is not for the polling thread.
  const Outcome& outcome = job->outcome;
  const bool quick = outcome.code == absl::StatusCode::kOk &&
                     path_.inline_reply_bytes > 0 &&
                     outcome.produced_bytes <= path_.inline_reply_bytes;
  job_ = std::move(job);
  if (quick) {
    Respond();
  } else {
    path_.reply_pool.Push(this);
  }
}

void UnaryCall::Lost() {
  path_.metrics.CountJobLost();
  Log(LogLevel::kError, "rpc", "a job was dropped without an answer",
      {{"operation", hw::Name(operation_)}});
  Finish(ToGrpcStatus(MakeError(absl::StatusCode::kInternal,
                                "the daemon lost the request; this is a bug",
                                {.reason = "JOB_LOST"})));
}

void UnaryCall::Respond() {
  const Outcome& outcome = job_->outcome;
  if (outcome.code == absl::StatusCode::kOk) {
    Succeed();
    return;
  }
  const bool too_small = outcome.code == absl::StatusCode::kOutOfRange &&
                         outcome.cause == Cause::kDevice;
  if (too_small && TryAgainWithMoreRoom()) return;
  Fail(OutcomeStatus(outcome, operation_, conversion_.output_limit_bytes));
}

// True: the job is on its way once more, or the refusal to let it was answered
// here; this call may already be gone. False: there is no more room to give.
bool UnaryCall::TryAgainWithMoreRoom() {
  const uint64_t before_bytes = job_->output.size();
  const uint64_t limit_bytes = conversion_.output_limit_bytes;
  if (before_bytes >= limit_bytes) return false;
  const uint64_t room_bytes =
      before_bytes > limit_bytes / kGrowthFactor
          ? limit_bytes
          : std::min(limit_bytes,
                     std::max(kMinGrownBytes, before_bytes * kGrowthFactor));
  // The old buffer goes first: the two never count together.
  job_->output = hw::DmaBuffer();
  absl::Status status =
      path_.admission.Grow(job_->ticket, room_bytes - before_bytes);
  if (status.ok()) status = AllocateOutput(room_bytes);
  if (status.ok()) {
    job_->cost_bytes += room_bytes;
    job_->reply = this;
    std::unique_ptr<Job> job = std::move(job_);
    status = path_.placement.Place(job);
    if (status.ok()) return true;
    job->reply = nullptr;
    job_ = std::move(job);
  }
  Fail(status);
  return true;
}

void UnaryCall::Succeed() {
  const size_t produced_bytes = job_->outcome.produced_bytes;
  *response_ = BuildResponse(conversion_, DescribeExecution(),
                             std::move(job_->output), produced_bytes);
  Record(absl::StatusCode::kOk, produced_bytes);
  Finish(grpc::Status::OK);
}

void UnaryCall::Fail(const absl::Status& status) {
  Record(status.code(), 0);
  Finish(ToGrpcStatus(status));
}

void UnaryCall::Record(absl::StatusCode code, uint64_t bytes_out) {
  const bool served = job_->queue_wait_ns >= 0;
  path_.metrics.RecordRequest(
      {.operation = operation_,
       .algorithm = conversion_.request.algorithm,
       .device_index = served ? job_->device_index : kNoDevice,
       .code = code,
       .bytes_in = conversion_.request.source.size(),
       .bytes_out = bytes_out,
       .queue_wait_ns = job_->queue_wait_ns,
       .service_time_ns = served ? job_->service_time_ns : -1});
}

v1::Execution UnaryCall::DescribeExecution() const {
  const hw::DeviceInfo& device =
      path_.placement.targets()[job_->device_index].device;
  v1::Execution execution;
  execution.set_device(device.name);
  execution.set_path(device.hardware ? v1::Execution::PATH_HARDWARE
                                     : v1::Execution::PATH_SOFTWARE);
  execution.set_simulated(device.simulated);
  execution.set_queue_wait_ns(static_cast<uint64_t>(job_->queue_wait_ns));
  execution.set_service_time_ns(static_cast<uint64_t>(job_->service_time_ns));
  return execution;
}

}  // namespace uacced
