#include "daemon/admission/admission.h"

#include <thread>
#include <utility>
#include <vector>

#include "daemon/core/error.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

constexpr TenantId kTenant{0};

TEST(AdmissionTest, CountsWhatIsInFlight) {
  Admission admission({.max_jobs = 2, .max_bytes = 100});
  {
    auto ticket = admission.Admit(kTenant, 30);
    ASSERT_TRUE(ticket.ok());
    EXPECT_EQ(admission.jobs(), 1u);
    EXPECT_EQ(admission.bytes(), 30u);
    ASSERT_TRUE(admission.Grow(*ticket, 20).ok());
    EXPECT_EQ(admission.bytes(), 50u);
  }
  EXPECT_EQ(admission.jobs(), 0u);
  EXPECT_EQ(admission.bytes(), 0u);
}

TEST(AdmissionTest, RefusesTheJobOverTheLimitAndSaysWhich) {
  Admission admission({.max_jobs = 1, .max_bytes = 100});
  auto first = admission.Admit(kTenant, 1);
  ASSERT_TRUE(first.ok());
  auto second = admission.Admit(kTenant, 1);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kResourceExhausted);
  const ErrorDetail detail = GetErrorDetail(second.status());
  EXPECT_EQ(detail.reason, "JOBS_LIMIT");
  EXPECT_EQ(detail.quota_description, "limits.max_jobs = 1");
  EXPECT_GT(detail.retry_after, absl::ZeroDuration());
  { Ticket gone = *std::move(first); }
  EXPECT_TRUE(admission.Admit(kTenant, 1).ok());
}

TEST(AdmissionTest, RefusesBytesOverTheLimitWithoutOverflow) {
  Admission admission({.max_jobs = 10, .max_bytes = 100});
  auto ticket = admission.Admit(kTenant, 60);
  ASSERT_TRUE(ticket.ok());
  for (const uint64_t bytes : {uint64_t{41}, UINT64_MAX, UINT64_MAX - 59}) {
    EXPECT_EQ(GetErrorDetail(admission.Admit(kTenant, bytes).status()).reason,
              "BYTES_LIMIT");
    EXPECT_FALSE(admission.Grow(*ticket, bytes).ok());
  }
  EXPECT_EQ(admission.jobs(), 1u);
  EXPECT_EQ(admission.bytes(), 60u);
  EXPECT_TRUE(admission.Grow(*ticket, 40).ok());
}

TEST(AdmissionTest, ClosedRefusesNewJobsButLetsOldOnesGrow) {
  Admission admission({.max_jobs = 10, .max_bytes = 100});
  auto ticket = admission.Admit(kTenant, 10);
  admission.Close();
  EXPECT_EQ(admission.Admit(kTenant, 1).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(admission.Grow(*ticket, 10).ok());
}

TEST(AdmissionTest, ManyThreadsNeverPassTheLimit) {
  Admission admission({.max_jobs = 3, .max_bytes = 1'000});
  std::vector<std::thread> threads;
  std::atomic<bool> over{false};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5'000; ++i) {
        auto ticket = admission.Admit(kTenant, 300);
        // A refused racer may be counted for a moment, never more than once
        // for each thread.
        if (admission.jobs() > 3 + 4) over = true;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(over);
  EXPECT_EQ(admission.jobs(), 0u);
  EXPECT_EQ(admission.bytes(), 0u);
}

}  // namespace
}  // namespace uacced
