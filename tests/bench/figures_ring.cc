// The rings without gRPC: the driver and the reactor on a device model that
// does nothing, and what sharing makes of a device with a latency.
#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "tests/bench/bare_ring.h"
#include "tests/bench/comparison.h"
#include "tests/bench/dpdk.h"
#include "tests/bench/figures.h"
#include "tests/bench/ring_loops.h"

namespace uacced::bench {
namespace {

using std::chrono::milliseconds;

struct Plan {
  int pairs;
  milliseconds round;
};
constexpr Plan kFull = {9, milliseconds(500)};
constexpr Plan kQuick = {3, milliseconds(250)};

struct Case {
  const char* name;
  absl::StatusOr<Round> (*run)(const RingLoopOptions& options);
  const char* rate_goal;
  const char* cost_goal;
};
constexpr Case kCases[] = {
    {"ring.driver", RunDriverLoop, "", ""},
    {"ring.driver_alone", RunDriverAlone, "", "<= 50"},
    {"ring.lane", RunLaneLoop, ">= 10 M", ""},
    {"ring.path", RunPathLoop, "", "<= 250"},
};

double NsPerOperation(const std::vector<Round>& rounds) {
  std::vector<double> costs;
  costs.reserve(rounds.size());
  for (const Round& round : rounds) {
    costs.push_back(static_cast<double>(round.wall_ns) / round.operations);
  }
  return Median(std::move(costs));
}

absl::Status MeasureCase(const Bench& bench, const Case& c) {
  if (!bench.report.Wants(c.name)) return absl::OkStatus();
  const Plan plan = bench.quick ? kQuick : kFull;
  const RingLoopOptions options = {.duration = plan.round};
  UACCED_ASSIGN_OR_RETURN(const Comparison comparison,
                          Compare(
                              plan.pairs, [&] { return c.run(options); },
                              [&]() -> absl::StatusOr<Round> {
                                return RunBareRing({.duration = plan.round});
                              }));
  AddFigures(c.name, comparison, Throughput::kOperations, c.rate_goal,
             bench.report);
  AddComparedTo(bench.report,
                {.name = absl::StrCat(c.name, ".cost"),
                 .unit = "ns/op",
                 .value = NsPerOperation(comparison.ours),
                 .reference = NsPerOperation(comparison.reference),
                 .goal = c.cost_goal});
  return absl::OkStatus();
}

absl::Status MeasureAgainstDpdk(const Bench& bench) {
  constexpr char kName[] = "ring.vs_dpdk_null";
  if (!bench.report.Wants(kName)) return absl::OkStatus();
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int i = 0; i < (bench.quick ? 1 : 3); ++i) {
    UACCED_ASSIGN_OR_RETURN(
        const Round round,
        RunDriverLoop({.duration = bench.quick ? kQuick.round : kFull.round}));
    ours.push_back(round.OperationsPerSecond());
    UACCED_ASSIGN_OR_RETURN(const double dpdk, RunDpdkNullCrypto(absl::StrCat(
                                                   bench.scratch, "/dpdk")));
    theirs.push_back(dpdk);
  }
  AddComparedTo(bench.report, {.name = absl::StrCat(kName, ".throughput"),
                               .unit = "ops/s",
                               .value = Median(ours),
                               .reference = Median(theirs)});
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureRing(const Bench& bench) {
  if (!bench.report.Wants("ring")) return absl::OkStatus();
  for (const Case& c : kCases) {
    UACCED_RETURN_IF_ERROR(MeasureCase(bench, c));
  }
  return MeasureAgainstDpdk(bench);
}

absl::Status MeasureSharing(const Bench& bench) {
  for (const int clients : {1, 3, 10, 30, 100, 300, 1000}) {
    const std::string name = absl::StrCat("sharing.c", clients);
    if (!bench.report.Wants(name)) continue;
    std::vector<double> rates;
    for (int i = 0; i < (bench.quick ? 1 : 5); ++i) {
      UACCED_ASSIGN_OR_RETURN(
          const Round round,
          RunPathLoop({.duration = bench.quick ? kQuick.round : kFull.round,
                       .in_flight = clients,
                       .service_ns = kZipServiceNs,
                       .operations_per_second = kZipOperationsPerSecond}));
      rates.push_back(round.OperationsPerSecond());
    }
    AddComparedTo(bench.report,
                  {.name = absl::StrCat(name, ".throughput"),
                   .unit = "ops/s",
                   .value = Median(rates),
                   .reference = kZipOperationsPerSecond,
                   .goal = clients == 1000 ? "the device's limit" : ""});
  }
  return absl::OkStatus();
}

}  // namespace uacced::bench
