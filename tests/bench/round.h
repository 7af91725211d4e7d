// What one stretch of measuring gives.
#ifndef UACCED_TESTS_BENCH_ROUND_H_
#define UACCED_TESTS_BENCH_ROUND_H_

#include <cstdint>
#include <vector>

namespace uacced::bench {

struct Round {
  // Operations that ended in the round, and their payload: the bytes that
  // went in, counted once.
  int64_t operations = 0;
  int64_t payload_bytes = 0;
  int64_t wall_ns = 0;
  int64_t client_cpu_ns = 0;  // of this process
  int64_t server_cpu_ns = 0;
  std::vector<int64_t> latencies_ns;  // of each operation, unsorted

  double OperationsPerSecond() const {
    return wall_ns == 0 ? 0 : 1e9 * operations / wall_ns;
  }
  double MegabytesPerSecond() const {
    return wall_ns == 0 ? 0 : 1e3 * payload_bytes / wall_ns;
  }
};

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_ROUND_H_
