// The least that a ring can cost: two threads, 128-byte entries one way,
// 16-byte entries the other way, nothing else. What the driver with its rings
// is measured against.
//
// Threads: call from one thread; the other side is a thread of its own.
#ifndef UACCED_TESTS_BENCH_BARE_RING_H_
#define UACCED_TESTS_BENCH_BARE_RING_H_

#include <chrono>

#include "tests/bench/round.h"

namespace uacced::bench {

struct BareRingOptions {
  std::chrono::milliseconds warm_up{50};
  std::chrono::milliseconds duration{250};
};

// Entries are submitted in bursts of 32 with one store of the tail for each.
Round RunBareRing(const BareRingOptions& options);

// The first processor that this process may run on; -1: not known.
int FirstProcessor();

// Lets the calling thread run on one processor only: the first (`index` 0) or
// the second (1) of those that this process may run on.
void PinToProcessor(int index);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_BARE_RING_H_
