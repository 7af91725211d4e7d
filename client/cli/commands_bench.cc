// bench: how fast this daemon does small operations.
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "client/cli/bench_load.h"
#include "client/cli/bench_report.h"
#include "client/cli/bench_work.h"
#include "client/cli/latency_histogram.h"
#include "client/cli/output_file.h"
#include "client/cli/session.h"

namespace uacced::cli {
namespace {

// What a pipeline may hold besides the payload.
constexpr size_t kOverheadBytes = 4096;
constexpr size_t kMostPipelineOperations = 65'536;

std::atomic<int> g_interrupt_fd = -1;

void Interrupt(int) {
  const int error = errno;
  const uint64_t one = 1;
  if (write(g_interrupt_fd.load(), &one, sizeof(one)) < 0) errno = 0;
  errno = error;
}

// The first SIGINT or SIGTERM ends a wait early; the second one the process.
class InterruptibleWait {
 public:
  InterruptibleWait() : fd_(eventfd(0, EFD_CLOEXEC)) {
    g_interrupt_fd.store(fd_.get());
    struct sigaction action = {};
    action.sa_handler = Interrupt;
    action.sa_flags = SA_RESETHAND | SA_RESTART;
    for (const int signal_number : {SIGINT, SIGTERM}) {
      sigaction(signal_number, &action, nullptr);
    }
  }

  void WaitUntil(absl::Time end) {
    while (true) {
      const absl::Duration left = end - absl::Now();
      if (left <= absl::ZeroDuration()) return;
      pollfd file = {fd_.get(), POLLIN, 0};
      const auto left_ms =
          std::min<int64_t>(absl::ToInt64Milliseconds(left) + 1, 60'000);
      if (poll(&file, 1, static_cast<int>(left_ms)) > 0) return;
    }
  }

 private:
  const UniqueFd fd_;
};

double CpuSeconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

absl::StatusOr<std::vector<BenchConnection>> Connect(const Session& session) {
  const BenchOptions& bench = session.options.bench;
  // Twice: an operation that is being checked is another one in flight.
  const size_t most_operations =
      std::min<size_t>(size_t{2} * bench.in_flight, kMostPipelineOperations);
  std::vector<BenchConnection> connections(bench.connections);
  for (BenchConnection& connection : connections) {
    if (bench.unary) {
      client::ClientOptions options = session.client_options;
      options.own_connection = true;
      UACCED_ASSIGN_OR_RETURN(connection.client,
                              client::Client::Connect(options));
      continue;
    }
    UACCED_ASSIGN_OR_RETURN(
        connection.pipeline,
        client::Pipeline::Connect(
            session.client_options,
            {.max_in_flight_operations = most_operations,
             .max_in_flight_bytes =
                 most_operations * (bench.size_bytes + kOverheadBytes)}));
  }
  return connections;
}

BenchReport::Pipelines StatsOf(
    const std::vector<BenchConnection>& connections) {
  BenchReport::Pipelines all;
  for (const BenchConnection& connection : connections) {
    const client::PipelineStats stats = connection.pipeline->stats();
    all.resends += stats.resends + stats.retries;
    all.reconnects += std::max<uint64_t>(stats.streams, 1) - 1;
  }
  return all;
}

}  // namespace

absl::Status RunBench(const Session& session) {
  const Options& options = session.options;
  UACCED_ASSIGN_OR_RETURN(const auto work, BenchWork::Make(session));
  UACCED_ASSIGN_OR_RETURN(const auto connections, Connect(session));
  LatencyHistogram latencies;
  InterruptibleWait wait;
  const double cpu_before = CpuSeconds();
  const absl::Time end = absl::Now() + options.bench.duration;
  const BenchCounts counts = RunLoad(
      *work, connections, options.bench.in_flight, [&] { wait.WaitUntil(end); },
      latencies);
  BenchReport report = {
      options, counts, latencies, CpuSeconds() - cpu_before, {}};
  if (!options.bench.unary) report.pipelines = StatsOf(connections);
  UACCED_RETURN_IF_ERROR(WriteStandardOutput(
      options.json ? BenchJson(report) : BenchTable(report)));
  if (counts.wrong > 0) {
    return Fail(ExitCode::kCorrupt,
                absl::StrCat("bench: ", counts.wrong, " answers are wrong"));
  }
  if (counts.errors > 0) {
    return Fail(ExitCode::kFailure,
                absl::StrCat("bench: ", counts.errors,
                             " operations failed, the first with: ",
                             counts.first_error));
  }
  return absl::OkStatus();
}

}  // namespace uacced::cli
