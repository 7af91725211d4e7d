#include "daemon/rpc/grpc_status.h"

#include <string>

#include "absl/time/time.h"
#include "daemon/core/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace uacced {
namespace {

constexpr char kDomain[] = "uacced";

#define UACCED_SAME_CODE(absl_code, grpc_code)                   \
  static_assert(static_cast<int>(absl::StatusCode::absl_code) == \
                static_cast<int>(grpc::StatusCode::grpc_code))
UACCED_SAME_CODE(kOk, OK);
UACCED_SAME_CODE(kCancelled, CANCELLED);
UACCED_SAME_CODE(kUnknown, UNKNOWN);
UACCED_SAME_CODE(kInvalidArgument, INVALID_ARGUMENT);
UACCED_SAME_CODE(kDeadlineExceeded, DEADLINE_EXCEEDED);
UACCED_SAME_CODE(kNotFound, NOT_FOUND);
UACCED_SAME_CODE(kAlreadyExists, ALREADY_EXISTS);
UACCED_SAME_CODE(kPermissionDenied, PERMISSION_DENIED);
UACCED_SAME_CODE(kResourceExhausted, RESOURCE_EXHAUSTED);
UACCED_SAME_CODE(kFailedPrecondition, FAILED_PRECONDITION);
UACCED_SAME_CODE(kAborted, ABORTED);
UACCED_SAME_CODE(kOutOfRange, OUT_OF_RANGE);
UACCED_SAME_CODE(kUnimplemented, UNIMPLEMENTED);
UACCED_SAME_CODE(kInternal, INTERNAL);
UACCED_SAME_CODE(kUnavailable, UNAVAILABLE);
UACCED_SAME_CODE(kDataLoss, DATA_LOSS);
UACCED_SAME_CODE(kUnauthenticated, UNAUTHENTICATED);
#undef UACCED_SAME_CODE

void AddRetryInfo(absl::Duration retry_after, google::rpc::Status& status) {
  google::rpc::RetryInfo retry;
  const int64_t ns = absl::ToInt64Nanoseconds(retry_after);
  retry.mutable_retry_delay()->set_seconds(ns / 1'000'000'000);
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(ns % 1'000'000'000));
  status.add_details()->PackFrom(retry);
}

}  // namespace

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  const ErrorDetail detail = GetErrorDetail(status);
  google::rpc::Status wire;
  wire.set_code(static_cast<int>(status.code()));
  wire.set_message(std::string(status.message()));

  google::rpc::ErrorInfo info;
  info.set_domain(kDomain);
  info.set_reason(detail.reason.empty()
                      ? absl::StatusCodeToString(status.code())
                      : detail.reason);
  for (const auto& [key, value] : detail.metadata) {
    (*info.mutable_metadata())[key] = value;
  }
  wire.add_details()->PackFrom(info);
  if (detail.retry_after > absl::ZeroDuration()) {
    AddRetryInfo(detail.retry_after, wire);
  }
  if (!detail.quota_subject.empty()) {
    google::rpc::QuotaFailure quota;
    auto* violation = quota.add_violations();
    violation->set_subject(detail.quota_subject);
    violation->set_description(detail.quota_description);
    wire.add_details()->PackFrom(quota);
  }
  return wire;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status wire = ToRpcStatus(status);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      wire.message(), wire.SerializeAsString());
}

}  // namespace uacced
