#include "tests/bench/report.h"

#include <limits>

#include "gtest/gtest.h"

namespace uacced::bench {
namespace {

TEST(ReportTest, JsonHasTheFiveFields) {
  EXPECT_EQ(FormatJson({.name = "copy.64B.x1.throughput",
                        .unit = "ops/s",
                        .value = 9500,
                        .reference = 10000,
                        .ratio = 0.95,
                        .goal = ">= 0.9"}),
            "{\"name\":\"copy.64B.x1.throughput\",\"unit\":\"ops/s\","
            "\"value\":9500,\"reference\":10000,\"ratio\":0.95}");
}

TEST(ReportTest, JsonSaysNullForWhatIsNotThere) {
  EXPECT_EQ(FormatJson({.name = "a",
                        .unit = "s",
                        .value = 1,
                        .ratio = std::numeric_limits<double>::infinity()}),
            "{\"name\":\"a\",\"unit\":\"s\",\"value\":1,\"reference\":null,"
            "\"ratio\":null}");
}

TEST(ReportTest, RowsAlignWithTheHeader) {
  const std::string row = FormatRow({.name = "idle.cpu",
                                     .unit = "%",
                                     .value = 0.25,
                                     .reference = 12.5,
                                     .ratio = 0.02,
                                     .goal = "< 0.5 %"});
  EXPECT_EQ(row.find("< 0.5 %"), FormatHeader().find("goal"));
  EXPECT_NE(row.find(" 0.250 "), std::string::npos);
}

TEST(ReportTest, QuantilesAreByNearestRank) {
  EXPECT_EQ(Quantile({4, 1, 3, 2}, 0.5), 2);
  EXPECT_EQ(Quantile({4, 1, 3, 2}, 0.99), 4);
  EXPECT_EQ(Quantile({4, 1, 3, 2}, 0), 1);
  EXPECT_EQ(Quantile({}, 0.5), 0);
}

TEST(ReportTest, PrefixSelectsGroupsAboveAndBelowIt) {
  const Report report(true, {"copy.64B", "gzip-6.4KiB.cpu"});
  EXPECT_TRUE(report.Wants("copy.64B.x1"));
  EXPECT_TRUE(report.Wants("copy"));
  EXPECT_TRUE(report.Wants("gzip-6.4KiB"));
  EXPECT_FALSE(report.Wants("copy.4KiB.x1"));
  EXPECT_FALSE(report.Wants("gzip"));
}

}  // namespace
}  // namespace uacced::bench
