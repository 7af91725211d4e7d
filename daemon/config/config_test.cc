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
  EXPECT_EQ(config.devices[0].name, "cpu");
  EXPECT_EQ(config.devices[0].workers, 8u);
  EXPECT_EQ(config.devices[0].queue_depth, 32u);
  EXPECT_EQ(config.devices[0].inline_budget, absl::Microseconds(15));
  EXPECT_EQ(config.reactor.spin, absl::ZeroDuration());
  EXPECT_EQ(config.reactor.inbox_entries, 4096u);
  EXPECT_EQ(config.reactor.reply_threads, 2u);
  EXPECT_EQ(config.reactor.inline_reply_bytes, 65'536u);
  EXPECT_EQ(config.keys.max_keys, 1024u);
  EXPECT_EQ(config.keys.max_messages_per_version, uint64_t{1} << 32);
  EXPECT_FALSE(config.keys.sealed_file.has_value());
  EXPECT_EQ(config.shutdown.drain_timeout, absl::Seconds(10));
  EXPECT_EQ(config.log_level, LogLevel::kInfo);
}

TEST(ConfigTest, SomeDefaultsFollowTheProcessors) {
  const Config small = Parse(kSmallest, 2);
  EXPECT_EQ(small.devices[0].workers, 2u);
  EXPECT_EQ(small.reactor.reply_threads, 1u);
  const Config large = Parse(kSmallest, 1000);
  EXPECT_EQ(large.devices[0].workers, 256u);
  EXPECT_EQ(large.reactor.reply_threads, 64u);
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
  EXPECT_EQ(config.devices[0].workers, 3u);
  EXPECT_EQ(config.devices[0].queue_depth, 4u);
  EXPECT_EQ(config.devices[0].inline_budget, absl::Microseconds(5));
  EXPECT_EQ(config.devices[1].name, "b_-9");
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
  EXPECT_EQ(config.shutdown.drain_timeout, absl::Minutes(10));
  EXPECT_EQ(config.log_level, LogLevel::kWarning);
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
  EXPECT_EQ(config.devices[0].workers, 0u);
  EXPECT_EQ(config.devices[0].inline_budget, absl::ZeroDuration());
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
  EXPECT_EQ(dev->devices[0].name, "cpu");

  const auto production = LoadConfig("deploy/uacced.textproto", 64);
  ASSERT_TRUE(production.ok()) << production.status();
  ASSERT_EQ(production->listeners.size(), 1u);
  EXPECT_EQ(std::get<UnixListenerConfig>(production->listeners[0]).path,
            "/run/uacced/uacced.sock");
  EXPECT_EQ(production->devices[0].name, "cpu");

  const auto activated = LoadConfig("deploy/systemd/uacced.textproto", 64);
  ASSERT_TRUE(activated.ok()) << activated.status();
  ASSERT_EQ(activated->listeners.size(), 1u);
  EXPECT_EQ(std::get<InheritedListenerConfig>(activated->listeners[0]).index,
            0u);
}

}  // namespace
}  // namespace uacced
