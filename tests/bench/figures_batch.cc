// Small operations by the batch, through Process, against the same library on
// one thread: where the daemon's path costs more than the work, and where not.
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "tests/bench/calls.h"
#include "tests/bench/comparison.h"
#include "tests/bench/corpus.h"
#include "tests/bench/figures.h"
#include "tests/bench/library.h"
#include "tests/bench/library_round.h"
#include "tests/bench/process_workload.h"
#include "tests/bench/stream_load.h"

namespace uacced::bench {
namespace {

using std::chrono::milliseconds;

struct Plan {
  int pairs;  // odd: the median is then one of them
  milliseconds warm_up;
  milliseconds daemon_round;
  milliseconds library_round;
};
constexpr Plan kFull = {7, milliseconds(100), milliseconds(500),
                        milliseconds(300)};
constexpr Plan kQuick = {3, milliseconds(50), milliseconds(250),
                         milliseconds(150)};

struct Load {
  PayloadSize size;
  int batch;  // operations in a message
};
constexpr Load kLoads[] = {{k64B, 256}, {k4KiB, 64}, {k64KiB, 4}, {k1MiB, 1}};
constexpr int kMessagesInFlight = 8;

constexpr char kKeyName[] = "batch";

struct Algorithm {
  const char* name;
  OperationKind operations;
  std::function<std::unique_ptr<LibraryCodec>(size_t block_bytes)> library;
};

std::vector<Algorithm> Algorithms(const std::string& key) {
  return {
      {"batch.aes-256-gcm", Aes256GcmOperations(kKeyName, key),
       [key](size_t bytes) { return NewAes256Gcm(key, bytes); }},
      {"batch.sha256", Sha256Operations(), [](size_t) { return NewSha256(); }},
      {"batch.gzip-1", GzipOperations(1),
       [](size_t bytes) { return NewIsalGzip(1, bytes); }},
  };
}

absl::Status MeasureCase(const Bench& bench, const Server& daemon,
                         const Algorithm& algorithm, const Load& load) {
  const std::string name = absl::StrCat(algorithm.name, ".", load.size.name);
  if (!bench.report.Wants(name)) return absl::OkStatus();
  const Plan plan = bench.quick ? kQuick : kFull;
  const std::vector<std::string> blocks =
      CutBlocks(bench.corpus, load.size.bytes, kMaxBlocks);
  const StreamWorkload process = NewProcessWorkload(
      daemon.channel(), blocks, load.batch, algorithm.operations);
  const std::unique_ptr<LibraryCodec> library =
      algorithm.library(load.size.bytes);
  UACCED_ASSIGN_OR_RETURN(
      const Comparison comparison,
      Compare(
          plan.pairs,
          [&] {
            return RunStreamLoop(process, {.in_flight = kMessagesInFlight,
                                           .warm_up = plan.warm_up,
                                           .duration = plan.daemon_round,
                                           .server_pid = daemon.pid()});
          },
          [&] { return RunLibrary(*library, blocks, plan.library_round); }));
  AddFigures(name, comparison, Throughput::kMegabytes, "", bench.report);
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureBatch(const Bench& bench) {
  if (!bench.report.Wants("batch")) return absl::OkStatus();
  const std::string key = bench.corpus.substr(0, 32);
  UACCED_ASSIGN_OR_RETURN(Server daemon,
                          bench.servers.StartDaemon({.workers = 1}));
  UACCED_RETURN_IF_ERROR(ImportAes256GcmKey(daemon.channel(), kKeyName, key));
  for (const Algorithm& algorithm : Algorithms(key)) {
    for (const Load& load : kLoads) {
      UACCED_RETURN_IF_ERROR(MeasureCase(bench, daemon, algorithm, load));
    }
  }
  return daemon.Stop();
}

}  // namespace uacced::bench
