#include "client/cpp/error.h"

#include <limits>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace uacced::client {
namespace {

template <typename Detail>
void AddDetail(const Detail& detail, google::rpc::Status& status) {
  status.add_details()->PackFrom(detail);
}

TEST(ErrorTest, KeepsCodeTextAndDetails) {
  google::rpc::Status status;
  google::rpc::ErrorInfo info;
  info.set_reason("CORRUPT_INPUT");
  info.set_domain("uacced");
  (*info.mutable_metadata())["offset"] = "12";
  AddDetail(info, status);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(2);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  AddDetail(retry, status);
  google::rpc::QuotaFailure quota;
  auto* violation = quota.add_violations();
  violation->set_subject("daemon");
  violation->set_description("64 MiB");
  AddDetail(quota, status);

  const absl::Status error =
      MakeError(3, "bad block", status.SerializeAsString());
  EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error.message(), "bad block");
  const ErrorDetails details = GetErrorDetails(error);
  EXPECT_EQ(details.reason, "CORRUPT_INPUT");
  EXPECT_EQ(details.domain, "uacced");
  EXPECT_EQ(details.metadata.at("offset"), "12");
  EXPECT_EQ(details.retry_delay, absl::Milliseconds(2500));
  ASSERT_EQ(details.quota_violations.size(), 1u);
  EXPECT_EQ(details.quota_violations[0], "daemon: 64 MiB");
}

TEST(ErrorTest, TheLibrarysOwnErrorsHaveAReasonToo) {
  const absl::Status error =
      MakeLocalError(absl::StatusCode::kDataLoss, "DAMAGED", "so it is");
  EXPECT_EQ(error.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(error.message(), "so it is");
  const ErrorDetails details = GetErrorDetails(error);
  EXPECT_EQ(details.reason, "DAMAGED");
  EXPECT_EQ(details.domain, kLocalDomain);
}

TEST(ErrorTest, WithoutDetailsAllIsEmpty) {
  const ErrorDetails details = GetErrorDetails(MakeError(14, "gone", ""));
  EXPECT_EQ(details.reason, "");
  EXPECT_FALSE(details.retry_delay.has_value());
  EXPECT_TRUE(details.quota_violations.empty());
}

TEST(ErrorTest, GarbledDetailsLeaveCodeAndText) {
  const absl::Status error = MakeError(8, "too much", "\xff\xff\xff");
  EXPECT_EQ(error.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(error.message(), "too much");

  google::rpc::Status status;
  auto* any = status.add_details();
  any->set_type_url("type.googleapis.com/google.rpc.RetryInfo");
  any->set_value("\xff\xff");
  EXPECT_FALSE(GetErrorDetails(MakeError(14, "", status.SerializeAsString()))
                   .retry_delay.has_value());
}

TEST(ErrorTest, CodesThatAreNoneBecomeUnknown) {
  EXPECT_EQ(MakeError(17, "", "").code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(MakeError(-1, "", "").code(), absl::StatusCode::kUnknown);
}

TEST(ErrorTest, AbsurdRetryDelaysAreBounded) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(std::numeric_limits<int64_t>::max());
  google::rpc::Status status;
  AddDetail(retry, status);
  EXPECT_EQ(GetErrorDetails(MakeError(14, "", status.SerializeAsString()))
                .retry_delay,
            absl::Hours(24));

  retry.mutable_retry_delay()->set_seconds(-1);
  status.Clear();
  AddDetail(retry, status);
  EXPECT_FALSE(GetErrorDetails(MakeError(14, "", status.SerializeAsString()))
                   .retry_delay.has_value());
}

}  // namespace
}  // namespace uacced::client
