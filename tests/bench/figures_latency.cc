// What the daemon adds to the time of one small operation, when nothing else
// is in flight.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status_macros.h"
#include "tests/bench/calls.h"
#include "tests/bench/comparison.h"
#include "tests/bench/corpus.h"
#include "tests/bench/figures.h"
#include "tests/bench/load_generator.h"
#include "tests/bench/process_workload.h"
#include "tests/bench/stream_load.h"

namespace uacced::bench {
namespace {

using std::chrono::milliseconds;

struct Plan {
  int pairs;
  milliseconds warm_up;
  milliseconds round;
};
constexpr Plan kFull = {21, milliseconds(50), milliseconds(300)};
constexpr Plan kQuick = {5, milliseconds(50), milliseconds(200)};

Plan ChoosePlan(const Bench& bench) { return bench.quick ? kQuick : kFull; }

LoadOptions OneInFlight(const Bench& bench, const Server& server) {
  const Plan plan = ChoosePlan(bench);
  return {.in_flight = 1,
          .warm_up = plan.warm_up,
          .duration = plan.round,
          .server_pid = server.pid()};
}

double MedianUs(const Round& round) {
  std::vector<double> us;
  us.reserve(round.latencies_ns.size());
  for (const int64_t ns : round.latencies_ns) us.push_back(1e-3 * ns);
  return Median(us);
}

// ".p50": medians of the rounds' p50. ".added_p50": the median of the pairs'
// differences, which what disturbs both does not reach.
void AddLatency(const std::string& name, const Comparison& comparison,
                const std::string& goal, Report& report) {
  std::vector<double> ours;
  std::vector<double> reference;
  std::vector<double> added;
  for (size_t i = 0; i < comparison.ours.size(); ++i) {
    ours.push_back(MedianUs(comparison.ours[i]));
    reference.push_back(MedianUs(comparison.reference[i]));
    added.push_back(ours.back() - reference.back());
  }
  AddComparedTo(report, {.name = name + ".p50",
                         .unit = "us",
                         .value = Median(ours),
                         .reference = Median(reference)});
  report.Add({.name = name + ".added_p50",
              .unit = "us",
              .value = Median(added),
              .goal = goal});
}

absl::Status MeasureCopyLatency(const Bench& bench, const Server& daemon,
                                const Server& echo,
                                const std::vector<std::string>& blocks) {
  const std::unique_ptr<Workload> copy = NewCopyCalls(daemon.channel(), blocks);
  const std::unique_ptr<Workload> bare = NewEchoCalls(echo.channel(), blocks);
  UACCED_ASSIGN_OR_RETURN(
      const Comparison comparison,
      Compare(
          ChoosePlan(bench).pairs,
          [&] { return RunClosedLoop(*copy, OneInFlight(bench, daemon)); },
          [&] { return RunClosedLoop(*bare, OneInFlight(bench, echo)); }));
  AddLatency("latency.copy.4KiB", comparison, "<= 30 us over bare echo",
             bench.report);
  return absl::OkStatus();
}

absl::Status MeasureProcessLatency(const Bench& bench, const Server& daemon,
                                   const Server& echo,
                                   const std::vector<std::string>& blocks) {
  const StreamWorkload process = NewProcessWorkload(
      daemon.channel(), blocks, /*batch=*/1, CopyOperations());
  const StreamWorkload bare = NewEchoWorkload(echo.channel(), process);
  UACCED_ASSIGN_OR_RETURN(
      const Comparison comparison,
      Compare(
          ChoosePlan(bench).pairs,
          [&] { return RunStreamLoop(process, OneInFlight(bench, daemon)); },
          [&] { return RunStreamLoop(bare, OneInFlight(bench, echo)); }));
  AddLatency("latency.process.4KiB", comparison,
             "over bare stream echo, one operation a message", bench.report);
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureLatency(const Bench& bench) {
  if (!bench.report.Wants("latency")) return absl::OkStatus();
  UACCED_ASSIGN_OR_RETURN(Server daemon, bench.servers.StartDaemon({}));
  UACCED_ASSIGN_OR_RETURN(Server echo, bench.servers.StartEcho());
  const std::vector<std::string> blocks =
      CutBlocks(bench.corpus, k4KiB.bytes, kMaxBlocks);
  if (bench.report.Wants("latency.copy")) {
    UACCED_RETURN_IF_ERROR(MeasureCopyLatency(bench, daemon, echo, blocks));
  }
  if (bench.report.Wants("latency.process")) {
    UACCED_RETURN_IF_ERROR(MeasureProcessLatency(bench, daemon, echo, blocks));
  }
  UACCED_RETURN_IF_ERROR(daemon.Stop());
  return echo.Stop();
}

}  // namespace uacced::bench
