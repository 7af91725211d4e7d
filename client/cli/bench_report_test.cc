#include "client/cli/bench_report.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

class BenchReportTest : public testing::Test {
 protected:
  BenchReportTest() {
    for (int64_t us = 1; us <= 1000; ++us) latencies_.Record(us * 1000);
    counts_.operations = 1'000'000;
    counts_.seconds = 4;
  }

  Options options_;
  BenchCounts counts_;
  LatencyHistogram latencies_;
};

TEST_F(BenchReportTest, TableHasRatesOfInput) {
  const std::string table =
      BenchTable({options_, counts_, latencies_, 2, {{3, 1}}});
  for (const char* const part :
       {"copy of 4096 bytes", "64 operations on 1 connection",
        "operations/s   250000\n", "MB/s           1024.0\n",
        "client CPU     2.00 s, 0.49 s/GB\n", "sent again     3\n",
        "reconnects     1\n"}) {
    EXPECT_TRUE(absl::StrContains(table, part)) << part << "\n" << table;
  }
  EXPECT_FALSE(absl::StrContains(table, "wrong answers"));
}

TEST_F(BenchReportTest, JsonHasTheSameFigures) {
  options_.verify = true;
  options_.bench.unary = true;
  counts_.wrong = 2;
  const std::string json = BenchJson({options_, counts_, latencies_, 2, {}});
  for (const char* const part :
       {R"("operation":"copy")", R"("operations_per_second":250000.0000)",
        R"("megabytes_per_second":1024.0000)", R"("wrong_answers":2)",
        R"("client_cpu_seconds":2.0000)", R"("unary":true)"}) {
    EXPECT_TRUE(absl::StrContains(json, part)) << part << "\n" << json;
  }
  EXPECT_FALSE(absl::StrContains(json, "reconnects"));
}

TEST_F(BenchReportTest, NothingDoneIsNoDivisionByZero) {
  const std::string table =
      BenchTable({options_, BenchCounts(), LatencyHistogram(), 0, {}});
  EXPECT_TRUE(absl::StrContains(table, "operations/s   0\n"));
  EXPECT_FALSE(absl::StrContains(table, "nan"));
}

}  // namespace
}  // namespace uacced::cli
