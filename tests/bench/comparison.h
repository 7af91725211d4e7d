// Two things measured in short turns, so that whatever else the machine does
// meanwhile hits both.
//
// Threads: call from one thread.
#ifndef UACCED_TESTS_BENCH_COMPARISON_H_
#define UACCED_TESTS_BENCH_COMPARISON_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/report.h"
#include "tests/bench/round.h"

namespace uacced::bench {

using Side = std::function<absl::StatusOr<Round>()>;

struct Comparison {
  std::vector<Round> ours;
  std::vector<Round> reference;  // reference[i] was measured next to ours[i]
};

// ours, reference, reference, ours, ...: `pairs` of each. The first error of
// a round ends it.
absl::StatusOr<Comparison> Compare(int pairs, const Side& ours,
                                   const Side& reference);

enum class Throughput { kOperations, kMegabytes };

// Adds "`name`.throughput": medians of the rounds, and the median of the
// pairs' ratios; ".p50", ".p99" and ".p99_9" of all operations, if they were
// timed;
// ".cpu" and ".server_cpu": seconds of processor time for each GB (10^9
// bytes) of payload, of both processes and of the server alone.
void AddFigures(const std::string& name, const Comparison& comparison,
                Throughput throughput, const std::string& goal, Report& report);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_COMPARISON_H_
