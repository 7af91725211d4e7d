// A program run to its end, for what it took: the references that are tools.
//
// Threads: thread-safe.
#ifndef UACCED_TESTS_BENCH_COMMAND_H_
#define UACCED_TESTS_BENCH_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace uacced::bench {

struct CommandCost {
  int64_t wall_ns = 0;  // Starting it included.
  int64_t cpu_ns = 0;   // User and system, of it and what it waited for.
};

// Runs argv[0], looked up in PATH, with its stdout in file `output`, made or
// emptied, and our stderr. An error when it cannot be started (NOT_FOUND: there
// is no such program) or does not end with exit code 0.
absl::StatusOr<CommandCost> RunCommand(const std::vector<std::string>& argv,
                                       const std::string& output);

// DATA_LOSS unless the command `decoder` ("gzip -dc") makes exactly `original`
// of `encoded`, both paths of files.
absl::Status CheckDecodes(const std::string& decoder,
                          const std::string& encoded,
                          const std::string& original);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_COMMAND_H_
