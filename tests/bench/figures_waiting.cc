// When to stop looking for completions and sleep until the device says so.
#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "tests/bench/comparison.h"
#include "tests/bench/figures.h"
#include "tests/bench/ring_loops.h"

namespace uacced::bench {
namespace {

double CpuPerOperation(const std::vector<Round>& rounds) {
  std::vector<double> costs;
  costs.reserve(rounds.size());
  for (const Round& round : rounds) {
    costs.push_back(static_cast<double>(round.server_cpu_ns) /
                    static_cast<double>(round.operations));
  }
  return Median(std::move(costs));
}

absl::Status MeasureSpin(const Bench& bench, int clients, int64_t spin_us) {
  const std::string name = absl::StrCat("waiting.c", clients, ".spin", spin_us);
  if (!bench.report.Wants(name)) return absl::OkStatus();
  RingLoopOptions options = {
      .duration = std::chrono::milliseconds(bench.quick ? 250 : 500),
      .in_flight = clients,
      .service_ns = kZipServiceNs,
      .operations_per_second = kZipOperationsPerSecond};
  RingLoopOptions sleeping = options;
  sleeping.spin_ns = spin_us * 1000;
  UACCED_ASSIGN_OR_RETURN(
      const Comparison comparison,
      Compare(
          bench.quick ? 3 : 9, [&] { return RunPathLoop(sleeping); },
          [&] { return RunPathLoop(options); }));
  AddFigures(name, comparison, Throughput::kOperations, "", bench.report);
  AddComparedTo(bench.report,
                {.name = absl::StrCat(name, ".reactor_cpu"),
                 .unit = "ns/op",
                 .value = CpuPerOperation(comparison.ours),
                 .reference = CpuPerOperation(comparison.reference)});
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureWaiting(const Bench& bench) {
  for (const int clients : {1, 8, 64}) {
    for (const int64_t spin_us : {0, 5, 20, 100}) {
      UACCED_RETURN_IF_ERROR(MeasureSpin(bench, clients, spin_us));
    }
  }
  return absl::OkStatus();
}

}  // namespace uacced::bench
