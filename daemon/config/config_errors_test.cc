// What is wrong with a configuration is told in full, with its place.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/config/config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using testing::HasSubstr;

constexpr char kListener[] = "listener { unix { path: \"/run/u.sock\" } }\n";
constexpr char kDevice[] = "device { name: \"cpu\" soft {} }\n";

std::string Error(const std::string& text) {
  const auto config = ParseConfig(text, "f", 4);
  if (config.ok()) return "no error";
  EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(config.status().message());
}

// What is wrong when `line` follows a good listener and device, so on line 3.
std::string ErrorOf(const std::string& line) {
  return Error(absl::StrCat(kListener, kDevice, line));
}

TEST(ConfigErrorsTest, AnEmptyFileLacksListenerAndDevice) {
  EXPECT_EQ(Error(""),
            "f:1:1: there is no listener, so nobody could connect\n"
            "f:1:1: there is no device to do any work");
}

TEST(ConfigErrorsTest, NumbersOutOfRangeAreToldAtTheirPlace) {
  const struct {
    const char* text;
    const char* error;
  } kCases[] = {
      {"metrics { port: 0 }", "f:3:11: metrics.port: 0 is not in 1..65535"},
      {"metrics { port: 65536 }",
       "f:3:11: metrics.port: 65536 is not in 1..65535"},
      {"limits { max_message_bytes: 4095 }",
       "f:3:10: limits.max_message_bytes: 4095 is not in 4096..1073741824"},
      {"limits { max_output_bytes: 1073741825 }",
       "f:3:10: limits.max_output_bytes: 1073741825 is not in "
       "4096..1073741824"},
      {"limits { max_jobs: 0 }",
       "f:3:10: limits.max_jobs: 0 is not in 1..65536"},
      {"limits { max_jobs: 65537 }",
       "f:3:10: limits.max_jobs: 65537 is not in 1..65536"},
      {"limits { max_bytes: 1099511627777 }",
       "f:3:10: limits.max_bytes: 1099511627777 is not in 1..1099511627776"},
      {"limits { max_connections: 0 }",
       "f:3:10: limits.max_connections: 0 is not in 1..65536"},
      {"limits { max_jobs_per_connection: 0 }",
       "f:3:10: limits.max_jobs_per_connection: 0 is not in 1..65536"},
      {"limits { max_connection_age_ms: 999 }",
       "f:3:10: limits.max_connection_age_ms: 999 is not in 1000..3600000"},
      {"limits { max_connection_idle_ms: 3600001 }",
       "f:3:10: limits.max_connection_idle_ms: 3600001 is not in "
       "1000..3600000"},
      {"device { name: \"x\" soft { workers: 257 } }",
       "f:3:27: device[1].soft.workers: 257 is not in 0..256"},
      {"device { name: \"x\" soft { queue_depth: 0 } }",
       "f:3:27: device[1].soft.queue_depth: 0 is not in 1..1024"},
      {"device { name: \"x\" soft { inline_budget_us: 1001 } }",
       "f:3:27: device[1].soft.inline_budget_us: 1001 is not in 0..1000"},
      {"reactor { spin_us: 10001 }",
       "f:3:11: reactor.spin_us: 10001 is not in 0..10000"},
      {"reactor { inbox_entries: 1 }",
       "f:3:11: reactor.inbox_entries: 1 is not in 2..65536"},
      {"reactor { reply_threads: 65 }",
       "f:3:11: reactor.reply_threads: 65 is not in 1..64"},
      {"keys { max_keys: 100001 }",
       "f:3:8: keys.max_keys: 100001 is not in 1..100000"},
      {"keys { max_messages_per_version: 0 }",
       "f:3:8: keys.max_messages_per_version: 0 is not in 1..4294967296"},
      {"keys { max_messages_per_version: 4294967297 }",
       "f:3:8: keys.max_messages_per_version: 4294967297 is not in "
       "1..4294967296"},
      {"memory { pool_mib: 1048577 }",
       "f:3:10: memory.pool_mib: 1048577 is not in 0..1048576"},
      {"shutdown { drain_timeout_ms: 600001 }",
       "f:3:12: shutdown.drain_timeout_ms: 600001 is not in 0..600000"},
      {"listener { inherited { index: 16 } }",
       "f:3:24: listener[1].inherited.index: 16 is not in 0..15"},
  };
  for (const auto& c : kCases) EXPECT_EQ(ErrorOf(c.text), c.error);
}

TEST(ConfigErrorsTest, AllProblemsAreToldInTheOrderOfTheFile) {
  EXPECT_EQ(Error("keys {\n  max_keys: 0\n}\n"
                  "device { name: \"A\" soft {} }\n"
                  "listener { tcp { address: \"localhost\" } }\n"
                  "listener {}\n"),
            "f:2:3: keys.max_keys: 0 is not in 1..100000\n"
            "f:4:10: device[0].name: \"A\" is not 1..32 characters of "
            "a-z 0-9 - _\n"
            "f:5:12: listener[0].tcp.port: is required, 1..65535\n"
            "f:5:18: listener[0].tcp.address: \"localhost\" is not an IPv4 or "
            "IPv6 address\n"
            "f:6:1: listener[1]: has neither unix nor tcp nor inherited");
}

TEST(ConfigErrorsTest, ASealedFileNeedsAPathAndAKey) {
  const auto error_of = [](const std::string& fields) {
    return ErrorOf(absl::StrCat("keys { sealed_file { ", fields, " } }"));
  };
  EXPECT_EQ(error_of(""),
            "f:3:8: keys.sealed_file.path: is required\n"
            "f:3:8: keys.sealed_file: has neither key_file nor credential to "
            "seal it with");
  const std::string path = "path: \"/k\" ";
  EXPECT_EQ(error_of(path + "key_file: \"\""),
            "f:3:33: keys.sealed_file.key_file: is required");
  EXPECT_EQ(error_of(path + "key_file: \"/kek/\""),
            "f:3:33: keys.sealed_file.key_file: \"/kek/\" is not the path of "
            "a file");
  EXPECT_EQ(
      error_of(path + "key_file: \"/k\""),
      "f:3:33: keys.sealed_file.key_file: is the file that it is to seal");
  for (const char* name : {"", ".", "..", "a/b", "/a", "a\\n"}) {
    EXPECT_THAT(error_of(absl::StrCat(path, "credential: \"", name, "\"")),
                HasSubstr("f:3:33: keys.sealed_file.credential: \""))
        << name;
  }
  for (const std::string& bad :
       {std::string("/a/"), std::string("/a/.."), std::string("a\\000b"),
        std::string("."), std::string(251, 'x'), std::string(5000, 'x')}) {
    EXPECT_THAT(error_of(absl::StrCat("credential: \"c\" path: \"", bad, "\"")),
                HasSubstr("f:3:38: keys.sealed_file.path: "))
        << bad;
  }
}

TEST(ConfigErrorsTest, MetricsAreServedOnIpv4Alone) {
  EXPECT_THAT(ErrorOf("metrics { address: \"::1\" }"),
              HasSubstr("metrics.address: the metrics endpoint serves IPv4"));
}

TEST(ConfigErrorsTest, EveryUnknownFieldIsTold) {
  const std::string error =
      ErrorOf("limitz { max_jobs: 1 }\nkeys { max_kyes: 2 }\n");
  EXPECT_THAT(error, HasSubstr("f:3:"));
  EXPECT_THAT(error, HasSubstr("no field named \"limitz\""));
  EXPECT_THAT(error, HasSubstr("\nf:4:"));
  EXPECT_THAT(error, HasSubstr("no field named \"max_kyes\""));
}

TEST(ConfigErrorsTest, SyntaxErrorsAreToldAtTheirPlace) {
  for (const char* text :
       {"limits { max_jobs: }", "limits { max_jobs: -1 }",
        "limits { max_jobs: 4294967296 }", "limits { max_jobs: \"5\" }",
        "limits {", "keys { max_keys: 1 max_keys: 2 }", "log { level: LOUD }",
        "[google.x]: 1", "\x01\x02", "limits { } limits { }",
        "listener { unix { path: \"/a\" } tcp { port: 1 } }"}) {
    EXPECT_THAT(ErrorOf(text), testing::StartsWith("f:3:")) << text;
  }
}

// protobuf keeps such numbers, for messages of a newer peer. A file has none.
TEST(ConfigErrorsTest, NumbersThatAnEnumDoesNotHave) {
  EXPECT_EQ(ErrorOf("log { level: 77 }"),
            "f:3:7: log.level: 77 is not one of DEBUG, INFO, WARNING, ERROR");
  EXPECT_EQ(ErrorOf("log { level: -1 }"),
            "f:3:7: log.level: -1 is not one of DEBUG, INFO, WARNING, ERROR");
  EXPECT_EQ(ErrorOf("policy { mode: 7\n  verify { mode: 9 } }"),
            "f:3:10: policy.mode: 7 is not one of HARDWARE_ONLY, "
            "PREFER_HARDWARE, BALANCED, SOFTWARE_ONLY\n"
            "f:4:12: policy.verify.mode: 9 is not one of OFF, SAMPLED, ALL");
  EXPECT_EQ(ErrorOf("log { level: 4 } policy { mode: 0 }"), "no error");
}

TEST(ConfigErrorsTest, NestingIsBounded) {
  for (const char* open : {"a {", "a <", "[", "{ a: ["}) {
    std::string text = *open == 'a' ? "" : "a: ";
    while (text.size() < kMaxConfigBytes / 2) text += open;
    EXPECT_THAT(Error(text), HasSubstr("too deep")) << open;
  }
}

TEST(ConfigErrorsTest, UnixListeners) {
  const auto error = [](const std::string& fields) {
    return Error(absl::StrCat("listener { unix { ", fields, " } }\n", kDevice));
  };
  EXPECT_EQ(error(""), "f:1:12: listener[0].unix.path: is required");
  EXPECT_EQ(error("path: \"\""), "f:1:19: listener[0].unix.path: is required");
  EXPECT_EQ(error(absl::StrCat("path: \"", std::string(107, 'x'), "\"")),
            "no error");
  EXPECT_EQ(error(absl::StrCat("path: \"", std::string(108, 'x'), "\"")),
            "f:1:19: listener[0].unix.path: has 108 bytes, more than 107");
  for (const char* path : {"/run/", "a\\nb", "a\\0b"}) {
    EXPECT_THAT(error(absl::StrCat("path: \"", path, "\"")),
                HasSubstr("is not the path of a file"));
  }
  for (const char* mode : {"", "66", "rw-rw----", "0680", "1777", "00660"}) {
    EXPECT_THAT(error(absl::StrCat("path: \"a\" mode: \"", mode, "\"")),
                HasSubstr("f:1:29: listener[0].unix.mode: "));
  }
  EXPECT_THAT(error("path: \"a\" group: \"\""),
              HasSubstr("f:1:29: listener[0].unix.group: "));
}

TEST(ConfigErrorsTest, TcpBeyondLoopbackMustBeAllowed) {
  for (const char* address : {"0.0.0.0", "::", "192.168.0.1"}) {
    const std::string text =
        absl::StrCat("listener { tcp { address: \"", address, "\" port: 5");
    EXPECT_THAT(ErrorOf(text + " } }"),
                HasSubstr(absl::StrCat("f:3:18: listener[1].tcp.address: ",
                                       address, " is not loopback")));
    EXPECT_EQ(ErrorOf(text + " allow_non_loopback: true } }"), "no error");
  }
}

TEST(ConfigErrorsTest, ListenersMustDiffer) {
  const struct {
    const char* one;
    const char* two;
  } kCases[] = {
      {"unix { path: \"/run/a\" }",
       "unix { path: \"/run/./a\" mode: \"600\" }"},
      {"tcp { port: 5 }", "tcp { address: \"127.0.0.1\" port: 5 }"},
      {"tcp { address: \"::1\" port: 5 }",
       "tcp { address: \"0:0:0:0:0:0:0:1\" port: 5 }"},
      {"inherited {}", "inherited { index: 0 }"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Error(absl::StrCat("listener { ", c.one, " }\nlistener { ", c.two,
                                 " }\n", kDevice)),
              "f:2:1: listener[1]: is the same as a listener before it");
  }
  EXPECT_EQ(ErrorOf("listener { tcp { port: 9464 } } metrics {}"),
            "f:3:33: metrics: has the address and port of a listener");
}

TEST(ConfigErrorsTest, CountsAreBounded) {
  std::string listeners, devices;
  for (int i = 0; i < 17; ++i) {
    absl::StrAppend(&listeners, "listener { tcp { port: ", i + 1, " } }\n");
  }
  EXPECT_EQ(Error(listeners + kDevice),
            "f:17:1: listener[16]: is one more than 16");
  for (int i = 0; i < 65; ++i) {
    absl::StrAppend(&devices, "device { name: \"d", i, "\" soft {} }\n");
  }
  EXPECT_EQ(Error(devices + kListener),
            "f:65:1: device[64]: is one more than 64");
}

TEST(ConfigErrorsTest, DevicesNeedAKindAndANameOfTheirOwn) {
  EXPECT_EQ(ErrorOf("device { name: \"cpu\" soft {} }"),
            "f:3:10: device[1].name: is the name of a device before it");
  EXPECT_EQ(ErrorOf("device { soft {} }"),
            "f:3:1: device[1].name: is required");
  EXPECT_THAT(ErrorOf("device { name: \"none\" soft {} }"),
              HasSubstr("\"none\" means no device"));
  EXPECT_THAT(ErrorOf("device { name: \"x\" }"),
              HasSubstr("f:3:1: device[1]: has no kind"));
  EXPECT_THAT(ErrorOf(absl::StrCat("device { name: \"", std::string(33, 'x'),
                                   "\" soft {} }")),
              HasSubstr("f:3:10: device[1].name: "));
}

TEST(ConfigErrorsTest, TheLargestRequestMustFit) {
  EXPECT_EQ(ErrorOf("limits {\n  max_message_bytes: 5000\n"
                    "  max_output_bytes: 5000\n  max_bytes: 19134\n}"),
            "f:6:3: limits.max_bytes: 19134 is less than 19135, what the "
            "largest request takes with this max_message_bytes and "
            "max_output_bytes");
  // The default is too small then.
  EXPECT_THAT(ErrorOf("limits { max_message_bytes: 1073741824 }"),
              HasSubstr("f:3:1: limits.max_bytes: 536870912 is less than"));
}

class LoadConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/uacced_config_XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& text) {
    std::string path = folder_ + "/c.textproto";
    std::ofstream(path) << text;
    return path;
  }

  std::string folder_;
};

TEST_F(LoadConfigTest, ErrorsNameTheFile) {
  const std::string path = Write("what");
  EXPECT_THAT(std::string(LoadConfig(path, 1).status().message()),
              testing::StartsWith(path + ":1:"));
  EXPECT_TRUE(LoadConfig(Write(absl::StrCat(kListener, kDevice)), 1).ok());
}

TEST_F(LoadConfigTest, SaysWhyAFileCannotBeRead) {
  const auto missing = LoadConfig(folder_ + "/none", 1).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(std::string(missing.message()),
            "cannot read " + folder_ + "/none: No such file or directory");
  EXPECT_EQ(std::string(LoadConfig(folder_, 1).status().message()),
            "cannot read " + folder_ + ": it is a directory");
  const std::string fifo = folder_ + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(std::string(LoadConfig(fifo, 1).status().message()),
            "cannot read " + fifo + ": it is not a regular file");
}

TEST_F(LoadConfigTest, SizeIsBounded) {
  std::string text = absl::StrCat(kListener, kDevice, "#");
  text.resize(kMaxConfigBytes, 'x');
  EXPECT_TRUE(LoadConfig(Write(text), 1).ok());
  const auto status = LoadConfig(Write(text + "x"), 1).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("more than 1048576"));
}

std::string PolicyError(const std::string& policy) {
  return ErrorOf("policy { " + policy + " }");
}

TEST(ConfigErrorsTest, ThePolicyHasBounds) {
  EXPECT_THAT(PolicyError("fallback_workers: 257"),
              HasSubstr("policy.fallback_workers: 257 is not in 0..256"));
  EXPECT_THAT(PolicyError("offload_min_bytes { digest: 1073741825 }"),
              HasSubstr("policy.offload_min_bytes.digest: 1073741825 is not "));
  EXPECT_THAT(PolicyError("timeouts_ms { copy: 9 }"),
              HasSubstr("policy.timeouts_ms.copy: 9 is not in 10..600000"));
  EXPECT_THAT(PolicyError("verify { mode: SAMPLED sample_one_in: 0 }"),
              HasSubstr("policy.verify.sample_one_in: 0 is not in"));
  EXPECT_THAT(PolicyError("verify { mode: ALL sample_one_in: 5 }"),
              HasSubstr("policy.verify.sample_one_in: is for mode SAMPLED"));
  EXPECT_THAT(PolicyError("mode: FASTEST"), HasSubstr("FASTEST"));
}

TEST(ConfigErrorsTest, DevicesOfTheKernelHaveBounds) {
  const auto error = [](const std::string& fields) {
    return ErrorOf("device { uacce { " + fields + " } }");
  };
  EXPECT_EQ(error(""), "no error");
  EXPECT_EQ(error("device: \"hisi_zip-0\" queues: 16"), "no error");
  EXPECT_EQ(error("queues: 17"),
            "f:3:18: device[1].uacce.queues: 17 is not in 1..16");
  EXPECT_EQ(error("device: \"../x\""),
            "f:3:18: device[1].uacce.device: \"../x\" is not 1..32 characters "
            "of a-z 0-9 - _");
  EXPECT_EQ(error("device: \"\""),
            "f:3:18: device[1].uacce.device: \"\" is not 1..32 characters of "
            "a-z 0-9 - _");
  for (const char* path : {"", "dev", "/a\\000b"}) {
    EXPECT_THAT(error(absl::StrCat("dev_root: \"", path, "\"")),
                HasSubstr("f:3:18: device[1].uacce.dev_root: "));
    EXPECT_THAT(error(absl::StrCat("sysfs_root: \"", path, "\"")),
                HasSubstr("is not an absolute path"));
  }
}

TEST(ConfigErrorsTest, NoDeviceOfTheKernelIsTakenTwice) {
  EXPECT_EQ(ErrorOf("device { uacce {} }\ndevice { uacce {} }"),
            "f:4:10: device[2].uacce.device: is left out in an entry before it "
            "too");
  EXPECT_EQ(ErrorOf("device { uacce { device: \"hisi_zip-0\" } }\n"
                    "device { name: \"z\" uacce { device: \"hisi_zip-0\" } }"),
            "f:4:28: device[2].uacce.device: is that of an entry before it");
  EXPECT_EQ(ErrorOf("device { name: \"hisi_zip-0\" soft {} }\n"
                    "device { uacce { device: \"hisi_zip-0\" } }"),
            "f:4:1: device[2].name: is the name of a device before it");
  EXPECT_EQ(ErrorOf("device { name: \"z\" uacce {} }"),
            "f:3:10: device[1].name: is for one device: with uacce.device left "
            "out each device that is found has the kernel's name");
}

}  // namespace
}  // namespace uacced
