// The groups of figures. Each starts the servers that it needs, stops them
// again, and fails when any call fails or is answered wrongly.
#ifndef UACCED_TESTS_BENCH_FIGURES_H_
#define UACCED_TESTS_BENCH_FIGURES_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "tests/bench/report.h"
#include "tests/bench/servers.h"

namespace uacced::bench {

struct Bench {
  Servers& servers;
  Report& report;
  const std::string& corpus;   // at least kCorpusBytes
  const std::string& scratch;  // path of a directory that the run removes
  bool quick = false;          // fewer and shorter rounds, rougher figures
};

inline constexpr size_t kCorpusBytes = 8 << 20;
// Of different payloads in one measurement.
inline constexpr size_t kMaxBlocks = 64;

struct PayloadSize {
  const char* name;
  size_t bytes;
};
inline constexpr PayloadSize k64B = {"64B", 64};
inline constexpr PayloadSize k4KiB = {"4KiB", 4 << 10};
inline constexpr PayloadSize k64KiB = {"64KiB", 64 << 10};
inline constexpr PayloadSize k1MiB = {"1MiB", 1 << 20};

// "rss.start", "idle.cpu", "first.p50": the daemon that has nothing to do,
// beside bare echo.
absl::Status MeasureIdle(const Bench& bench);

// "copy.SIZE.xCALLS": operation Copy against bare echo, and "rss.after_copy".
absl::Status MeasureCopy(const Bench& bench);

// "process.SIZE.bBATCH.vs_calls" and ".vs_stream": Process against bare unary
// echo, and against a bare stream echo of the same messages.
absl::Status MeasureProcess(const Bench& bench);

// "stream.CODEC.size", ".vs_TOOL" and ".vs_library": CompressStream of a large
// file against pigz or zstd on as many threads, and the same codec in process.
absl::Status MeasureStream(const Bench& bench);

// "latency.copy.4KiB" and "latency.process.4KiB": what one operation at a time
// takes longer than bare echo.
absl::Status MeasureLatency(const Bench& bench);

// "connections.idle" and "connections.active": 1,000 clients, and bare echo's.
absl::Status MeasureConnections(const Bench& bench);

// "batch.ALGORITHM.SIZE": small operations through Process, the daemon with one
// worker, against the same library on one thread of this process.
absl::Status MeasureBatch(const Bench& bench);

// "ring.driver", "ring.driver_alone", "ring.lane", "ring.path": a hardware
// queue on a device model that does nothing, against a bare ring between two
// threads; and "ring.vs_dpdk_null" against DPDK.
absl::Status MeasureRing(const Bench& bench);

// "sharing.cCLIENTS": a device with the published latency and limit of ZIP, and
// so many clients with one operation each.
absl::Status MeasureSharing(const Bench& bench);

// "waiting.cCLIENTS.spinUS": the same device and a reactor that looks for work
// so long before it sleeps on the queue's descriptor, against one that never
// sleeps.
absl::Status MeasureWaiting(const Bench& bench);

// "ALGORITHM.SIZE": the daemon with one worker against the same library on
// one thread of this process.
absl::Status MeasureCompute(const Bench& bench);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_FIGURES_H_
