#include "hw/hisi/model/fault_plan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace uacced::hw::hisi {
namespace {

// Whether each of `count` operations is hit.
std::vector<bool> Hits(FaultPlan& plan, int count) {
  std::vector<bool> hits;
  for (int i = 0; i < count; ++i) hits.push_back(plan.Decide({}).kinds != 0);
  return hits;
}

TEST(FaultPlanTest, NamesGoBothWays) {
  for (size_t i = 0; i < kFaultKindCount; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    EXPECT_EQ(FaultKindByName(Name(kind)), kind);
  }
  EXPECT_EQ(Name(FaultKind::kStatus), "status");
  EXPECT_EQ(Name(FaultKind::kReturn), "return");
  EXPECT_EQ(FaultKindByName("explode"), std::nullopt);
  EXPECT_EQ(FaultKindByName(""), std::nullopt);
}

TEST(FaultPlanTest, RefusesRulesWithoutSense) {
  const auto refused = [](const FaultRule& rule) {
    return absl::IsInvalidArgument(Validate(rule));
  };
  EXPECT_FALSE(refused({}));
  EXPECT_TRUE(refused({.per_mille = 0}));
  EXPECT_TRUE(refused({.per_mille = 1001}));
  EXPECT_TRUE(refused({.delay_us = FaultRule::kMaxDelayUs + 1}));
  EXPECT_TRUE(refused({.kind = static_cast<FaultKind>(kFaultKindCount)}));
  EXPECT_TRUE(refused({.kind = FaultKind::kUnknownTag, .code = 2}));
  EXPECT_TRUE(refused({.kind = FaultKind::kSlow}));
  EXPECT_FALSE(refused({.kind = FaultKind::kSlow, .delay_us = 1}));
  EXPECT_TRUE(refused({.kind = FaultKind::kStuck, .at_once = true}));
  EXPECT_FALSE(refused({.kind = FaultKind::kDeviceReset, .at_once = true}));
  EXPECT_TRUE(refused({.kind = FaultKind::kReturn}));
  EXPECT_FALSE(refused({.kind = FaultKind::kReturn, .at_once = true}));
}

TEST(FaultPlanTest, SkipsThenHitsCountThenStops) {
  FaultPlan plan;
  EXPECT_FALSE(plan.active());
  const uint64_t id =
      plan.Add({.skip_count = 2, .count = 3, .code = 9}).value();
  EXPECT_TRUE(plan.active());
  EXPECT_EQ(Hits(plan, 7),
            (std::vector<bool>{false, false, true, true, true, false, false}));
  const std::vector<FaultReport> reports = plan.Report();
  ASSERT_EQ(reports.size(), 1);
  EXPECT_EQ(reports[0].id, id);
  EXPECT_EQ(reports[0].rule.code, 9);
  EXPECT_EQ(reports[0].seen, 7);
  EXPECT_EQ(reports[0].hits, 3);
  plan.Clear();
  EXPECT_FALSE(plan.active());
  EXPECT_TRUE(plan.Report().empty());
  EXPECT_EQ(plan.Decide({}).kinds, 0);
}

TEST(FaultPlanTest, CountOfZeroNeverEnds) {
  FaultPlan plan;
  ASSERT_TRUE(plan.Add({.count = 0}).ok());
  EXPECT_EQ(Hits(plan, 1000), std::vector<bool>(1000, true));
}

TEST(FaultPlanTest, SameSeedHitsTheSameOperations) {
  const auto run = [](uint64_t seed, uint32_t per_mille) {
    FaultPlan plan;
    EXPECT_TRUE(
        plan.Add({.count = 0, .per_mille = per_mille, .seed = seed}).ok());
    return Hits(plan, 20'000);
  };
  const std::vector<bool> first = run(11, 250);
  EXPECT_EQ(first, run(11, 250));
  EXPECT_NE(first, run(12, 250));
  EXPECT_NEAR(std::count(first.begin(), first.end(), true), 5000, 300);
  const std::vector<bool> rare = run(11, 1);
  EXPECT_NEAR(std::count(rare.begin(), rare.end(), true), 20, 18);
}

TEST(FaultPlanTest, OperationsThatDoNotMatchChangeNothing) {
  const FaultRule rule{.operation = OperationClass::kEncrypt,
                       .qc_type = 0,
                       .sqn = 4,
                       .count = 0,
                       .per_mille = 300};
  const FaultPlan::Operation match{
      .operation = OperationClass::kEncrypt, .qc_type = 0, .sqn = 4};
  FaultPlan alone, among;
  ASSERT_TRUE(alone.Add(rule).ok());
  ASSERT_TRUE(among.Add(rule).ok());
  for (int i = 0; i < 1000; ++i) {
    FaultPlan::Operation other = match;
    if (i % 3 == 0) other.sqn = 5;
    if (i % 3 == 1) other.qc_type = 1;
    if (i % 3 == 2) other.operation = std::nullopt;
    EXPECT_EQ(among.Decide(other).kinds, 0);
    EXPECT_EQ(among.Decide(match).kinds, alone.Decide(match).kinds) << i;
  }
  EXPECT_EQ(among.Report()[0].seen, 1000);
}

TEST(FaultPlanTest, RulesActTogether) {
  FaultPlan plan;
  ASSERT_TRUE(plan.Add({.kind = FaultKind::kStatus, .code = 0x10}).ok());
  ASSERT_TRUE(plan.Add({.kind = FaultKind::kSlow, .delay_us = 30}).ok());
  ASSERT_TRUE(plan.Add({.kind = FaultKind::kSlow, .delay_us = 4}).ok());
  ASSERT_TRUE(plan.Add({.kind = FaultKind::kStuck, .skip_count = 1}).ok());
  ASSERT_TRUE(
      plan.Add({.kind = FaultKind::kIsolate, .skip_count = 1, .delay_us = 8})
          .ok());
  const FaultVerdict first = plan.Decide({});
  EXPECT_TRUE(first.Has(FaultKind::kStatus));
  EXPECT_TRUE(first.Has(FaultKind::kSlow));
  EXPECT_FALSE(first.Has(FaultKind::kCorrupt));
  EXPECT_EQ(first.status_code, 0x10);
  EXPECT_EQ(first.slow_us, 34);
  EXPECT_EQ(first.halt(), std::nullopt);
  const FaultVerdict second = plan.Decide({});
  EXPECT_EQ(second.halt(), FaultKind::kIsolate);  // The gravest.
  EXPECT_EQ(second.away_us, 8);
}

TEST(FaultPlanTest, TakesABoundedNumberOfRules) {
  FaultPlan plan;
  for (size_t i = 0; i < FaultPlan::kMaxRules; ++i) {
    ASSERT_EQ(plan.Add({}).value(), i + 1);
  }
  EXPECT_TRUE(absl::IsResourceExhausted(plan.Add({}).status()));
  plan.Clear();
  EXPECT_EQ(plan.Add({}).value(), FaultPlan::kMaxRules + 1);
}

TEST(FaultPlanTest, RulesThatAreUsedUpMakeRoom) {
  FaultPlan plan;
  ASSERT_TRUE(plan.Add({.count = 2}).ok());
  for (size_t i = 1; i < FaultPlan::kMaxRules; ++i) {
    ASSERT_TRUE(plan.Add({.sqn = 9}).ok());
  }
  plan.Decide({});
  EXPECT_TRUE(absl::IsResourceExhausted(plan.Add({}).status()));
  plan.Decide({});
  // Still told of, until its place is needed.
  ASSERT_EQ(plan.Report().size(), FaultPlan::kMaxRules);
  EXPECT_EQ(plan.Report()[0].hits, 2);
  EXPECT_EQ(plan.Add({.count = 0}).value(), FaultPlan::kMaxRules + 1);
  const std::vector<FaultReport> reports = plan.Report();
  ASSERT_EQ(reports.size(), FaultPlan::kMaxRules);
  EXPECT_EQ(reports.front().id, 2);
  EXPECT_EQ(reports.back().id, FaultPlan::kMaxRules + 1);
  // What never ends is never used up.
  plan.Decide({});
  EXPECT_TRUE(absl::IsResourceExhausted(plan.Add({}).status()));
}

}  // namespace
}  // namespace uacced::hw::hisi
