// One client of a storm: a process with a connection of its own, which keeps
// some operations in flight and judges every answer.
//
// Threads: RunStormClient() belongs to the process's first thread. The counters
//          are shared with the parent: atomics in shared memory.
#ifndef UACCED_TESTS_VM_STORM_CLIENT_H_
#define UACCED_TESTS_VM_STORM_CLIENT_H_

#include <atomic>
#include <cstdint>

#include "tests/vm/storm_maker.h"

namespace uacced::vm {

// In memory that is all zeros at first.
struct StormCounters {
  std::atomic<uint64_t> started;
  std::atomic<uint64_t> answered;
  std::atomic<uint64_t> hardware;  // of the answered, by simulated accelerators
  std::atomic<uint64_t> software;
  std::atomic<uint64_t> failed;  // of the answered, with an error
  std::atomic<uint64_t> wrong;   // of the answered, with a wrong answer
  std::atomic<uint64_t> bytes;   // of the inputs
  // Known at the end.
  std::atomic<uint64_t> twice;
  std::atomic<uint64_t> lost;
  std::atomic<uint64_t> resends;
  std::atomic<uint64_t> bad_results;
};

struct StormClientOptions {
  int number = 0;  // in reports
  uint64_t seed = 1;
  uint64_t operations = 1;  // 1..kMaxStormOperations
};
inline constexpr uint64_t kMaxStormOperations = 10'000'000;

// Until so many operations are answered, or `stop` and those in flight are. The
// first thing of each kind that was not as it should be is a line on stdout.
void RunStormClient(const StormClientOptions& options, const StormPool& pool,
                    const StormKeys& keys, const std::atomic<bool>& stop,
                    StormCounters& counters);

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_STORM_CLIENT_H_
