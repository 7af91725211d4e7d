// DPDK's own benchmark of a crypto device that does nothing, as a yardstick:
// its null device takes operations and gives them back on the same core,
// without descriptors, memory barriers or another side.
#ifndef UACCED_TESTS_BENCH_DPDK_H_
#define UACCED_TESTS_BENCH_DPDK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace uacced::bench {

// Operations per second that `dpdk-test-crypto-perf` reports. NOT_FOUND: it is
// not installed. INTERNAL: it failed, or said nothing that we understand.
// `output`: a file that it may write to.
absl::StatusOr<double> RunDpdkNullCrypto(const std::string& output);

// The column MOps of the table in what the program printed, as operations per
// second.
absl::StatusOr<double> ParseDpdkThroughput(absl::string_view output);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_DPDK_H_
