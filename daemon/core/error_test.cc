#include "daemon/core/error.h"

#include "gtest/gtest.h"

namespace uacced {
namespace {

TEST(ErrorTest, DetailComesBackAsItWasGiven) {
  const absl::Status status =
      MakeError(absl::StatusCode::kResourceExhausted, "too much",
                {.reason = "JOBS_LIMIT",
                 .metadata = {{"limit", "7"}},
                 .retry_after = absl::Milliseconds(50),
                 .quota_subject = "daemon",
                 .quota_description = "limits.max_jobs = 7"});
  EXPECT_EQ(status.message(), "too much");
  const ErrorDetail detail = GetErrorDetail(status);
  EXPECT_EQ(detail.reason, "JOBS_LIMIT");
  ASSERT_EQ(detail.metadata.size(), 1u);
  EXPECT_EQ(detail.metadata[0].first, "limit");
  EXPECT_EQ(detail.metadata[0].second, "7");
  EXPECT_EQ(detail.retry_after, absl::Milliseconds(50));
  EXPECT_EQ(detail.quota_subject, "daemon");
  EXPECT_EQ(detail.quota_description, "limits.max_jobs = 7");
}

TEST(ErrorTest, PlainStatusHasNoDetail) {
  const ErrorDetail detail = GetErrorDetail(absl::InternalError("x"));
  EXPECT_TRUE(detail.reason.empty());
  EXPECT_TRUE(detail.metadata.empty());
  EXPECT_EQ(detail.retry_after, absl::ZeroDuration());
}

}  // namespace
}  // namespace uacced
