// A closed loop: a fixed number of calls in flight, each answer starting the
// next call.
//
// Threads: call from one thread; the load itself runs on gRPC's threads.
#ifndef UACCED_TESTS_BENCH_LOAD_GENERATOR_H_
#define UACCED_TESTS_BENCH_LOAD_GENERATOR_H_

#include <sys/types.h>

#include <chrono>

#include "absl/status/statusor.h"
#include "tests/bench/round.h"
#include "tests/bench/workload.h"

namespace uacced::bench {

struct LoadOptions {
  int in_flight = 1;
  // Runs without being counted, then counted.
  std::chrono::nanoseconds warm_up{0};
  std::chrono::nanoseconds duration{0};
  pid_t server_pid = 0;  // whose processor time to count
};

// Returns when no call is in flight any more. The error of the first call that
// failed or was answered wrongly, if any; the load then ends early.
absl::StatusOr<Round> RunClosedLoop(Workload& workload,
                                    const LoadOptions& options);

// One call, waited for: how long it took, nanoseconds.
absl::StatusOr<int64_t> RunOnce(Workload& workload);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_LOAD_GENERATOR_H_
