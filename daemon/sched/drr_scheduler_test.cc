#include "daemon/sched/drr_scheduler.h"

#include <cstdint>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/recording_reply.h"

namespace uacced {
namespace {

class DrrSchedulerTest : public testing::Test {
 protected:
  // Answers the job, so that it does not count as lost.
  std::pair<int, uint64_t> Pop(DrrScheduler& scheduler) {
    auto job = scheduler.Next();
    if (job == nullptr) return {-1, 0};
    const std::pair<int, uint64_t> seen = {static_cast<int>(job->tenant),
                                           job->cost_bytes};
    Answer(std::move(job), {});
    return seen;
  }
  void Push(DrrScheduler& scheduler, int tenant, uint64_t cost) {
    scheduler.Enqueue(MakeJob(&reply_, cost, static_cast<TenantId>(tenant)));
  }

  RecordingReply reply_;
};

TEST_F(DrrSchedulerTest, EmptyGivesNothing) {
  DrrScheduler scheduler({10});
  EXPECT_EQ(scheduler.Next(), nullptr);
  EXPECT_EQ(scheduler.size(), 0u);
}

TEST_F(DrrSchedulerTest, OneFlowIsFirstInFirstOut) {
  DrrScheduler scheduler({10});
  for (uint64_t cost = 1; cost <= 20; ++cost) Push(scheduler, 0, cost % 10);
  for (uint64_t cost = 1; cost <= 20; ++cost) {
    EXPECT_EQ(Pop(scheduler).second, cost % 10);
  }
}

TEST_F(DrrSchedulerTest, FlowsOfEqualQuantumShareEqually) {
  constexpr int kTenants = 10;
  DrrScheduler scheduler(std::vector<uint64_t>(kTenants, 100));
  // Tenant 0 asks for small jobs, the others for ever larger ones.
  for (int tenant = 0; tenant < kTenants; ++tenant) {
    for (int i = 0; i < 1000; ++i) Push(scheduler, tenant, 10 * (tenant + 1));
  }
  std::map<int, uint64_t> served;
  for (uint64_t total = 0; total < 50'000;) {
    const auto [tenant, cost] = Pop(scheduler);
    served[tenant] += cost;
    total += cost;
  }
  for (int tenant = 0; tenant < kTenants; ++tenant) {
    EXPECT_NEAR(static_cast<double>(served[tenant]), 5'000, 200) << tenant;
  }
}

TEST_F(DrrSchedulerTest, SharesFollowTheQuanta) {
  DrrScheduler scheduler({100, 300});
  for (int i = 0; i < 1000; ++i) {
    Push(scheduler, 0, 50);
    Push(scheduler, 1, 50);
  }
  std::map<int, int> served;
  for (int i = 0; i < 800; ++i) ++served[Pop(scheduler).first];
  EXPECT_EQ(served[0], 200);
  EXPECT_EQ(served[1], 600);
}

TEST_F(DrrSchedulerTest, IdleFlowKeepsNoDeficit) {
  DrrScheduler scheduler({100, 100});
  // Tenant 0 spends 1 of its 100 and falls idle, many times.
  for (int i = 0; i < 50; ++i) {
    Push(scheduler, 0, 1);
    EXPECT_EQ(Pop(scheduler).first, 0);
  }
  for (int i = 0; i < 10; ++i) {
    Push(scheduler, 0, 100);
    Push(scheduler, 1, 100);
  }
  // With savings, tenant 0 would be served several times in a row.
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Pop(scheduler).first, 0);
    EXPECT_EQ(Pop(scheduler).first, 1);
  }
}

TEST_F(DrrSchedulerTest, AJobDearerThanTheQuantumIsServedInTheEnd) {
  DrrScheduler scheduler({10, 10});
  Push(scheduler, 0, 95);
  for (int i = 0; i < 20; ++i) Push(scheduler, 1, 10);
  int before = 0;
  while (Pop(scheduler).first == 1) ++before;
  EXPECT_EQ(before, 9);
}

TEST_F(DrrSchedulerTest, ALateFlowWaitsNoLongerThanOneRound) {
  constexpr int kTenants = 8;
  DrrScheduler scheduler(std::vector<uint64_t>(kTenants, 10));
  for (int tenant = 0; tenant < kTenants - 1; ++tenant) {
    for (int i = 0; i < 100; ++i) Push(scheduler, tenant, 10);
  }
  Pop(scheduler);
  Push(scheduler, kTenants - 1, 10);
  int waited = 0;
  while (Pop(scheduler).first != kTenants - 1) ++waited;
  EXPECT_LT(waited, kTenants);
}

TEST_F(DrrSchedulerTest, NothingIsLostOrRepeatedOverRandomTraffic) {
  constexpr int kTenants = 50;
  std::mt19937 random(1);
  DrrScheduler scheduler(std::vector<uint64_t>(kTenants, 64));
  std::vector<uint64_t> pushed(kTenants), popped(kTenants);
  for (int step = 0; step < 20'000; ++step) {
    if (random() % 2 == 0) {
      const int tenant = static_cast<int>(random() % kTenants);
      const uint64_t cost = 1 + random() % 200;
      pushed[tenant] += cost;
      Push(scheduler, tenant, cost);
    } else if (scheduler.size() > 0) {
      const auto [tenant, cost] = Pop(scheduler);
      ASSERT_GE(tenant, 0);
      popped[tenant] += cost;
    }
  }
  while (scheduler.size() > 0) {
    const auto [tenant, cost] = Pop(scheduler);
    popped[tenant] += cost;
  }
  EXPECT_EQ(pushed, popped);
  EXPECT_EQ(reply_.lost(), 0);
}

}  // namespace
}  // namespace uacced
