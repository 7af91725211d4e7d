#include "daemon/main/daemon.h"

#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/numa.h"
#include "base/status_macros.h"
#include "daemon/keys/key_encryption_key.h"
#include "daemon/keys/sealed_file.h"
#include "daemon/main/discovery.h"
#include "daemon/memory/memory.h"
#include "daemon/rpc/listen_socket.h"

namespace uacced {
namespace {

// Besides two for each connection: rings, devices, logs, metrics.
constexpr rlim_t kOtherDescriptors = 256;

// How often waits look again.
constexpr absl::Duration kLook = absl::Milliseconds(5);

// How long a new daemon waits for the old one to let go of the key store: about
// as long as an operator or service manager takes to stop it.
constexpr absl::Duration kHandOver = absl::Seconds(30);

// gRPC spreads the age of connections by 10 % either way.
constexpr double kAgeSpread = 1.1;
constexpr absl::Duration kAgeMargin = absl::Milliseconds(500);

// How old streams may get while clients are asked to leave.
constexpr int64_t kDrainStreamAgeNs = 500'000'000;

// For answers that are still being written.
constexpr uint32_t kShutdownGraceMs = 1000;

absl::Status RaiseDescriptorLimit(uint32_t max_connections) {
  const rlim_t wanted = rlim_t{2} * max_connections + kOtherDescriptors;
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return absl::OkStatus();
  if (limit.rlim_max < wanted) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "limits.max_connections of ", max_connections, " needs ", wanted,
        " file descriptors, and the hard limit is ", limit.rlim_max,
        "; raise LimitNOFILE (ulimit -Hn) or lower the configured limit"));
  }
  limit.rlim_cur = wanted;
  setrlimit(RLIMIT_NOFILE, &limit);
  return absl::OkStatus();
}

absl::StatusOr<ListenSocket> Open(const ListenerConfig& listener) {
  if (const auto* config = std::get_if<UnixListenerConfig>(&listener)) {
    return ListenSocket::Unix(
        {.path = config->path, .mode = config->mode, .group = config->group});
  }
  if (const auto* config = std::get_if<TcpListenerConfig>(&listener)) {
    return ListenSocket::Tcp(config->address, config->port);
  }
  return ListenSocket::Inherited(
      std::get<InheritedListenerConfig>(listener).index);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(const Config& written) {
  UACCED_RETURN_IF_ERROR(RaiseDescriptorLimit(written.limits.max_connections));
  Newcomers newcomers(written);
  UACCED_ASSIGN_OR_RETURN(const Config config, DiscoverDevices(written));
  newcomers.MarkUsed(config);
  auto daemon = absl::WrapUnique(new Daemon(config));
  UACCED_RETURN_IF_ERROR(daemon->OpenKeys());
  UACCED_ASSIGN_OR_RETURN(daemon->devices_,
                          OpenDevices(config, daemon->reactor_count()));
  daemon->ListenForHotplug(written, std::move(newcomers));
  UACCED_RETURN_IF_ERROR(daemon->StartReactors());
  UACCED_RETURN_IF_ERROR(BeginFaults(daemon->devices_));
  UACCED_RETURN_IF_ERROR(daemon->StartServer());
  UACCED_RETURN_IF_ERROR(daemon->OpenListeners());
  // Both read what was made above.
  UACCED_RETURN_IF_ERROR(daemon->StartMetrics());
  daemon->acceptor_->Start();
  return daemon;
}

Daemon::Daemon(const Config& config)
    : config_(config),
      metrics_(DeviceNames(config)),
      admission_({.max_jobs = config.limits.max_jobs,
                  .max_bytes = config.limits.max_bytes}) {}

Daemon::~Daemon() {
  metrics_.SetLiveSource({});
  acceptor_.reset();
  for (const auto& reactor : reactors_) reactor->Stop(0);
  supervisor_.Stop();
  if (server_ != nullptr) server_->Shutdown(0);
}

absl::Status Daemon::OpenKeys() {
  const KeysConfig& keys = config_.keys;
  KeyStore::Options options = {
      .max_keys = keys.max_keys,
      .max_messages_per_version = keys.max_messages_per_version};
  if (keys.sealed_file.has_value()) {
    const SealedFileConfig& sealed = *keys.sealed_file;
    UACCED_ASSIGN_OR_RETURN(
        KeyEncryptionKey key,
        sealed.key_file.empty()
            ? KeyEncryptionKey::FromCredential(sealed.credential)
            : KeyEncryptionKey::FromFile(sealed.key_file));
    UACCED_ASSIGN_OR_RETURN(
        options.sealed_file,
        SealedFile::Open(sealed.path, std::move(key), kHandOver));
  }
  UACCED_ASSIGN_OR_RETURN(keys_, KeyStore::Create(std::move(options)));
  if (keys.sealed_file.has_value()) {
    Log(LogLevel::kInfo, "main", "keys loaded",
        {{"path", keys.sealed_file->path},
         {"keys", keys_->key_count()},
         {"versions", keys_->version_count()}});
  } else {
    Log(LogLevel::kInfo, "main",
        "keys live in memory only and end with the daemon (keys.sealed_file "
        "is not configured)");
  }
  return absl::OkStatus();
}

uint32_t Daemon::reactor_count() const {
  if (config_.reactor.count > 0) return config_.reactor.count;
  return static_cast<uint32_t>(
      std::min(NumaNodes().size(), Placement::kMaxReactors));
}

absl::Status Daemon::StartReactors() {
  reply_pool_.emplace(config_.reactor.reply_threads, config_.limits.max_jobs);
  for (const DeviceSpec& spec : devices_) {
    if (spec.faults != nullptr) {
      fault_targets_[spec.device->info().name] = spec.faults.get();
    }
    health_.push_back(
        std::make_unique<DeviceHealth>(DeviceHealth::Options(), &clock_));
    supervisor_.AddDevice(spec.device.get(), health_.back().get(),
                          spec.timeouts_ns);
  }
  const std::vector<int>& nodes = NumaNodes();
  for (uint32_t i = 0; i < reactor_count(); ++i) {
    const int node = nodes[i % nodes.size()];
    UACCED_RETURN_IF_ERROR(CreateReactor(node));
    placement_.AddReactor(reactors_.back().get(), node);
  }
  for (size_t d = 0; d < devices_.size(); ++d) {
    UACCED_ASSIGN_OR_RETURN(std::vector<LaneIndices> lanes, AddLanes(d));
    placement_.AddDevice({devices_[d].device.get(), health_[d].get(),
                          std::move(lanes), devices_[d].fallback_only});
  }
  placement_.SetPolicy({.offload_min_bytes = config_.policy.offload_min_bytes});
  supervisor_.Start();
  for (const auto& reactor : reactors_) reactor->Start();
  return absl::OkStatus();
}

// Without it devices are missed, and seen again, a little later.
void Daemon::ListenForHotplug(const Config& written, Newcomers newcomers) {
  // As it was read: what is wanted may not be there yet.
  const bool has_uacce =
      std::any_of(written.devices.begin(), written.devices.end(),
                  [](const DeviceConfig& device) {
                    return std::holds_alternative<UacceConfig>(device);
                  });
  if (!has_uacce) return;
  absl::StatusOr<std::unique_ptr<UeventSocket>> uevents = UeventSocket::Open();
  if (!uevents.ok()) {
    Log(LogLevel::kWarning, "main",
        "devices are looked for ten times a second, because the kernel does "
        "not tell when they come and go",
        {{"error", uevents.status().message()}});
    return;
  }
  uevents_ = *std::move(uevents);
  newcomers_.emplace(std::move(newcomers));
  newcomers_->Look();  // The keys may have been waited for.
  supervisor_.SetHotplug(
      {.fd = uevents_->fd(), .drain = [this] { return DrainHotplug(); }});
}

// On the supervisor's thread.
bool Daemon::DrainHotplug() {
  const bool is_news = uevents_->Drain();
  if (is_news) newcomers_->Look();
  return is_news;
}

// One queue of each kind for every reactor first: without those a device is of
// no use.
absl::StatusOr<std::vector<Daemon::LaneIndices>> Daemon::AddLanes(
    size_t device_index) {
  const DeviceSpec& spec = devices_[device_index];
  const size_t kinds = spec.device->info().queue_kind_count();
  std::vector<LaneIndices> lanes(reactors_.size(), LaneIndices(kinds));
  for (uint32_t i = 0; i < spec.queues_per_kind; ++i) {
    for (size_t r = 0; r < reactors_.size(); ++r) {
      for (size_t kind = 0; kind < kinds; ++kind) {
        UACCED_ASSIGN_OR_RETURN(
            const uint16_t lane_index,
            supervisor_.AddLane(device_index, kind, reactors_[r].get()));
        lanes[r][kind].push_back(lane_index);
      }
    }
  }
  return lanes;
}

absl::Status Daemon::CreateReactor(int numa_node) {
  // One round serves the largest job there can be, so that a flow is never
  // visited in vain.
  const uint64_t quantum_bytes =
      config_.limits.max_message_bytes + config_.limits.max_output_bytes;
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<Reactor> reactor,
      Reactor::Create(
          {.inbox_entries = config_.reactor.inbox_entries,
           .spin_ns = absl::ToInt64Nanoseconds(config_.reactor.spin),
           .quanta_bytes = {quantum_bytes},
           .cpus = NumaNodes().size() > 1 ? CpusOfNumaNode(numa_node)
                                          : std::vector<int>()},
          &clock_));
  reactors_.push_back(std::move(reactor));
  return absl::OkStatus();
}

absl::Status Daemon::StartMetrics() {
  metrics_.SetLiveSource([this] { return ReadLive(); });
  if (!config_.metrics.has_value()) return absl::OkStatus();
  UACCED_ASSIGN_OR_RETURN(
      metrics_server_,
      MetricsServer::Start(
          {.address = config_.metrics->address, .port = config_.metrics->port},
          &metrics_));
  Log(LogLevel::kInfo, "main", "metrics",
      {{"address", config_.metrics->address},
       {"port", metrics_server_->port()}});
  return absl::OkStatus();
}

absl::Status Daemon::StartServer() {
  const LimitsConfig& limits = config_.limits;
  UACCED_ASSIGN_OR_RETURN(
      server_,
      RpcServer::Create(
          {.max_message_bytes = limits.max_message_bytes,
           .max_bytes = limits.max_bytes,
           .max_jobs_per_connection = limits.max_jobs_per_connection,
           .max_connection_age_ms = static_cast<uint32_t>(
               absl::ToInt64Milliseconds(limits.max_connection_age)),
           .max_connection_grace_ms = static_cast<uint32_t>(
               absl::ToInt64Milliseconds(limits.max_connection_grace)),
           .max_connection_idle_ms = static_cast<uint32_t>(
               absl::ToInt64Milliseconds(limits.max_connection_idle))},
          {.path = {.admission = admission_,
                    .placement = placement_,
                    .metrics = metrics_,
                    .reply_pool = *reply_pool_,
                    .clock = clock_,
                    .max_payload_bytes = limits.max_message_bytes,
                    .max_output_bytes = limits.max_output_bytes,
                    .inline_reply_bytes = config_.reactor.inline_reply_bytes,
                    .verify = config_.policy.verify},
           .keys = *keys_,
           .answers = answers_,
           .max_jobs_per_stream = limits.max_jobs_per_stream,
           .max_bytes_per_stream = limits.max_bytes_per_stream,
           .max_stream_stall = limits.max_stream_stall,
           .mode = config_.policy.mode},
          *keys_,
          {.allowed = config_.policy.allow_fault_injection,
           .targets = fault_targets_}));
  return absl::OkStatus();
}

absl::Status Daemon::OpenListeners() {
  std::vector<ListenSocket> sockets;
  for (const ListenerConfig& listener : config_.listeners) {
    UACCED_ASSIGN_OR_RETURN(ListenSocket socket, Open(listener));
    Log(LogLevel::kInfo, "main", "listening", {{"address", socket.name()}});
    sockets.push_back(std::move(socket));
  }
  UACCED_ASSIGN_OR_RETURN(
      acceptor_,
      Acceptor::Create(std::move(sockets), config_.limits.max_connections,
                       &metrics_,
                       [this](UniqueFd connection, const PeerCredentials&) {
                         server_->AddConnection(std::move(connection));
                       }));
  return absl::OkStatus();
}

LiveFigures Daemon::ReadLive() const {
  LiveFigures live;
  const MemoryFigures memory = ReadMemory();
  live.gauges = {
      .jobs_in_flight = admission_.jobs(),
      .jobs_limit = config_.limits.max_jobs,
      .bytes_in_flight = admission_.bytes(),
      .bytes_limit = config_.limits.max_bytes,
      .connections = acceptor_->connections(),
      .connections_limit = config_.limits.max_connections,
      .inbox_capacity = config_.reactor.inbox_entries * reactors_.size(),
      .keys = keys_->version_count(),
      .keys_limit = config_.keys.max_keys,
      .pool_bytes = memory.pool_bytes,
      .pool_used_bytes = memory.pool_used_bytes,
      .pool_locked_bytes = memory.pool_locked_bytes,
      .draining = draining_.load(),
  };
  for (const Placement::Target& target : placement_.targets()) {
    const Placement::DeviceStats stats = placement_.ReadStats(target);
    live.devices.push_back({.jobs_in_flight = stats.jobs_in_flight,
                            .jobs_waiting = stats.jobs_waiting,
                            .jobs_done = stats.jobs_done,
                            .jobs_failed = stats.jobs_failed,
                            .unknown_tags = stats.unknown_tags,
                            .isolated = stats.isolated,
                            .health = target.health->Read(),
                            .errors = stats.errors});
  }
  for (const auto& reactor : reactors_) {
    live.gauges.inbox_entries += reactor->inbox_size();
    const LoopStats& loop = reactor->stats();
    live.reactors.push_back({.busy_ns = loop.busy_ns.load(),
                             .idle_ns = loop.idle_ns.load(),
                             .loops = loop.loops.load(),
                             .sleeps = loop.sleeps.load()});
  }
  return live;
}

// gRPC's own shutdown drops calls that arrive while it begins, as CANCELLED.
// So clients are first moved away by the age of their connections, which they
// follow without losing a call, and only then it is shut down.
void Daemon::Drain(const HurryUp& hurry_up) {
  draining_.store(true);
  server_->SetNotServing();
  acceptor_->StopAccepting();
  // A daemon that takes over starts serving now, not when we are done.
  keys_->Release();
  Log(LogLevel::kInfo, "main", "draining",
      {{"connections", acceptor_->connections()}, {"jobs", admission_.jobs()}});
  const bool hurried = WaitUntil(
      [this] {
        // Who opens a stream meanwhile is served, and asked to leave again.
        server_->RetireStreams(RpcServer::RetireReason::kShutdown,
                               clock_.NowNs() - kDrainStreamAgeNs);
        return acceptor_->connections() == 0;
      },
      config_.limits.max_connection_age * kAgeSpread + kAgeMargin, hurry_up);
  admission_.Close();
  if (!hurried) {
    WaitUntil([this] { return admission_.jobs() == 0; },
              config_.shutdown.drain_timeout, hurry_up);
  }
}

// What is left had its time: it is answered UNAVAILABLE, so that no call keeps
// the server from ending.
void Daemon::Stop() {
  for (const auto& reactor : reactors_) reactor->Stop(0);
  supervisor_.Stop();
  server_->Shutdown(kShutdownGraceMs);
  Log(LogLevel::kInfo, "main", "stopped",
      {{"requests", metrics_.requests_total()},
       {"failed", metrics_.requests_failed_total()}});
}

void Daemon::RetireOldStreams() {
  server_->RetireStreams(
      RpcServer::RetireReason::kAge,
      clock_.NowNs() -
          absl::ToInt64Nanoseconds(config_.limits.max_connection_age));
  answers_.CancelOlder(clock_.NowNs() - absl::ToInt64Nanoseconds(
                                            config_.limits.max_stream_stall));
}

// True when it was hurried.
bool Daemon::WaitUntil(const std::function<bool()>& done,
                       absl::Duration timeout, const HurryUp& hurry_up) {
  const int64_t deadline_ns =
      clock_.NowNs() + absl::ToInt64Nanoseconds(timeout);
  while (!done() && clock_.NowNs() < deadline_ns) {
    if (hurry_up(kLook)) return true;
  }
  return false;
}

}  // namespace uacced
