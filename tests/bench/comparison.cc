#include "tests/bench/comparison.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "base/status_macros.h"

namespace uacced::bench {
namespace {

double Rate(const Round& round, Throughput throughput) {
  return throughput == Throughput::kOperations ? round.OperationsPerSecond()
                                               : round.MegabytesPerSecond();
}

std::vector<double> LatenciesUs(const std::vector<Round>& rounds) {
  std::vector<double> all;
  for (const Round& round : rounds) {
    for (const int64_t ns : round.latencies_ns) all.push_back(1e-3 * ns);
  }
  return all;
}

// Nanoseconds for each byte are seconds for each GB.
double SecondsPerGigabyte(const std::vector<Round>& rounds, bool with_client) {
  int64_t cpu_ns = 0;
  int64_t bytes = 0;
  for (const Round& round : rounds) {
    cpu_ns += round.server_cpu_ns + (with_client ? round.client_cpu_ns : 0);
    bytes += round.payload_bytes;
  }
  return bytes == 0 ? 0 : static_cast<double>(cpu_ns) / bytes;
}

}  // namespace

absl::StatusOr<Comparison> Compare(int pairs, const Side& ours,
                                   const Side& reference) {
  Comparison comparison;
  for (int pair = 0; pair < pairs; ++pair) {
    const bool ours_first = pair % 2 == 0;
    for (const bool is_ours : {ours_first, !ours_first}) {
      UACCED_ASSIGN_OR_RETURN(Round round, is_ours ? ours() : reference());
      (is_ours ? comparison.ours : comparison.reference)
          .push_back(std::move(round));
    }
  }
  return comparison;
}

void AddFigures(const std::string& name, const Comparison& comparison,
                Throughput throughput, const std::string& goal,
                Report& report) {
  std::vector<double> values;
  std::vector<double> references;
  std::vector<double> ratios;
  for (size_t i = 0; i < comparison.ours.size(); ++i) {
    values.push_back(Rate(comparison.ours[i], throughput));
    references.push_back(Rate(comparison.reference[i], throughput));
    if (references.back() > 0) {
      ratios.push_back(values.back() / references.back());
    }
  }
  report.Add({.name = name + ".throughput",
              .unit = throughput == Throughput::kOperations ? "ops/s" : "MB/s",
              .value = Median(values),
              .reference = Median(references),
              .ratio = Median(ratios),
              .goal = goal});
  const std::vector<double> ours_us = LatenciesUs(comparison.ours);
  const std::vector<double> reference_us = LatenciesUs(comparison.reference);
  const std::pair<const char*, double> quantiles[] = {
      {".p50", 0.5}, {".p99", 0.99}, {".p99_9", 0.999}};
  for (const auto& [suffix, quantile] : quantiles) {
    if (ours_us.empty()) break;
    AddComparedTo(report, {.name = name + suffix,
                           .unit = "us",
                           .value = Quantile(ours_us, quantile),
                           .reference = Quantile(reference_us, quantile)});
  }
  for (const bool with_client : {true, false}) {
    AddComparedTo(
        report,
        {.name = name + (with_client ? ".cpu" : ".server_cpu"),
         .unit = "s/GB",
         .value = SecondsPerGigabyte(comparison.ours, with_client),
         .reference = SecondsPerGigabyte(comparison.reference, with_client)});
  }
}

}  // namespace uacced::bench
