// The figures of one bench run, as a table and as JSON.
//
// Units:   as the names say; MB and GB are 10^6 and 10^9 bytes of input.
// Threads: pure functions.
#ifndef UACCED_CLIENT_CLI_BENCH_REPORT_H_
#define UACCED_CLIENT_CLI_BENCH_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "client/cli/bench_load.h"
#include "client/cli/latency_histogram.h"
#include "client/cli/options.h"

namespace uacced::cli {

struct BenchReport {
  const Options& options;
  const BenchCounts& counts;
  const LatencyHistogram& latencies;
  double cpu_seconds = 0;  // user and system, of this process
  // Of the pipelines; nothing for calls, which do not count them.
  struct Pipelines {
    uint64_t resends = 0;     // operations sent again
    uint64_t reconnects = 0;  // streams beyond the first of each connection
  };
  std::optional<Pipelines> pipelines;
};

std::string BenchTable(const BenchReport& report);
std::string BenchJson(const BenchReport& report);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_BENCH_REPORT_H_
