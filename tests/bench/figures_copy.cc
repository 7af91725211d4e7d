#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "tests/bench/calls.h"
#include "tests/bench/comparison.h"
#include "tests/bench/corpus.h"
#include "tests/bench/cpu_time.h"
#include "tests/bench/figures.h"
#include "tests/bench/load_generator.h"

namespace uacced::bench {
namespace {

using std::chrono::milliseconds;

constexpr PayloadSize kSizes[] = {k64B, k4KiB, k64KiB, k1MiB};
constexpr int kInFlight[] = {1, 16, 64};

struct Plan {
  int pairs;  // odd: the median is then one of them
  milliseconds warm_up;
  milliseconds round;
};
constexpr Plan kFull = {11, milliseconds(100), milliseconds(500)};
constexpr Plan kQuick = {3, milliseconds(50), milliseconds(250)};

absl::Status MeasureCase(const std::string& name, const Bench& bench,
                         const Server& daemon, const Server& echo,
                         const PayloadSize& size, int in_flight) {
  const Plan plan = bench.quick ? kQuick : kFull;
  const std::vector<std::string> blocks =
      CutBlocks(bench.corpus, size.bytes, kMaxBlocks);
  const std::unique_ptr<Workload> copy = NewCopyCalls(daemon.channel(), blocks);
  const std::unique_ptr<Workload> bare = NewEchoCalls(echo.channel(), blocks);
  const auto run = [&](Workload& workload, const Server& server) {
    return RunClosedLoop(workload, {.in_flight = in_flight,
                                    .warm_up = plan.warm_up,
                                    .duration = plan.round,
                                    .server_pid = server.pid()});
  };
  UACCED_ASSIGN_OR_RETURN(const Comparison comparison,
                          Compare(
                              plan.pairs, [&] { return run(*copy, daemon); },
                              [&] { return run(*bare, echo); }));
  AddFigures(name, comparison, Throughput::kOperations, ">= 0.9 of bare echo",
             bench.report);
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureCopy(const Bench& bench) {
  if (!bench.report.Wants("copy") && !bench.report.Wants("rss.after_copy")) {
    return absl::OkStatus();
  }
  UACCED_ASSIGN_OR_RETURN(Server daemon, bench.servers.StartDaemon({}));
  UACCED_ASSIGN_OR_RETURN(Server echo, bench.servers.StartEcho());
  for (const PayloadSize& size : kSizes) {
    for (const int in_flight : kInFlight) {
      const std::string name =
          absl::StrCat("copy.", size.name, ".x", in_flight);
      if (!bench.report.Wants(name)) continue;
      UACCED_RETURN_IF_ERROR(
          MeasureCase(name, bench, daemon, echo, size, in_flight));
    }
  }
  UACCED_ASSIGN_OR_RETURN(const int64_t ours, ResidentBytes(daemon.pid()));
  UACCED_ASSIGN_OR_RETURN(const int64_t bare, ResidentBytes(echo.pid()));
  AddComparedTo(bench.report, {.name = "rss.after_copy",
                               .unit = "MiB",
                               .value = ours / 1048576.0,
                               .reference = bare / 1048576.0});
  UACCED_RETURN_IF_ERROR(daemon.Stop());
  return echo.Stop();
}

}  // namespace uacced::bench
