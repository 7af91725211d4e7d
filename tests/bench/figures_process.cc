// Process against bare gRPC: calls, and a stream of the same messages.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

struct Case {
  PayloadSize size;
  int batch;  // operations in a message
  const char* calls_goal;
};
constexpr Case kCases[] = {
    {k64B, 64, ">= 10 of bare echo"},
    {k64B, 256, ">= 10 of bare echo"},
    {k4KiB, 16, ">= 3 of bare echo"},
    {k4KiB, 64, ">= 3 of bare echo"},
    {k64KiB, 1, ""},
    {k64KiB, 4, ""},
};
constexpr int kMessagesInFlight = 8;
constexpr int kCallsInFlight = 64;

struct Plan {
  int pairs;
  milliseconds warm_up;
  milliseconds round;
};
constexpr Plan kFull = {7, milliseconds(100), milliseconds(500)};
constexpr Plan kQuick = {3, milliseconds(50), milliseconds(250)};

absl::Status MeasureCase(const Bench& bench, const Server& daemon,
                         const Server& echo, const Case& c) {
  const std::string name = absl::StrCat("process.", c.size.name, ".b", c.batch);
  if (!bench.report.Wants(name)) return absl::OkStatus();
  const Plan plan = bench.quick ? kQuick : kFull;
  const std::vector<std::string> blocks =
      CutBlocks(bench.corpus, c.size.bytes, kMaxBlocks);
  const StreamWorkload process =
      NewProcessWorkload(daemon.channel(), blocks, c.batch, CopyOperations());
  const StreamWorkload stream = NewEchoWorkload(echo.channel(), process);
  const std::unique_ptr<Workload> calls = NewEchoCalls(echo.channel(), blocks);
  const auto options = [&](const Server& server, int in_flight) {
    return LoadOptions{.in_flight = in_flight,
                       .warm_up = plan.warm_up,
                       .duration = plan.round,
                       .server_pid = server.pid()};
  };
  const auto run_process = [&] {
    return RunStreamLoop(process, options(daemon, kMessagesInFlight));
  };
  UACCED_ASSIGN_OR_RETURN(
      const Comparison against_calls, Compare(plan.pairs, run_process, [&] {
        return RunClosedLoop(*calls, options(echo, kCallsInFlight));
      }));
  AddFigures(absl::StrCat(name, ".vs_calls"), against_calls,
             Throughput::kOperations, c.calls_goal, bench.report);
  UACCED_ASSIGN_OR_RETURN(
      const Comparison against_stream, Compare(plan.pairs, run_process, [&] {
        return RunStreamLoop(stream, options(echo, kMessagesInFlight));
      }));
  AddFigures(absl::StrCat(name, ".vs_stream"), against_stream,
             Throughput::kOperations, ">= 0.9 of bare stream echo",
             bench.report);
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureProcess(const Bench& bench) {
  if (!bench.report.Wants("process")) return absl::OkStatus();
  UACCED_ASSIGN_OR_RETURN(Server daemon, bench.servers.StartDaemon({}));
  UACCED_ASSIGN_OR_RETURN(Server echo, bench.servers.StartEcho());
  for (const Case& c : kCases) {
    UACCED_RETURN_IF_ERROR(MeasureCase(bench, daemon, echo, c));
  }
  UACCED_RETURN_IF_ERROR(daemon.Stop());
  return echo.Stop();
}

}  // namespace uacced::bench
