#include <algorithm>
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
#include "tests/bench/load_generator.h"

namespace uacced::bench {
namespace {

using std::chrono::milliseconds;
using Blocks = std::vector<std::string>;

struct Plan {
  int pairs;  // odd: the median is then one of them
  milliseconds warm_up;
  milliseconds daemon_round;
  milliseconds library_round;
};
constexpr Plan kFull = {11, milliseconds(100), milliseconds(500),
                        milliseconds(300)};
constexpr Plan kQuick = {3, milliseconds(50), milliseconds(250),
                         milliseconds(150)};

struct Load {
  PayloadSize size;
  int in_flight;  // enough that the one worker need never wait
};
constexpr Load kLoads[] = {{k4KiB, 32}, {k64KiB, 16}, {k1MiB, 8}};

constexpr char kKeyName[] = "bench";
constexpr char kCompressionGoal[] = ">= 0.9 of the library";

struct Algorithm {
  const char* name;
  const char* goal;  // at 64 KiB
  std::function<std::unique_ptr<Workload>(const Channel&, const Blocks&)> calls;
  std::function<std::unique_ptr<LibraryCodec>(size_t block_bytes)> library;
};

std::vector<Algorithm> Algorithms(const std::string& key) {
  const auto compress = [](v1::CompressionFormat format, int level) {
    return [=](const Channel& channel, const Blocks& blocks) {
      return NewCompressCalls(channel, blocks, format, level);
    };
  };
  return {
      {"gzip-1", kCompressionGoal, compress(v1::COMPRESSION_FORMAT_GZIP, 1),
       [](size_t bytes) { return NewIsalGzip(1, bytes); }},
      {"gzip-6", kCompressionGoal, compress(v1::COMPRESSION_FORMAT_GZIP, 6),
       [](size_t bytes) { return NewLibdeflateGzip(6, bytes); }},
      {"zstd-3", kCompressionGoal, compress(v1::COMPRESSION_FORMAT_ZSTD, 3),
       [](size_t bytes) { return NewZstd(3, bytes); }},
      {"aes-256-gcm", "",
       [key](const Channel& channel, const Blocks& blocks) {
         return NewAes256GcmCalls(channel, blocks, kKeyName, key);
       },
       [key](size_t bytes) { return NewAes256Gcm(key, bytes); }},
      {"sha256", "", NewSha256Calls, [](size_t) { return NewSha256(); }},
  };
}

absl::Status MeasureCase(const std::string& name, const Algorithm& algorithm,
                         const Load& load, const Bench& bench,
                         const Server& daemon) {
  const Plan plan = bench.quick ? kQuick : kFull;
  const Blocks blocks = CutBlocks(bench.corpus, load.size.bytes, kMaxBlocks);
  const std::unique_ptr<Workload> calls =
      algorithm.calls(daemon.channel(), blocks);
  const std::unique_ptr<LibraryCodec> library =
      algorithm.library(load.size.bytes);
  UACCED_ASSIGN_OR_RETURN(
      const Comparison comparison,
      Compare(
          plan.pairs,
          [&] {
            return RunClosedLoop(*calls, {.in_flight = load.in_flight,
                                          .warm_up = plan.warm_up,
                                          .duration = plan.daemon_round,
                                          .server_pid = daemon.pid()});
          },
          [&] { return RunLibrary(*library, blocks, plan.library_round); }));
  AddFigures(name, comparison, Throughput::kMegabytes,
             load.size.bytes == k64KiB.bytes ? algorithm.goal : "",
             bench.report);
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureCompute(const Bench& bench) {
  const std::string key = bench.corpus.substr(0, 32);
  const std::vector<Algorithm> algorithms = Algorithms(key);
  const bool wanted = std::any_of(
      algorithms.begin(), algorithms.end(),
      [&](const Algorithm& a) { return bench.report.Wants(a.name); });
  if (!wanted) return absl::OkStatus();
  UACCED_ASSIGN_OR_RETURN(Server daemon,
                          bench.servers.StartDaemon({.workers = 1}));
  UACCED_RETURN_IF_ERROR(ImportAes256GcmKey(daemon.channel(), kKeyName, key));
  for (const Algorithm& algorithm : algorithms) {
    for (const Load& load : kLoads) {
      const std::string name =
          absl::StrCat(algorithm.name, ".", load.size.name);
      if (!bench.report.Wants(name)) continue;
      UACCED_RETURN_IF_ERROR(MeasureCase(name, algorithm, load, bench, daemon));
    }
  }
  return daemon.Stop();
}

}  // namespace uacced::bench
