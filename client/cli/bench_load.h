// Keeps a number of operations in flight for a while, and counts.
//
// Threads: the callbacks of the connections start the next operations.
#ifndef UACCED_CLIENT_CLI_BENCH_LOAD_H_
#define UACCED_CLIENT_CLI_BENCH_LOAD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cli/bench_work.h"
#include "client/cli/latency_histogram.h"

namespace uacced::cli {

struct BenchCounts {
  uint64_t operations = 0;  // answered with OK, and right where that is checked
  uint64_t errors = 0;      // answered with an error
  uint64_t wrong = 0;       // answered wrongly
  std::string first_error;  // of either kind
  double seconds = 0;       // from the first operation to the last answer
};

// Runs `work` on all connections, `in_flight` operations on all of them
// together, until `wait` returns; then waits for the answers that are still
// missing. `wait` is called once, on this thread. `latencies` gets the answered
// ones, from sending to the answer, checking not included.
BenchCounts RunLoad(BenchWork& work,
                    const std::vector<BenchConnection>& connections,
                    uint32_t in_flight, const std::function<void()>& wait,
                    LatencyHistogram& latencies);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_BENCH_LOAD_H_
