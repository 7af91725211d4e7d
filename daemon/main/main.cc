// The daemon's process: command line, signals, exit codes. The rest is Daemon.
#include <grpc/grpc.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <span>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/version.h"
#include "daemon/config/config.h"
#include "daemon/main/daemon.h"
#include "daemon/main/options.h"
#include "daemon/main/service_manager.h"
#include "daemon/memory/memory.h"

namespace uacced {
namespace {

constexpr int kCannotStart = 1;
constexpr int kBadUsage = 2;

constexpr absl::Duration kTick = absl::Seconds(1);

// Two times so many ticks without a request count as idle.
constexpr int kIdleTicks = 5;

// How long devices may take to end what they are at, after it had its time.
constexpr absl::Duration kStopLimit = absl::Seconds(3);

// Every thread inherits the mask; the main thread asks for the signals.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// SIGHUP means "reload" to many: it must not cost the keys and the calls.
bool SignalWithin(const sigset_t& signals, absl::Duration timeout) {
  const timespec limit = absl::ToTimespec(timeout);
  const int signal = sigtimedwait(&signals, nullptr, &limit);
  if (signal == SIGHUP) {
    Log(LogLevel::kWarning, "main",
        "SIGHUP ignored: the configuration is read at start only");
  }
  return signal == SIGTERM || signal == SIGINT;
}

// Housekeeping after requests: traces of keys go soon, memory of a burst goes
// back to the system once a while has passed without any request.
void WaitForStop(const sigset_t& signals, Daemon& daemon) {
  uint64_t seen_requests = 0;
  bool released = true;
  int ticks = 0;
  while (!SignalWithin(signals, kTick)) {
    daemon.RetireOldStreams();
    if (++ticks % kIdleTicks != 0) continue;
    const uint64_t requests = daemon.requests_total();
    if (requests != seen_requests) {
      daemon.ScrubKeys();
      released = false;
    } else if (!released) {
      ReleaseFreeMemory();
      released = true;
    }
    seen_requests = requests;
  }
}

// Whatever still runs then had the configured time and more.
void ExitAfter(absl::Duration limit) {
  std::thread([limit] {
    absl::SleepFor(limit);
    Log(LogLevel::kWarning, "main", "work in progress was given up");
    _exit(0);
  }).detach();
}

int CannotStart(const absl::Status& status) {
  Log(LogLevel::kError, "main", "cannot start", {{"error", status.message()}});
  return kCannotStart;
}

int Serve(const Config& config) {
  const sigset_t signals = BlockSignals();
  // Before there is much of a heap.
  const absl::Status reserved = ReservePool(config.memory.pool_bytes);
  if (!reserved.ok()) return CannotStart(reserved);
  // Not paired on purpose: the last grpc_shutdown() may take 10 s to join
  // gRPC's backup poller.
  grpc_init();
  absl::StatusOr<std::unique_ptr<Daemon>> daemon = Daemon::Start(config);
  if (!daemon.ok()) return CannotStart(daemon.status());
  // After the keys, which must be locked.
  const absl::Status settled = SettlePool();
  if (!settled.ok()) return CannotStart(settled);
  NotifyServiceManager("READY=1");
  Log(LogLevel::kInfo, "main", "serving", {{"version", kVersion}});
  WaitForStop(signals, **daemon);
  NotifyServiceManager("STOPPING=1");
  (*daemon)->Drain([&signals](absl::Duration timeout) {
    return SignalWithin(signals, timeout);
  });
  ExitAfter(kStopLimit);
  (*daemon)->Stop();
  return 0;
}

int Main(std::span<char* const> arguments) {
  const absl::StatusOr<CommandLine> line = ParseCommandLine(arguments);
  if (!line.ok()) {
    std::fprintf(stderr, "uacced: %s; see uacced --help\n",
                 std::string(line.status().message()).c_str());
    return kBadUsage;
  }
  if (line->action == CommandLine::Action::kHelp) {
    std::fputs(HelpText(), stdout);
    return 0;
  }
  if (line->action == CommandLine::Action::kVersion) {
    std::printf("uacced %s\n", kVersion);
    return 0;
  }
  const uint32_t cpu_count = std::max(1u, std::thread::hardware_concurrency());
  const absl::StatusOr<Config> config =
      LoadConfig(line->config_path, cpu_count);
  if (!config.ok()) {
    // One problem a line, as "file:line:column: what".
    std::fprintf(stderr, "%s\n",
                 std::string(config.status().message()).c_str());
    return kBadUsage;
  }
  if (line->action == CommandLine::Action::kCheck) {
    std::printf("%s: valid\n", line->config_path.c_str());
    return 0;
  }
  SetLogLevel(config->log_level);
  return Serve(*config);
}

}  // namespace
}  // namespace uacced

int main(int argc, char** argv) {
  return uacced::Main(std::span<char* const>(argv, argc).subspan(1));
}
