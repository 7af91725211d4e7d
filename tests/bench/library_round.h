// A library's work on blocks in memory, as a round to compare with.
//
// Threads: thread-compatible.
#ifndef UACCED_TESTS_BENCH_LIBRARY_ROUND_H_
#define UACCED_TESTS_BENCH_LIBRARY_ROUND_H_

#include <chrono>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/library.h"
#include "tests/bench/round.h"

namespace uacced::bench {

// On this thread alone, `blocks` in turn. Gives no latencies: one operation at
// a time cannot be compared with a queue of them.
absl::StatusOr<Round> RunLibrary(LibraryCodec& codec,
                                 const std::vector<std::string>& blocks,
                                 std::chrono::nanoseconds duration);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_LIBRARY_ROUND_H_
