// The Daemon is every part of the path, wired. Parts are members in the order
// in which they are made; they end in the reverse order.
//
// Threads: Start(), Drain() and the destructor from one thread.
#ifndef UACCED_DAEMON_MAIN_DAEMON_H_
#define UACCED_DAEMON_MAIN_DAEMON_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "daemon/admission/admission.h"
#include "daemon/config/config.h"
#include "daemon/core/fault.h"
#include "daemon/health/device_health.h"
#include "daemon/health/supervisor.h"
#include "daemon/keys/key_store.h"
#include "daemon/main/devices.h"
#include "daemon/main/newcomers.h"
#include "daemon/metrics/metrics.h"
#include "daemon/metrics/metrics_server.h"
#include "daemon/reactor/placement.h"
#include "daemon/reactor/reactor.h"
#include "daemon/rpc/acceptor.h"
#include "daemon/rpc/answer_watch.h"
#include "daemon/rpc/server.h"
#include "daemon/task/reply_pool.h"
#include "uacce/sysfs/uevents.h"

namespace uacced {

class Daemon {
 public:
  // Serves when it returns OK. An error says what to change.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(const Config& config);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon();

  // Has devices wipe the key schedules of requests past: while others do the
  // reactor's work it may sleep on, and would not come to it.
  void ScrubKeys() {
    for (const auto& reactor : reactors_) reactor->Nudge();
  }

  // Asks streams that have become old to end, and gives up on answers that
  // nobody reads. Call every second or so.
  void RetireOldStreams();

  // Requests answered since the start.
  uint64_t requests_total() const { return metrics_.requests_total(); }

  // Waits at most so long; true: stop waiting for clients, end what runs.
  using HurryUp = std::function<bool(absl::Duration)>;

  // Accepts no more, lets clients leave, finishes what is in flight.
  void Drain(const HurryUp& hurry_up);

  // Ends what is left. A worker of the CPU device cannot be interrupted: this
  // lasts as long as what it is at, up to minutes at the highest levels.
  void Stop();

 private:
  // Of a device on a reactor, by the kind of their queue.
  using LaneIndices = std::vector<std::vector<uint16_t>>;

  explicit Daemon(const Config& config);

  absl::Status OpenKeys();
  uint32_t reactor_count() const;
  void ListenForHotplug(const Config& written, Newcomers newcomers);
  bool DrainHotplug();
  absl::Status StartReactors();
  absl::Status CreateReactor(int numa_node);
  // By reactor.
  absl::StatusOr<std::vector<LaneIndices>> AddLanes(size_t device_index);
  absl::Status StartServer();
  absl::Status OpenListeners();
  absl::Status StartMetrics();
  LiveFigures ReadLive() const;
  bool WaitUntil(const std::function<bool()>& done, absl::Duration timeout,
                 const HurryUp& hurry_up);

  const Config config_;
  const MonotonicClock clock_;
  std::atomic<bool> draining_{false};
  Metrics metrics_;
  std::unique_ptr<KeyStore> keys_;
  Admission admission_;
  std::vector<DeviceSpec> devices_;
  std::vector<std::unique_ptr<DeviceHealth>> health_;  // Of devices_.
  std::map<std::string, FaultTarget*> fault_targets_;  // Models in devices_.
  std::unique_ptr<UeventSocket> uevents_;              // Null: none.
  std::optional<Newcomers> newcomers_;                 // With uevents_.
  Supervisor supervisor_{&clock_};
  std::optional<ReplyPool> reply_pool_;
  std::vector<std::unique_ptr<Reactor>> reactors_;
  Placement placement_;
  AnswerWatch answers_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<MetricsServer> metrics_server_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_MAIN_DAEMON_H_
