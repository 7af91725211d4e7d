#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/status_macros.h"
#include "tests/bench/calls.h"
#include "tests/bench/corpus.h"
#include "tests/bench/cpu_time.h"
#include "tests/bench/figures.h"
#include "tests/bench/load_generator.h"

namespace uacced::bench {
namespace {

using std::chrono::seconds;

// After a start or a request, until a server counts as idle.
constexpr seconds kSettle(1);

void MeasureStartMemory(const Bench& bench, const Server& daemon,
                        const Server& echo) {
  AddComparedTo(bench.report,
                {.name = "rss.start",
                 .unit = "MiB",
                 .value = daemon.start_resident_bytes() / 1048576.0,
                 .reference = echo.start_resident_bytes() / 1048576.0,
                 .goal = "<= 40 MiB"});
}

// Both at once: neither disturbs the other.
absl::Status MeasureIdleCpu(const Bench& bench, const Server& daemon,
                            const Server& echo) {
  const seconds span(bench.quick ? 2 : 10);
  std::this_thread::sleep_for(kSettle);
  UACCED_ASSIGN_OR_RETURN(const int64_t daemon_cpu, ProcessCpuNs(daemon.pid()));
  UACCED_ASSIGN_OR_RETURN(const int64_t echo_cpu, ProcessCpuNs(echo.pid()));
  std::this_thread::sleep_for(span);
  UACCED_ASSIGN_OR_RETURN(const int64_t daemon_end, ProcessCpuNs(daemon.pid()));
  UACCED_ASSIGN_OR_RETURN(const int64_t echo_end, ProcessCpuNs(echo.pid()));
  const double percent = 100.0 / std::chrono::nanoseconds(span).count();
  AddComparedTo(
      bench.report,
      {.name = "idle.cpu",
       .unit = "%",
       .value = percent * static_cast<double>(daemon_end - daemon_cpu),
       .reference = percent * static_cast<double>(echo_end - echo_cpu),
       .goal = "< 0.5 % of one core"});
  return absl::OkStatus();
}

absl::Status MeasureFirstRequest(const Bench& bench, const Server& daemon,
                                 const Server& echo) {
  const std::vector<std::string> blocks =
      CutBlocks(bench.corpus, k64B.bytes, kMaxBlocks);
  const std::unique_ptr<Workload> copy = NewCopyCalls(daemon.channel(), blocks);
  const std::unique_ptr<Workload> bare = NewEchoCalls(echo.channel(), blocks);
  std::vector<double> ours_us;
  std::vector<double> bare_us;
  for (int i = 0; i < (bench.quick ? 5 : 20); ++i) {
    std::this_thread::sleep_for(kSettle);
    UACCED_ASSIGN_OR_RETURN(const int64_t ours_ns, RunOnce(*copy));
    ours_us.push_back(1e-3 * ours_ns);
    std::this_thread::sleep_for(kSettle);
    UACCED_ASSIGN_OR_RETURN(const int64_t bare_ns, RunOnce(*bare));
    bare_us.push_back(1e-3 * bare_ns);
  }
  AddComparedTo(bench.report, {.name = "first.p50",
                               .unit = "us",
                               .value = Median(ours_us),
                               .reference = Median(bare_us)});
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureIdle(const Bench& bench) {
  const bool cpu = bench.report.Wants("idle");
  const bool first = bench.report.Wants("first");
  if (!cpu && !first && !bench.report.Wants("rss.start")) {
    return absl::OkStatus();
  }
  UACCED_ASSIGN_OR_RETURN(Server daemon, bench.servers.StartDaemon({}));
  UACCED_ASSIGN_OR_RETURN(Server echo, bench.servers.StartEcho());
  MeasureStartMemory(bench, daemon, echo);
  if (cpu) UACCED_RETURN_IF_ERROR(MeasureIdleCpu(bench, daemon, echo));
  if (first) UACCED_RETURN_IF_ERROR(MeasureFirstRequest(bench, daemon, echo));
  UACCED_RETURN_IF_ERROR(daemon.Stop());
  return echo.Stop();
}

}  // namespace uacced::bench
