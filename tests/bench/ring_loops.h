// Loops over a hardware queue of the device model, in this process and without
// gRPC: the driver alone, with the scheduler and the in-flight table, and the
// whole path from the inbox to the reply. The device has the second processor.
//
// Threads: call from one thread; the loops run on threads of their own.
#ifndef UACCED_TESTS_BENCH_RING_LOOPS_H_
#define UACCED_TESTS_BENCH_RING_LOOPS_H_

#include <chrono>
#include <cstdint>

#include "absl/status/statusor.h"
#include "tests/bench/round.h"

namespace uacced::bench {

// Published for Kunpeng 920's ZIP at 8 KiB (UADK docs/perf.rst).
inline constexpr uint32_t kZipServiceNs = 14'700;
inline constexpr uint32_t kZipOperationsPerSecond = 880'000;

struct RingLoopOptions {
  std::chrono::milliseconds warm_up{50};
  std::chrono::milliseconds duration{250};
  // Operations in flight, each of 64 bytes; for the path: clients with one
  // operation each.
  int in_flight = 512;
  // The model's figures; 0: as fast as it can.
  uint32_t service_ns = 0;
  uint32_t operations_per_second = 0;
  // Of the path: how long the reactor looks for work before it sleeps.
  int64_t spin_ns = 1'000'000'000;
};

// hw::Queue alone: Submit() in bursts of 32, Flush(), Poll().
absl::StatusOr<Round> RunDriverLoop(const RingLoopOptions& options);

// What of that is the driver's own: how long Submit(), Flush() and Poll() take
// while the device is waited for outside of the time that is counted. The lines
// that the device wrote still come from its cache.
absl::StatusOr<Round> RunDriverAlone(const RingLoopOptions& options);

// A Lane: fair queueing, tags, the driver, answers.
absl::StatusOr<Round> RunLaneLoop(const RingLoopOptions& options);

// A Reactor: its inbox, a Lane, answers. Who is answered brings the next job.
// The round's server_cpu_ns is that of the reactor's thread.
absl::StatusOr<Round> RunPathLoop(const RingLoopOptions& options);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_RING_LOOPS_H_
