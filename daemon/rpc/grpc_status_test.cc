#include "daemon/rpc/grpc_status.h"

#include "daemon/core/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

TEST(GrpcStatusTest, CarriesReasonRetryAndQuotaAsGoogleRpcDetails) {
  const grpc::Status status =
      ToGrpcStatus(MakeError(absl::StatusCode::kResourceExhausted, "too much",
                             {.reason = "JOBS_LIMIT",
                              .metadata = {{"limit", "limits.max_jobs"}},
                              .retry_after = absl::Milliseconds(1500),
                              .quota_subject = "daemon",
                              .quota_description = "limits.max_jobs = 1"}));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(), "too much");
  google::rpc::Status wire;
  ASSERT_TRUE(wire.ParseFromString(status.error_details()));
  EXPECT_EQ(wire.code(), 8);
  ASSERT_EQ(wire.details_size(), 3);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(wire.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "JOBS_LIMIT");
  EXPECT_EQ(info.domain(), "uacced");
  EXPECT_EQ(info.metadata().at("limit"), "limits.max_jobs");
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(wire.details(1).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
  google::rpc::QuotaFailure quota;
  ASSERT_TRUE(wire.details(2).UnpackTo(&quota));
  EXPECT_EQ(quota.violations(0).subject(), "daemon");
}

TEST(GrpcStatusTest, AnErrorWithoutReasonIsNamedByItsCode) {
  const grpc::Status status = ToGrpcStatus(absl::NotFoundError("no key"));
  google::rpc::Status wire;
  ASSERT_TRUE(wire.ParseFromString(status.error_details()));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(wire.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "NOT_FOUND");
}

TEST(GrpcStatusTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
}

}  // namespace
}  // namespace uacced
