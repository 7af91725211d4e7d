// Config is the daemon's configuration file, validated whole: every default is
// filled in and every rule of proto/uacced/v1/config.proto holds.
//
// Units:   as each name says; spans are absl::Duration.
// Threads: plain values.
// Errors:  INVALID_ARGUMENT lists all that is wrong, one "file:line:column:
//          message" for each line, so that an operator mends it in one go. Only
//          a mistake in the syntax hides what comes after it.
#ifndef UACCED_DAEMON_CONFIG_CONFIG_H_
#define UACCED_DAEMON_CONFIG_CONFIG_H_

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "daemon/core/execution_mode.h"
#include "daemon/core/fault.h"
#include "daemon/core/verify_policy.h"
#include "hw/algorithm.h"

namespace uacced {

struct UnixListenerConfig {
  std::string path;  // At most 107 bytes.
  mode_t mode = 0660;
  std::string group;  // Empty: the daemon's own.
};

struct TcpListenerConfig {
  std::string address;  // An IP address in its canonical form.
  uint16_t port = 0;
};

struct InheritedListenerConfig {
  uint32_t index = 0;  // Of the sockets passed; 0 is descriptor 3.
};

using ListenerConfig = std::variant<UnixListenerConfig, TcpListenerConfig,
                                    InheritedListenerConfig>;

struct MetricsConfig {
  std::string address;  // An IP address in its canonical form.
  uint16_t port = 0;
};

struct LimitsConfig {
  size_t max_message_bytes = 0;
  size_t max_output_bytes = 0;
  uint32_t max_jobs = 0;
  size_t max_bytes = 0;
  uint32_t max_connections = 0;
  uint32_t max_jobs_per_connection = 0;
  absl::Duration max_connection_age;
  absl::Duration max_connection_idle;
  absl::Duration max_connection_grace;
  absl::Duration max_stream_stall;
  uint32_t max_jobs_per_stream = 0;
  size_t max_bytes_per_stream = 0;
};

struct SoftDeviceConfig {
  std::string name;
  uint32_t workers = 0;  // 0: the reactor does the work itself.
  uint32_t queue_depth = 0;
  absl::Duration inline_budget;
};

// See proto/uacced/v1/config.proto.
struct HisiModelConfig {
  enum class Engine : uint8_t { kZip, kSec };

  // What a reset or a lost queue may need while the old ones are not closed.
  static constexpr uint32_t kSpareQueues = 2;
  static constexpr uint32_t kMaxQueues = 1024 - kSpareQueues;

  // Those of all reactors.
  uint32_t QueueCount(uint32_t reactor_count) const {
    return kind_count() * queues * reactor_count;
  }
  // Kinds of queues. ZIP compresses on one and decompresses on the other.
  uint32_t kind_count() const { return engine == Engine::kZip ? 2 : 1; }

  std::string name;
  Engine engine = Engine::kZip;
  uint32_t version = 0;
  uint32_t queues = 0;  // Of each kind, for each reactor.
  uint32_t queue_depth = 0;
  uint32_t parallelism = 0;
  uint32_t service_time_ns = 0;
  uint32_t ps_per_byte = 0;
  uint32_t operations_per_second = 0;  // 0: no limit.
  uint64_t seed = 0;
  std::vector<FaultSpec> faults;
};

// See proto/uacced/v1/config.proto.
struct UacceConfig {
  std::string name;    // Empty, as `device`: all that are there.
  std::string device;  // "hisi_zip-0"
  uint32_t queues = 0;
  std::string sysfs_root;
  std::string dev_root;

  bool is_discovery() const { return device.empty(); }
};

using DeviceConfig =
    std::variant<SoftDeviceConfig, HisiModelConfig, UacceConfig>;

inline const std::string& Name(const DeviceConfig& device) {
  return std::visit(
      [](const auto& kind) -> const std::string& { return kind.name; }, device);
}
inline bool IsHardware(const DeviceConfig& device) {
  return !std::holds_alternative<SoftDeviceConfig>(device);
}

// With hardware among them, one less.
inline constexpr int kMaxDevices = 64;

// Of the device that policy.fallback_workers makes.
inline constexpr char kFallbackDeviceName[] = "fallback";

struct PolicyConfig {
  ExecutionMode mode = ExecutionMode::kPreferHardware;
  // By hw::Operation.
  std::array<uint64_t, hw::kOperationCount> offload_min_bytes{};
  std::array<absl::Duration, hw::kOperationCount> timeouts{};
  VerifyPolicy verify;
  uint32_t fallback_workers = 0;  // 0: no fallback.
  bool allow_fault_injection = false;
};

struct ReactorConfig {
  uint32_t count = 0;  // 0: one for each NUMA node.
  absl::Duration spin;
  uint32_t inbox_entries = 0;  // A power of two.
  uint32_t reply_threads = 0;
  uint32_t inline_reply_bytes = 0;
};

struct SealedFileConfig {
  std::string path;
  // One of the two, the other is empty.
  std::string key_file;
  std::string credential;  // A file's name without a slash.
};

struct KeysConfig {
  uint32_t max_keys = 0;
  uint64_t max_messages_per_version = 0;
  std::optional<SealedFileConfig> sealed_file;
};

struct MemoryConfig {
  size_t pool_bytes = 0;  // 0: no pool.
};

struct ShutdownConfig {
  absl::Duration drain_timeout;
};

struct Config {
  std::vector<ListenerConfig> listeners;  // At least one.
  std::optional<MetricsConfig> metrics;
  LimitsConfig limits;
  std::vector<DeviceConfig> devices;  // At least one.
  PolicyConfig policy;
  ReactorConfig reactor;
  KeysConfig keys;
  MemoryConfig memory;
  ShutdownConfig shutdown;
  LogLevel log_level = LogLevel::kInfo;
};

// Whether there is the device kFallbackDeviceName behind config.devices.
bool HasFallback(const Config& config);

inline constexpr size_t kMaxConfigBytes = size_t{1} << 20;

// `file_name` is only for messages. `cpu_count`, the processors that the daemon
// may use, decides some defaults. REQUIRES: cpu_count > 0.
absl::StatusOr<Config> ParseConfig(absl::string_view text,
                                   absl::string_view file_name,
                                   uint32_t cpu_count);

// Reads and parses a regular file. Besides ParseConfig()'s errors: those of
// open() and read(), and INVALID_ARGUMENT when it is no regular file or too
// large; `path` is in the text.
absl::StatusOr<Config> LoadConfig(const std::string& path, uint32_t cpu_count);

}  // namespace uacced

#endif  // UACCED_DAEMON_CONFIG_CONFIG_H_
