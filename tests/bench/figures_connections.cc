// A thousand clients: what each costs that has nothing to ask, and whether all
// are answered when all ask at once.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "tests/bench/calls.h"
#include "tests/bench/comparison.h"
#include "tests/bench/corpus.h"
#include "tests/bench/cpu_time.h"
#include "tests/bench/crowd.h"
#include "tests/bench/figures.h"
#include "tests/bench/load_generator.h"

namespace uacced::bench {
namespace {

using std::chrono::milliseconds;

constexpr int kConnections = 1000;
// Two for each connection, on either side, and what else there is.
constexpr uint64_t kDescriptors = uint64_t{4} * kConnections;

// Until a server that has nothing to do has tidied up.
constexpr milliseconds kSettle(1000);

struct Plan {
  int pairs;  // odd: the median is then one of them
  milliseconds warm_up;
  milliseconds round;
};
constexpr Plan kFull = {5, milliseconds(500), milliseconds(2000)};
constexpr Plan kQuick = {3, milliseconds(200), milliseconds(500)};

// A server with its clients.
struct Crowded {
  Server& server;
  std::unique_ptr<Crowd> crowd;
  int64_t before_bytes = 0;  // resident, without the clients

  absl::StatusOr<double> KiBPerConnection() const {
    UACCED_ASSIGN_OR_RETURN(const int64_t now_bytes,
                            ResidentBytes(server.pid()));
    return static_cast<double>(now_bytes - before_bytes) / kConnections / 1024;
  }
};

absl::StatusOr<Crowded> CrowdServer(Server& server,
                                    const Crowd::NewWorkload& new_workload) {
  Crowded side{server};
  UACCED_ASSIGN_OR_RETURN(side.before_bytes, ResidentBytes(server.pid()));
  UACCED_ASSIGN_OR_RETURN(
      side.crowd, Crowd::Connect(server.address(), kConnections, new_workload));
  return side;
}

// One call on each connection, one after the other.
absl::Status AskEach(Crowd& crowd) {
  for (int i = 0; i < crowd.connections(); ++i) {
    UACCED_RETURN_IF_ERROR(RunOnce(crowd).status());
  }
  return absl::OkStatus();
}

absl::Status MeasureIdleClients(const Bench& bench, const Crowded& ours,
                                const Crowded& bare) {
  for (const Crowded* side : {&ours, &bare}) {
    UACCED_RETURN_IF_ERROR(AskEach(*side->crowd));
  }
  std::this_thread::sleep_for(kSettle);
  UACCED_ASSIGN_OR_RETURN(const double ours_kib, ours.KiBPerConnection());
  UACCED_ASSIGN_OR_RETURN(const double bare_kib, bare.KiBPerConnection());
  AddComparedTo(bench.report, {.name = "connections.idle.rss",
                               .unit = "KiB",
                               .value = ours_kib,
                               .reference = bare_kib,
                               .goal = "each of 1,000, against bare echo"});
  const uint64_t asked = ours.crowd->asked();
  const uint64_t answered = ours.crowd->answered();
  UACCED_RETURN_IF_ERROR(AskEach(*ours.crowd));
  bench.report.Add(
      {.name = "connections.idle.answered",
       .unit = "calls",
       .value = static_cast<double>(ours.crowd->answered() - answered),
       .reference = static_cast<double>(ours.crowd->asked() - asked),
       .goal = "all that were asked"});
  return absl::OkStatus();
}

absl::Status MeasureActiveClients(const Bench& bench, const Crowded& ours,
                                  const Crowded& bare) {
  const Plan plan = bench.quick ? kQuick : kFull;
  double ours_kib = 0;
  double bare_kib = 0;
  const auto run = [&](const Crowded& side,
                       double& most_kib) -> absl::StatusOr<Round> {
    UACCED_ASSIGN_OR_RETURN(
        Round round,
        RunClosedLoop(*side.crowd, {.in_flight = kConnections,
                                    .warm_up = plan.warm_up,
                                    .duration = plan.round,
                                    .server_pid = side.server.pid()}));
    UACCED_ASSIGN_OR_RETURN(const double kib, side.KiBPerConnection());
    most_kib = std::max(most_kib, kib);
    return round;
  };
  UACCED_ASSIGN_OR_RETURN(const Comparison comparison,
                          Compare(
                              plan.pairs, [&] { return run(ours, ours_kib); },
                              [&] { return run(bare, bare_kib); }));
  AddFigures("connections.active", comparison, Throughput::kOperations, "",
             bench.report);
  AddComparedTo(bench.report, {.name = "connections.active.rss",
                               .unit = "KiB",
                               .value = ours_kib,
                               .reference = bare_kib,
                               .goal = "each of 1,000, against bare echo"});
  const uint64_t lost = ours.crowd->asked() - ours.crowd->answered();
  bench.report.Add({.name = "connections.active.lost",
                    .unit = "calls",
                    .value = static_cast<double>(lost),
                    .goal = "0"});
  return lost == 0 ? absl::OkStatus()
                   : absl::DataLossError(
                         absl::StrCat(lost, " calls were not answered"));
}

}  // namespace

absl::Status MeasureConnections(const Bench& bench) {
  if (!bench.report.Wants("connections")) return absl::OkStatus();
  UACCED_RETURN_IF_ERROR(AllowDescriptors(kDescriptors));
  UACCED_ASSIGN_OR_RETURN(Server daemon, bench.servers.StartDaemon({}));
  UACCED_ASSIGN_OR_RETURN(Server echo, bench.servers.StartEcho());
  const std::vector<std::string> block =
      CutBlocks(bench.corpus, k4KiB.bytes, 1);
  {
    UACCED_ASSIGN_OR_RETURN(const Crowded ours,
                            CrowdServer(daemon, [&](const Channel& channel) {
                              return NewCopyCalls(channel, block);
                            }));
    UACCED_ASSIGN_OR_RETURN(const Crowded bare,
                            CrowdServer(echo, [&](const Channel& channel) {
                              return NewEchoCalls(channel, block);
                            }));
    UACCED_RETURN_IF_ERROR(MeasureIdleClients(bench, ours, bare));
    if (bench.report.Wants("connections.active")) {
      UACCED_RETURN_IF_ERROR(MeasureActiveClients(bench, ours, bare));
    }
  }
  UACCED_RETURN_IF_ERROR(daemon.Stop());
  return echo.Stop();
}

}  // namespace uacced::bench
