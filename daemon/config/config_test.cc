#include "daemon/config/config.h"

#include <unistd.h>

#include <string>

#include "gtest/gtest.h"

namespace uacced {
namespace {

constexpr char kSmallest[] =
    "listener { unix { path: \"/run/u.sock\" } }\n"
    "device { name: \"cpu\" soft {} }\n";

Config Parse(const std::string& text, uint32_t cpu_count = 8) {
  auto config = ParseConfig(text, "test", cpu_count);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *std::move(config) : Config{};
}

const SoftDeviceConfig& Soft(const Config& config, size_t i) {
  return std::get<SoftDeviceConfig>(config.devices[i]);
}

TEST(ConfigTest, FillsInEveryDefault) {
  const Config config = Parse(kSmallest);
  ASSERT_EQ(config.listeners.size(), 1u);
  const auto& listener = std::get<UnixListenerConfig>(config.listeners[0]);
  EXPECT_EQ(listener.path, "/run/u.sock");
  EXPECT_EQ(listener.mode, mode_t{0660});
  EXPECT_EQ(listener.group, "");
  EXPECT_FALSE(config.metrics.has_value());
  EXPECT_EQ(config.limits.max_message_bytes, size_t{64} << 20);
  EXPECT_EQ(config.limits.max_output_bytes, size_t{64} << 20);
  EXPECT_EQ(config.limits.max_jobs, 4096u);
  EXPECT_EQ(config.limits.max_bytes, size_t{512} << 20);
  EXPECT_EQ(config.limits.max_connections, 1024u);
  EXPECT_EQ(config.limits.max_jobs_per_connection, 1024u);
  EXPECT_EQ(config.limits.max_connection_age, absl::Seconds(30));
  EXPECT_EQ(config.limits.max_connection_idle, absl::Seconds(60));
  ASSERT_EQ(config.devices.size(), 1u);
  EXPECT_EQ(Soft(config, 0).name, "cpu");
  EXPECT_EQ(Soft(config, 0).workers, 8u);
  EXPECT_EQ(Soft(config, 0).queue_depth, 32u);
  EXPECT_EQ(Soft(config, 0).inline_budget, absl::Microseconds(15));
  EXPECT_EQ(config.reactor.spin, absl::ZeroDuration());
  EXPECT_EQ(config.reactor.inbox_entries, 4096u);
  EXPECT_EQ(config.reactor.reply_threads, 2u);
  EXPECT_EQ(config.reactor.inline_reply_bytes, 65'536u);
  EXPECT_EQ(config.keys.max_keys, 1024u);
  EXPECT_EQ(config.keys.max_messages_per_version, uint64_t{1} << 32);
  EXPECT_FALSE(config.keys.sealed_file.has_value());
  EXPECT_EQ(config.memory.pool_bytes, 0u);
  EXPECT_EQ(config.shutdown.drain_timeout, absl::Seconds(10));
  EXPECT_EQ(config.log_level, LogLevel::kInfo);
}

TEST(ConfigTest, SomeDefaultsFollowTheProcessors) {
  const Config small = Parse(kSmallest, 2);
  EXPECT_EQ(Soft(small, 0).workers, 2u);
  EXPECT_EQ(small.reactor.reply_threads, 1u);
  const Config large = Parse(kSmallest, 1000);
  EXPECT_EQ(Soft(large, 0).workers, 256u);
  EXPECT_EQ(large.reactor.reply_threads, 64u);
}

TEST(ConfigTest, QueueFilesBringAPoolUnlessItIsRefused) {
  const std::string with_queue_files =
      std::string(kSmallest) + " device { uacce {} }";
  EXPECT_EQ(Parse(with_queue_files).memory.pool_bytes, size_t{64} << 20);
  EXPECT_EQ(
      Parse(with_queue_files + " memory { pool_mib: 0 }").memory.pool_bytes,
      0u);
}

TEST(ConfigTest, EveryFieldIsRead) {
  const Config config = Parse(R"(
    listener { unix { path: "a.sock" mode: "600" group: "accel" } }
    listener { tcp { address: "::1" port: 8443 } }
    listener { tcp { address: "0.0.0.0" port: 1 allow_non_loopback: true } }
    listener { inherited { index: 15 } }
    metrics { address: "0.0.0.0" port: 9000 }
    limits {
      max_message_bytes: 4096
      max_output_bytes: 1073741824
      max_jobs: 65536
      max_bytes: 1073745920
      max_connections: 1
      max_jobs_per_connection: 2
      max_connection_age_ms: 1000
      max_connection_idle_ms: 3600000
    }
    device { name: "a" soft { workers: 3 queue_depth: 4 inline_budget_us: 5 } }
    device { name: "b_-9" soft {} }
    reactor { spin_us: 7 inbox_entries: 5000 reply_threads: 9
              inline_reply_bytes: 0 }
    keys { max_keys: 100000 max_messages_per_version: 1
           sealed_file { path: "/var/k" key_file: "/etc/kek" } }
    memory { pool_mib: 3 }
    shutdown { drain_timeout_ms: 600000 }
    log { level: WARNING })");
  ASSERT_EQ(config.listeners.size(), 4u);
  const auto& first = std::get<UnixListenerConfig>(config.listeners[0]);
  EXPECT_EQ(first.path, "a.sock");
  EXPECT_EQ(first.mode, mode_t{0600});
  EXPECT_EQ(first.group, "accel");
  const auto& second = std::get<TcpListenerConfig>(config.listeners[1]);
  EXPECT_EQ(second.address, "::1");
  EXPECT_EQ(second.port, 8443);
  EXPECT_EQ(std::get<TcpListenerConfig>(config.listeners[2]).address,
            "0.0.0.0");
  EXPECT_EQ(std::get<InheritedListenerConfig>(config.listeners[3]).index, 15u);
  ASSERT_TRUE(config.metrics.has_value());
  EXPECT_EQ(config.metrics->address, "0.0.0.0");
  EXPECT_EQ(config.metrics->port, 9000);
  EXPECT_EQ(config.limits.max_message_bytes, 4096u);
  EXPECT_EQ(config.limits.max_output_bytes, size_t{1} << 30);
  EXPECT_EQ(config.limits.max_jobs, 65'536u);
  EXPECT_EQ(config.limits.max_bytes, (size_t{1} << 30) + 4096);
  EXPECT_EQ(config.limits.max_connections, 1u);
  EXPECT_EQ(config.limits.max_jobs_per_connection, 2u);
  EXPECT_EQ(config.limits.max_connection_age, absl::Seconds(1));
  EXPECT_EQ(config.limits.max_connection_idle, absl::Hours(1));
  ASSERT_EQ(config.devices.size(), 2u);
  EXPECT_EQ(Soft(config, 0).workers, 3u);
  EXPECT_EQ(Soft(config, 0).queue_depth, 4u);
  EXPECT_EQ(Soft(config, 0).inline_budget, absl::Microseconds(5));
  EXPECT_EQ(Soft(config, 1).name, "b_-9");
  EXPECT_EQ(config.reactor.spin, absl::Microseconds(7));
  EXPECT_EQ(config.reactor.inbox_entries, 8192u);
  EXPECT_EQ(config.reactor.reply_threads, 9u);
  EXPECT_EQ(config.reactor.inline_reply_bytes, 0u);
  EXPECT_EQ(config.keys.max_keys, 100'000u);
  EXPECT_EQ(config.keys.max_messages_per_version, 1u);
  ASSERT_TRUE(config.keys.sealed_file.has_value());
  EXPECT_EQ(config.keys.sealed_file->path, "/var/k");
  EXPECT_EQ(config.keys.sealed_file->key_file, "/etc/kek");
  EXPECT_EQ(config.keys.sealed_file->credential, "");
  EXPECT_EQ(config.memory.pool_bytes, size_t{3} << 20);
  EXPECT_EQ(config.shutdown.drain_timeout, absl::Minutes(10));
  EXPECT_EQ(config.log_level, LogLevel::kWarning);
}

uint64_t Of(const std::array<uint64_t, hw::kOperationCount>& values,
            hw::Operation operation) {
  return values[static_cast<size_t>(operation)];
}

TEST(ConfigTest, ThePolicyHasDefaults) {
  const PolicyConfig policy = Parse(kSmallest, 8).policy;
  EXPECT_EQ(policy.mode, ExecutionMode::kPreferHardware);
  EXPECT_EQ(policy.verify.mode, VerifyPolicy::Mode::kOff);
  EXPECT_EQ(policy.fallback_workers, 2u);
  EXPECT_EQ(Parse(kSmallest, 1).policy.fallback_workers, 1u);
  EXPECT_FALSE(policy.allow_fault_injection);
  EXPECT_EQ(Of(policy.offload_min_bytes, hw::Operation::kCopy), 0u);
  EXPECT_EQ(Of(policy.offload_min_bytes, hw::Operation::kCompress), 1024u);
  EXPECT_EQ(Of(policy.offload_min_bytes, hw::Operation::kDigest), 16'384u);
  for (const absl::Duration timeout : policy.timeouts) {
    EXPECT_EQ(timeout, absl::Seconds(1));
  }
}

TEST(ConfigTest, EveryFieldOfThePolicyIsRead) {
  const PolicyConfig policy = Parse(std::string(kSmallest) + R"(
    policy {
      mode: BALANCED
      offload_min_bytes { copy: 1 compress: 2 decompress: 3 encrypt: 4
                          decrypt: 5 digest: 0 }
      verify { mode: SAMPLED sample_one_in: 7 }
      fallback_workers: 0
      timeouts_ms { copy: 10 compress: 20 decompress: 30 encrypt: 40
                    decrypt: 50 digest: 600000 }
      allow_fault_injection: true
    })")
                                  .policy;
  EXPECT_EQ(policy.mode, ExecutionMode::kBalanced);
  EXPECT_EQ(policy.offload_min_bytes,
            (std::array<uint64_t, hw::kOperationCount>{1, 2, 3, 4, 5, 0}));
  EXPECT_EQ(policy.verify.mode, VerifyPolicy::Mode::kSampled);
  EXPECT_EQ(policy.verify.sample_one_in, 7u);
  EXPECT_EQ(policy.fallback_workers, 0u);
  EXPECT_EQ(policy.timeouts[1], absl::Milliseconds(20));
  EXPECT_EQ(policy.timeouts[5], absl::Minutes(10));
  EXPECT_TRUE(policy.allow_fault_injection);
  const struct {
    const char* text;
    ExecutionMode mode;
  } kModes[] = {{"HARDWARE_ONLY", ExecutionMode::kHardwareOnly},
                {"PREFER_HARDWARE", ExecutionMode::kPreferHardware},
                {"SOFTWARE_ONLY", ExecutionMode::kSoftwareOnly}};
  for (const auto& [text, mode] : kModes) {
    EXPECT_EQ(Parse(std::string(kSmallest) + "policy { mode: " + text + " }")
                  .policy.mode,
              mode);
  }
  EXPECT_EQ(Parse(std::string(kSmallest) + "policy { verify { mode: ALL } }")
                .policy.verify.mode,
            VerifyPolicy::Mode::kAll);
}

TEST(ConfigTest, AModelHasDefaultsAndEveryFieldIsRead) {
  const Config config = Parse(R"(
    listener { inherited {} }
    device { name: "zip" hisi_model { engine: ZIP } }
    device { name: "sec" hisi_model {
      engine: SEC version: 2 queues: 3 queue_depth: 4 parallelism: 5
      service_time_ns: 6 ps_per_byte: 7 operations_per_second: 8 seed: 9
      fault { kind: SLOW operation: "encrypt" skip: 1 count: 2 per_mille: 3
              parameter: 4 }
      fault { kind: CORRUPT } } })");
  ASSERT_EQ(config.devices.size(), 2u);
  EXPECT_TRUE(IsHardware(config.devices[0]));
  EXPECT_EQ(Name(config.devices[1]), "sec");
  const auto& zip = std::get<HisiModelConfig>(config.devices[0]);
  EXPECT_EQ(zip.engine, HisiModelConfig::Engine::kZip);
  EXPECT_EQ(zip.version, 3u);
  EXPECT_EQ(zip.queues, 1u);
  EXPECT_EQ(zip.queue_depth, 256u);
  EXPECT_EQ(zip.parallelism, 1u);
  EXPECT_EQ(zip.service_time_ns, 0u);
  EXPECT_EQ(zip.ps_per_byte, 0u);
  EXPECT_EQ(zip.operations_per_second, 0u);
  EXPECT_EQ(zip.seed, 1u);
  EXPECT_TRUE(zip.faults.empty());
  const auto& sec = std::get<HisiModelConfig>(config.devices[1]);
  EXPECT_EQ(sec.engine, HisiModelConfig::Engine::kSec);
  EXPECT_EQ(sec.version, 2u);
  EXPECT_EQ(sec.queues, 3u);
  EXPECT_EQ(sec.queue_depth, 4u);
  EXPECT_EQ(sec.parallelism, 5u);
  EXPECT_EQ(sec.service_time_ns, 6u);
  EXPECT_EQ(sec.ps_per_byte, 7u);
  EXPECT_EQ(sec.operations_per_second, 8u);
  EXPECT_EQ(sec.seed, 9u);
  ASSERT_EQ(sec.faults.size(), 2u);
  EXPECT_EQ(sec.faults[0].kind, FaultSpec::Kind::kSlow);
  EXPECT_EQ(sec.faults[0].operation, hw::Operation::kEncrypt);
  EXPECT_EQ(sec.faults[0].parameter, 4u);
  EXPECT_EQ(sec.faults[1].count, 1u);
}

TEST(ConfigTest, DevicesOfTheKernelAreNamedByItOrByTheFile) {
  const Config config = Parse(R"(
    listener { inherited {} }
    device { uacce {} }
    device { uacce { device: "hisi_zip-0" } }
    device { name: "sec" uacce { device: "hisi_sec2-1" queues: 4
             sysfs_root: "/a" dev_root: "/b" } })");
  ASSERT_EQ(config.devices.size(), 3u);
  const auto& all = std::get<UacceConfig>(config.devices[0]);
  EXPECT_TRUE(all.is_discovery());
  EXPECT_TRUE(IsHardware(config.devices[0]));
  EXPECT_EQ(all.name, "");
  EXPECT_EQ(all.queues, 1u);
  EXPECT_EQ(all.sysfs_root, "/sys/class/uacce");
  EXPECT_EQ(all.dev_root, "/dev");
  EXPECT_EQ(Name(config.devices[1]), "hisi_zip-0");
  const auto& sec = std::get<UacceConfig>(config.devices[2]);
  EXPECT_FALSE(sec.is_discovery());
  EXPECT_EQ(sec.name, "sec");
  EXPECT_EQ(sec.device, "hisi_sec2-1");
  EXPECT_EQ(sec.queues, 4u);
  EXPECT_EQ(sec.sysfs_root, "/a");
  EXPECT_EQ(sec.dev_root, "/b");
}

TEST(ConfigTest, AKeyStoreMayBeSealedWithACredential) {
  const Config config = Parse(
      "listener { inherited {} } device { name: \"cpu\" soft {} }"
      "keys { sealed_file { path: \"keys\" credential: \"uacced.kek\" } }");
  ASSERT_TRUE(config.keys.sealed_file.has_value());
  EXPECT_EQ(config.keys.sealed_file->path, "keys");
  EXPECT_EQ(config.keys.sealed_file->key_file, "");
  EXPECT_EQ(config.keys.sealed_file->credential, "uacced.kek");
}

TEST(ConfigTest, AWrittenZeroIsNotTheDefaultWhereZeroMeansSomething) {
  const Config config = Parse(R"(
    listener { inherited {} }
    device { name: "cpu" soft { workers: 0 inline_budget_us: 0 } }
    reactor { spin_us: 0 }
    shutdown { drain_timeout_ms: 0 })");
  EXPECT_EQ(Soft(config, 0).workers, 0u);
  EXPECT_EQ(Soft(config, 0).inline_budget, absl::ZeroDuration());
  EXPECT_EQ(config.reactor.spin, absl::ZeroDuration());
  EXPECT_EQ(config.shutdown.drain_timeout, absl::ZeroDuration());
}

TEST(ConfigTest, MetricsHaveDefaultsOfTheirOwn) {
  const Config config = Parse(std::string(kSmallest) + "metrics {}");
  ASSERT_TRUE(config.metrics.has_value());
  EXPECT_EQ(config.metrics->address, "127.0.0.1");
  EXPECT_EQ(config.metrics->port, 9464);
}

TEST(ConfigTest, LogLevels) {
  const std::pair<const char*, LogLevel> kLevels[] = {
      {"DEBUG", LogLevel::kDebug},
      {"INFO", LogLevel::kInfo},
      {"LEVEL_UNSPECIFIED", LogLevel::kInfo},
      {"WARNING", LogLevel::kWarning},
      {"ERROR", LogLevel::kError},
  };
  for (const auto& [name, level] : kLevels) {
    EXPECT_EQ(
        Parse(std::string(kSmallest) + "log { level: " + name + " }").log_level,
        level);
  }
}

TEST(ConfigTest, DeployedFilesAreValid) {
  const auto dev = LoadConfig("deploy/uacced.dev.textproto", 2);
  ASSERT_TRUE(dev.ok()) << dev.status();
  ASSERT_EQ(dev->listeners.size(), 1u);
  EXPECT_EQ(std::get<UnixListenerConfig>(dev->listeners[0]).path,
            ".run/uacced.sock");
  ASSERT_TRUE(dev->metrics.has_value());
  EXPECT_EQ(dev->metrics->address, "127.0.0.1");
  EXPECT_EQ(dev->metrics->port, 9464);
  EXPECT_EQ(dev->limits.max_connection_age, absl::Seconds(10));
  ASSERT_EQ(dev->devices.size(), 1u);
  EXPECT_EQ(Name(dev->devices[0]), "cpu");

  const auto production = LoadConfig("deploy/uacced.textproto", 64);
  ASSERT_TRUE(production.ok()) << production.status();
  ASSERT_EQ(production->listeners.size(), 1u);
  EXPECT_EQ(std::get<UnixListenerConfig>(production->listeners[0]).path,
            "/run/uacced/uacced.sock");
  EXPECT_EQ(Name(production->devices[0]), "cpu");

  const auto uacce = LoadConfig("deploy/uacced.uacce.textproto", 64);
  ASSERT_TRUE(uacce.ok()) << uacce.status();
  EXPECT_TRUE(std::get<UacceConfig>(uacce->devices[0]).is_discovery());

  const auto activated = LoadConfig("deploy/systemd/uacced.textproto", 64);
  ASSERT_TRUE(activated.ok()) << activated.status();
  ASSERT_EQ(activated->listeners.size(), 1u);
  EXPECT_EQ(std::get<InheritedListenerConfig>(activated->listeners[0]).index,
            0u);
}

}  // namespace
}  // namespace uacced
