// Accelerators that fail in every way, and what becomes of requests then.
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "daemon/core/error.h"
#include "daemon/core/execution_mode.h"
#include "daemon/health/device_health.h"
#include "daemon/task/task.h"
#include "gtest/gtest.h"
#include "hw/soft/soft_device.h"
#include "tests/support/scripted_device.h"

namespace uacced {
namespace {

using absl::StatusCode;
using hw::Algorithm;
using hw::Operation;
using Mode = ExecutionMode;
using Verify = VerifyPolicy::Mode;

class TestTask final : public Task {
 public:
  using Task::Task;
  void Await() { ended_.wait(0); }
  int ended() const { return ended_.load(); }
  const absl::Status& status() const { return status_; }
  std::string reason() const { return GetErrorDetail(status_).reason; }
  std::string text() const {
    return std::string(output().begin(), output().end());
  }

 private:
  void Ended(const absl::Status& status, DeferredList* /*deferred*/) override {
    status_ = status;
    ended_.fetch_add(1);
    ended_.notify_all();
  }
  absl::Status status_;
  std::atomic<int> ended_{0};
};

// Targets: 0 and 1 accelerators, 2 the ordinary CPU, 3 the one for fallback.
class TaskHardwareTest : public testing::Test {
 protected:
  static constexpr uint16_t kZip0 = 0, kZip1 = 1, kCpu = 2, kFallback = 3;

  void SetUp() override { Start({}); }

  struct Options {
    size_t accelerators = 2;
    bool cpu = true;
    bool fallback = true;
    uint32_t inbox_entries = 256;
  };
  // Anew, with other devices. Indices are as above in any case, as far as all
  // before them are there.
  void Start(const Options& options) {
    placement_.reset();
    reactor_.reset();
    auto reactor = Reactor::Create(
        {.inbox_entries = options.inbox_entries, .quanta_bytes = {1 << 20}},
        &clock_);
    ASSERT_TRUE(reactor.ok()) << reactor.status();
    reactor_ = *std::move(reactor);
    placement_ = std::make_unique<Placement>();
    placement_->AddReactor(reactor_.get());
    devices_.clear();
    for (auto& health : health_) health = std::make_unique<DeviceHealth>();
    for (auto& soft : soft_) {
      auto created = hw::SoftDevice::Create({.workers = 1, .queue_depth = 8});
      ASSERT_TRUE(created.ok()) << created.status();
      soft = *std::move(created);
    }
    for (size_t i = 0; i < options.accelerators; ++i) {
      devices_.push_back(std::make_unique<ScriptedDevice>(
          "zip" + std::to_string(i), *soft_[i], &scripts_[i]));
      AddLane(*devices_.back(), false);
    }
    if (options.cpu) AddLane(*soft_[2], false);
    if (options.fallback) AddLane(*soft_[3], true);
    reactor_->Start();
    path_ = std::make_unique<Path>(Path{admission_, *placement_, metrics_,
                                        reply_pool_, clock_, 1 << 20, 1 << 20,
                                        4096});
  }
  void AddLane(hw::Device& device, bool fallback_only) {
    auto queue = device.OpenQueue(0);
    ASSERT_TRUE(queue.ok()) << queue.status();
    placement_->AddDevice({&device,
                           health_[placement_->targets().size()].get(),
                           {{{reactor_->AddLane("lane", *std::move(queue))}}},
                           fallback_only});
  }

  // Every operation there is, in an order that makes a chain.
  void AddAll(TestTask& task, Mode mode) {
    Add(task, Operation::kDigest, Algorithm::kSha256, mode);
    Add(task, Operation::kCompress, Algorithm::kGzip, mode);
    Step& encrypt = Add(task, Operation::kEncrypt, Algorithm::kAes128Gcm, mode);
    encrypt.request.key = kKey;
    encrypt.request.nonce = kNonce;
    encrypt.request.mac = hw::MutableBytes(encrypt.made_mac);
    encrypt.made_mac.fill(0);
    Add(task, Operation::kCopy, Algorithm::kNone, mode);
    Step& mac = Add(task, Operation::kDigest, Algorithm::kHmacSha256, mode);
    mac.request.key = kKey;
  }
  Step& Add(TestTask& task, Operation operation, Algorithm algorithm,
            Mode mode = Mode::kPreferHardware) {
    Step& step = task.AddStep();
    step.request.operation = operation;
    step.request.algorithm = algorithm;
    step.request.level = hw::Info(algorithm).default_level;
    step.mode = mode;
    step.output_limit_bytes = 1 << 20;
    return step;
  }
  void Run(TestTask& task, const std::string& source) {
    {
      Placement::Batch batch(*placement_);
      Task::LaunchOptions options;
      options.source = {reinterpret_cast<const uint8_t*>(source.data()),
                        source.size()};
      options.now_ns = clock_.NowNs();
      task.Launch(std::move(options), batch);
    }
    task.Await();
  }
  // What the CPU makes of it.
  std::string OnCpu(Operation operation, Algorithm algorithm,
                    const std::string& source) {
    TestTask task(*path_);
    Add(task, operation, algorithm, Mode::kSoftwareOnly);
    Run(task, source);
    EXPECT_TRUE(task.status().ok()) << task.status();
    EXPECT_EQ(task.step(0).fallback, Fallback::kNone);
    return task.text();
  }
  static std::string Text(size_t bytes) {
    std::string text;
    while (text.size() < bytes) {
      text += "line " + std::to_string(text.size() * 7919 % 1000) + "\n";
    }
    text.resize(bytes);
    return text;
  }
  // Back into use, as the supervisor and a probation would have it.
  void Recover() {
    for (const auto& health : health_) {
      if (health->state() != DeviceState::kQuarantined) continue;
      health->BeginReset();
      health->BeginProbation();
      while (health->state() == DeviceState::kProbation) {
        health->OnResult(Operation::kCopy, /*device_fault=*/false);
      }
    }
  }
  uint64_t mismatched() const {
    return metrics_.mismatched(0) + metrics_.mismatched(1);
  }
  uint64_t verified() const {
    return metrics_.verified(0) + metrics_.verified(1);
  }
  void SpoilEverything(int times) {
    for (DeviceScript& script : scripts_) {
      script.spoil = script.spoil_tag = times;
    }
  }

  static constexpr std::array<uint8_t, 16> kKey = {1, 2, 3};
  static constexpr std::array<uint8_t, 12> kNonce = {4, 5, 6};

  MonotonicClock clock_;
  Admission admission_{{.max_jobs = 1000, .max_bytes = 256 << 20}};
  Metrics metrics_{{"zip0", "zip1", "cpu", "fallback"}};
  std::array<DeviceScript, 2> scripts_;
  std::array<std::unique_ptr<hw::SoftDevice>, 4> soft_;
  std::vector<std::unique_ptr<ScriptedDevice>> devices_;
  std::array<std::unique_ptr<DeviceHealth>, 4> health_;
  // Ends after what jobs end on, before the devices.
  ReplyPool reply_pool_{2, 1024};
  std::unique_ptr<Reactor> reactor_;
  std::unique_ptr<Placement> placement_;
  std::unique_ptr<Path> path_;
};

TEST_F(TaskHardwareTest, AcceleratorsDoItAndNothingFellBack) {
  TestTask task(*path_);
  AddAll(task, Mode::kPreferHardware);
  Run(task, Text(100'000));
  ASSERT_TRUE(task.status().ok()) << task.status();
  for (size_t i = 0; i < task.step_count(); ++i) {
    EXPECT_LE(task.step(i).device_index, kZip1) << i;
    EXPECT_EQ(task.step(i).fallback, Fallback::kNone) << i;
  }
}

TEST_F(TaskHardwareTest, WhatIsLostIsDoneElsewhere) {
  Start({.accelerators = 1});
  scripts_[0].lose = 1;
  TestTask task(*path_);
  AddAll(task, Mode::kPreferHardware);
  Run(task, Text(100'000));
  ASSERT_TRUE(task.status().ok()) << task.status();
  EXPECT_EQ(task.step(0).device_index, 2) << "the fallback device";
  EXPECT_EQ(task.step(0).fallback, Fallback::kDeviceLost);
  for (size_t i = 1; i < task.step_count(); ++i) {
    EXPECT_EQ(task.step(i).fallback, Fallback::kUnavailable) << i;
  }
  EXPECT_EQ(metrics_.fallbacks(Operation::kDigest, Fallback::kDeviceLost), 1u);
  EXPECT_EQ(metrics_.fallbacks(Operation::kDigest, Fallback::kUnavailable), 1u);
  EXPECT_EQ(metrics_.fallbacks(Operation::kCompress, Fallback::kUnavailable),
            1u);
}

TEST_F(TaskHardwareTest, AnotherAcceleratorIsNoFallback) {
  scripts_[0].lose = 1;
  TestTask task(*path_);
  // Enough for both to have their turn, whichever thread places them.
  for (int i = 0; i < 16; ++i) {
    Add(task, Operation::kCopy, Algorithm::kNone, Mode::kHardwareOnly);
  }
  Run(task, Text(1000));
  ASSERT_TRUE(task.status().ok()) << task.status();
  EXPECT_EQ(scripts_[0].lose.load(), 0) << "nothing was lost";
  EXPECT_EQ(task.text(), Text(1000));
  for (size_t i = 0; i < task.step_count(); ++i) {
    EXPECT_LE(task.step(i).device_index, kZip1);
    EXPECT_EQ(task.step(i).fallback, Fallback::kNone);
  }
  EXPECT_EQ(task.step(15).device_index, kZip1);
}

TEST_F(TaskHardwareTest, HardwareOnlyIsUnavailableWhenAllAreLost) {
  scripts_[0].lose = scripts_[1].lose = 1;
  TestTask task(*path_);
  Add(task, Operation::kCompress, Algorithm::kGzip, Mode::kHardwareOnly);
  Run(task, Text(1000));
  EXPECT_EQ(task.status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(task.reason(), "DEVICES_OUT_OF_USE");
  EXPECT_GT(GetErrorDetail(task.status()).retry_after, absl::ZeroDuration());
  EXPECT_EQ(admission_.jobs(), 1u) << "only the task's own ticket";
}

TEST_F(TaskHardwareTest, WithoutAFallbackDeviceThereIsNoFallback) {
  Start({.accelerators = 1, .fallback = false});
  scripts_[0].fail = 1;
  TestTask task(*path_);
  Add(task, Operation::kCompress, Algorithm::kGzip);
  Run(task, Text(1000));
  EXPECT_EQ(task.status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(task.reason(), "DEVICES_OUT_OF_USE");
}

TEST_F(TaskHardwareTest, WhatAnAcceleratorFailsIsDoneAgain) {
  for (const StatusCode code : {StatusCode::kUnavailable, StatusCode::kInternal,
                                StatusCode::kResourceExhausted}) {
    // Each of the two fails it once, then it is the CPU's.
    for (DeviceScript& script : scripts_) {
      script.fail_code = code;
      script.fail = 1;
    }
    TestTask task(*path_);
    Add(task, Operation::kCompress, Algorithm::kGzip);
    Run(task, Text(1000));
    ASSERT_TRUE(task.status().ok()) << task.status();
    EXPECT_EQ(task.step(0).device_index, kFallback);
    EXPECT_EQ(task.step(0).fallback, Fallback::kDeviceError);

    for (DeviceScript& script : scripts_) script.fail = 1;
    TestTask strict(*path_);
    Add(strict, Operation::kCompress, Algorithm::kGzip, Mode::kHardwareOnly);
    Run(strict, Text(1000));
    EXPECT_EQ(strict.status().code(), StatusCode::kUnavailable);
  }
}

TEST_F(TaskHardwareTest, WhatItDoesNotTakeAfterAllGoesToTheOrdinaryCpu) {
  for (DeviceScript& script : scripts_) script.refuse = 1;
  TestTask task(*path_);
  Add(task, Operation::kCompress, Algorithm::kGzip);
  Run(task, Text(1000));
  ASSERT_TRUE(task.status().ok()) << task.status();
  EXPECT_EQ(task.step(0).device_index, kCpu);
  EXPECT_EQ(task.step(0).fallback, Fallback::kNotCapable);

  for (DeviceScript& script : scripts_) script.refuse = 1;
  TestTask strict(*path_);
  Add(strict, Operation::kCompress, Algorithm::kGzip, Mode::kHardwareOnly);
  Run(strict, Text(1000));
  EXPECT_EQ(strict.status().code(), StatusCode::kUnimplemented);

  // The same word with the completion.
  for (DeviceScript& script : scripts_) {
    script.fail_code = StatusCode::kUnimplemented;
    script.fail = 1;
  }
  TestTask late(*path_);
  Add(late, Operation::kCompress, Algorithm::kGzip);
  Run(late, Text(1000));
  ASSERT_TRUE(late.status().ok()) << late.status();
  EXPECT_EQ(late.step(0).fallback, Fallback::kNotCapable);
}

TEST_F(TaskHardwareTest, BadInputIsConfirmedByTheCpu) {
  TestTask corrupt(*path_);
  Add(corrupt, Operation::kDecompress, Algorithm::kGzip);
  Run(corrupt, Text(1000));
  EXPECT_EQ(corrupt.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(corrupt.reason(), "CORRUPT_INPUT");
  EXPECT_EQ(mismatched(), 0u);
  EXPECT_EQ(verified(), 1u);
  EXPECT_EQ(metrics_.fallbacks(Operation::kDecompress, Fallback::kNotConfirmed),
            0u);

  const std::string text = Text(100'000);
  const std::string good = OnCpu(Operation::kCompress, Algorithm::kGzip, text);
  for (DeviceScript& script : scripts_) {
    script.fail_code = StatusCode::kInvalidArgument;
    script.fail = 1;
  }
  TestTask task(*path_);
  Add(task, Operation::kDecompress, Algorithm::kGzip);
  Run(task, good);
  ASSERT_TRUE(task.status().ok()) << task.status();
  EXPECT_EQ(task.text(), text);
  EXPECT_EQ(task.step(0).device_index, kFallback);
  EXPECT_EQ(task.step(0).fallback, Fallback::kNotConfirmed);
  EXPECT_EQ(mismatched(), 1u);
}

TEST_F(TaskHardwareTest, HardwareOnlyTakesItsWordOnTheInput) {
  for (DeviceScript& script : scripts_) {
    script.fail_code = StatusCode::kInvalidArgument;
    script.fail = 1;
  }
  TestTask task(*path_);
  Add(task, Operation::kDecompress, Algorithm::kGzip, Mode::kHardwareOnly);
  Run(task, OnCpu(Operation::kCompress, Algorithm::kGzip, "text"));
  EXPECT_EQ(task.reason(), "CORRUPT_INPUT");
}

TEST_F(TaskHardwareTest, ACompressionThatDoesNotFitGetsMoreRoomThenTheCpu) {
  for (const int times : {1, 2}) {
    Start({.accelerators = 1});
    scripts_[0].fail_code = StatusCode::kOutOfRange;
    scripts_[0].fail = times;
    TestTask task(*path_);
    Add(task, Operation::kCompress, Algorithm::kGzip);
    Run(task, Text(10'000));
    ASSERT_TRUE(task.status().ok()) << task.status();
    EXPECT_EQ(task.step(0).fallback,
              times == 1 ? Fallback::kNone : Fallback::kDeviceError);
    EXPECT_EQ(OnCpu(Operation::kDecompress, Algorithm::kGzip, task.text()),
              Text(10'000));
  }
}

TEST_F(TaskHardwareTest, TooLargeAnOutputIsConfirmedByTheCpu) {
  const std::string zeros(900'000, '\0');
  const std::string packed =
      OnCpu(Operation::kCompress, Algorithm::kDeflate, zeros);
  TestTask limited(*path_);
  Add(limited, Operation::kDecompress, Algorithm::kDeflate).output_limit_bytes =
      899'999;
  Run(limited, packed);
  EXPECT_EQ(limited.reason(), "OUTPUT_TOO_LARGE");

  for (DeviceScript& script : scripts_) {
    script.fail_code = StatusCode::kOutOfRange;
    script.fail = 100;
  }
  TestTask task(*path_);
  Add(task, Operation::kDecompress, Algorithm::kDeflate);
  Run(task, packed);
  ASSERT_TRUE(task.status().ok()) << task.status();
  EXPECT_EQ(task.text(), zeros);
}

TEST_F(TaskHardwareTest, NothingWrongIsDeliveredWhenAllIsVerified) {
  path_->verify = {.mode = Verify::kAll};
  const std::string text = Text(50'000);
  TestTask right(*path_);
  AddAll(right, Mode::kSoftwareOnly);
  Run(right, text);
  for (const Mode mode : {Mode::kPreferHardware, Mode::kHardwareOnly}) {
    const uint64_t before = mismatched();
    Recover();
    // Each accelerator spoils something in the course of it.
    scripts_[0].spoil = 3;
    scripts_[1].spoil_tag = 1;
    TestTask task(*path_);
    AddAll(task, mode);
    Run(task, text);
    if (!task.status().ok()) {
      // With both having failed the same step there is nobody left.
      ASSERT_EQ(mode, Mode::kHardwareOnly);
      EXPECT_EQ(task.status().code(), StatusCode::kUnavailable);
    } else {
      EXPECT_EQ(task.text(), right.text());
      EXPECT_EQ(task.step(0).digest, right.step(0).digest);
      EXPECT_EQ(task.step(2).made_mac, right.step(2).made_mac);
      EXPECT_EQ(task.step(4).digest, right.step(4).digest);
    }
    EXPECT_GT(mismatched(), before);
  }
}

TEST_F(TaskHardwareTest, EveryOperationIsVerified) {
  Start({.accelerators = 1});
  path_->verify = {.mode = Verify::kAll};
  const std::string text = Text(10'000);
  TestTask right(*path_);
  AddAll(right, Mode::kSoftwareOnly);
  Run(right, text);
  ASSERT_TRUE(right.status().ok());
  const std::string packed =
      OnCpu(Operation::kCompress, Algorithm::kZlib, text);
  // One at a time, so that each kind of damage is seen.
  for (size_t i = 0; i < right.step_count(); ++i) {
    for (const bool tag : {false, true}) {
      if (tag && right.step(i).request.mac.empty()) continue;
      Recover();
      TestTask task(*path_);
      AddAll(task, Mode::kSoftwareOnly);
      task.step(i).mode = Mode::kPreferHardware;
      const uint64_t before = mismatched();
      (tag ? scripts_[0].spoil_tag : scripts_[0].spoil) = 1;
      Run(task, text);
      ASSERT_TRUE(task.status().ok()) << task.status();
      EXPECT_EQ(mismatched(), before + 1) << i;
      EXPECT_EQ(task.step(i).fallback, Fallback::kNotVerified) << i;
      EXPECT_EQ(task.step(i).device_index, 2) << i;
      EXPECT_EQ(task.text(), right.text());
      EXPECT_EQ(task.step(0).digest, right.step(0).digest);
      EXPECT_EQ(task.step(2).made_mac, right.step(2).made_mac);
      EXPECT_EQ(task.step(4).digest, right.step(4).digest);
    }
  }
  Recover();
  scripts_[0].spoil = 1;
  TestTask unpack(*path_);
  Add(unpack, Operation::kDecompress, Algorithm::kZlib);
  Run(unpack, packed);
  EXPECT_EQ(unpack.text(), text);
  EXPECT_EQ(unpack.step(0).fallback, Fallback::kNotVerified);
}

// The check itself: what is not verified goes through.
TEST_F(TaskHardwareTest, WithoutVerificationDamageIsNotSeen) {
  Start({.accelerators = 1});
  scripts_[0].spoil = 1;
  TestTask task(*path_);
  Add(task, Operation::kCopy, Algorithm::kNone);
  Run(task, Text(1000));
  ASSERT_TRUE(task.status().ok());
  EXPECT_NE(task.text(), Text(1000));
}

TEST_F(TaskHardwareTest, ChecksumsOfFragmentsAreVerified) {
  Start({.accelerators = 1});
  path_->verify = {.mode = Verify::kAll};
  for (const Algorithm algorithm : {Algorithm::kGzip, Algorithm::kZlib}) {
    uint32_t right = 0, checksum = 0;
    for (uint32_t* out : {&right, &checksum}) {
      const uint64_t before = mismatched();
      Recover();
      scripts_[0].spoil_checksum = out == &checksum ? 1 : 0;
      TestTask task(*path_);
      Step& step = Add(task, Operation::kCompress, algorithm);
      step.request.fragment = true;
      step.request.checksum = out;
      Run(task, Text(5000));
      ASSERT_TRUE(task.status().ok()) << task.status();
      EXPECT_EQ(mismatched(), before + (out == &checksum ? 1 : 0));
    }
    EXPECT_EQ(checksum, right);
  }
}

TEST_F(TaskHardwareTest, AnAcceptedForgeryIsRefusedAfterAll) {
  Start({.accelerators = 1});
  path_->verify = {.mode = Verify::kAll};
  scripts_[0].fail_code = StatusCode::kOk;
  scripts_[0].fail = 1;
  TestTask task(*path_);
  Step& step = Add(task, Operation::kDecrypt, Algorithm::kAes128Gcm);
  const std::array<uint8_t, 16> forged{};
  step.request.key = kKey;
  step.request.nonce = kNonce;
  step.request.expected_mac = forged;
  Run(task, Text(100));
  EXPECT_EQ(task.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(task.reason(), "DECRYPT_FAILED");
  EXPECT_EQ(mismatched(), 1u);
}

TEST_F(TaskHardwareTest, HardwareOnlyNeverGetsTheCheckersResult) {
  Start({.accelerators = 1});
  path_->verify = {.mode = Verify::kAll};
  scripts_[0].spoil = 1;
  TestTask task(*path_);
  Add(task, Operation::kCopy, Algorithm::kNone, Mode::kHardwareOnly);
  Run(task, Text(1000));
  EXPECT_EQ(task.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(task.status().message().find("zip0 failed this request"),
            std::string::npos);
}

TEST_F(TaskHardwareTest, AMismatchQuarantinesAndProbationIsVerified) {
  Start({.accelerators = 1});
  path_->verify = {.mode = Verify::kAll};
  scripts_[0].spoil = 1;
  TestTask wrong(*path_);
  Add(wrong, Operation::kCopy, Algorithm::kNone);
  Run(wrong, Text(1000));
  ASSERT_TRUE(wrong.status().ok()) << wrong.status();
  EXPECT_EQ(health_[0]->state(), DeviceState::kQuarantined);

  path_->verify = {};
  TestTask meanwhile(*path_);
  Add(meanwhile, Operation::kCopy, Algorithm::kNone);
  Run(meanwhile, Text(1000));
  EXPECT_EQ(meanwhile.step(0).fallback, Fallback::kUnavailable);
  TestTask strict(*path_);
  Add(strict, Operation::kCopy, Algorithm::kNone, Mode::kHardwareOnly);
  Run(strict, Text(1000));
  EXPECT_NE(strict.status().message().find("zip0 is quarantined"),
            std::string::npos);

  health_[0]->BeginReset();
  health_[0]->BeginProbation();
  const uint64_t before = verified();
  TestTask proof(*path_);
  Add(proof, Operation::kCopy, Algorithm::kNone);
  Run(proof, Text(1000));
  ASSERT_TRUE(proof.status().ok()) << proof.status();
  EXPECT_EQ(proof.step(0).device_index, kZip0);
  EXPECT_EQ(verified(), before + 1);
}

TEST_F(TaskHardwareTest, SamplesAreAboutAsManyAsWasSaid) {
  path_->verify = {.mode = Verify::kSampled, .sample_one_in = 4};
  constexpr int kCount = 2000;
  for (int i = 0; i < kCount; ++i) {
    TestTask task(*path_);
    Add(task, Operation::kCopy, Algorithm::kNone);
    Run(task, "text");
    ASSERT_TRUE(task.status().ok());
  }
  // Six standard deviations either way.
  EXPECT_GT(verified(), 380u);
  EXPECT_LT(verified(), 620u);
}

TEST_F(TaskHardwareTest, AVerifyThatIsAskedForHoldsForTheCpuToo) {
  Start({.accelerators = 0});
  TestTask task(*path_);
  Add(task, Operation::kCompress, Algorithm::kGzip).verify = true;
  Run(task, Text(10'000));
  ASSERT_TRUE(task.status().ok()) << task.status();
  EXPECT_EQ(verified(), 1u);
  EXPECT_EQ(task.step(0).fallback, Fallback::kNone);
}

// A small inbox, many at once, and an accelerator that dies among them.
TEST_F(TaskHardwareTest, AFullInboxDoesNotRefuseWhatWasBegun) {
  Start({.inbox_entries = 2});
  constexpr int kThreads = 8, kEach = 300;
  const std::string text = Text(2000);
  std::atomic<int> done{0}, refused{0};
  std::vector<std::thread> threads;
  path_->verify = {.mode = Verify::kAll};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        if (t == 0 && i == 100) scripts_[0].lose = 1;
        if (t == 1 && i % 10 == 0) scripts_[1].fail = 5;
        if (t == 2 && i % 10 == 0) SpoilEverything(3);
        TestTask task(*path_);
        Add(task, Operation::kCompress, Algorithm::kLz4);
        Add(task, Operation::kDecompress, Algorithm::kLz4);
        Run(task, text);
        // Only before anything was begun.
        if (task.status().code() == StatusCode::kUnavailable &&
            task.reason() == "INBOX_FULL" && task.step(0).queue_wait_ns < 0) {
          refused.fetch_add(1);
          continue;
        }
        ASSERT_TRUE(task.status().ok()) << task.status();
        ASSERT_EQ(task.text(), text);
        ASSERT_EQ(task.ended(), 1);
        done.fetch_add(1);
      }
    });
  }
  std::atomic<bool> over{false};
  std::thread healer([&] {
    while (!over.load()) {
      Recover();
      std::this_thread::yield();
    }
  });
  for (auto& thread : threads) thread.join();
  over = true;
  healer.join();
  EXPECT_EQ(done.load() + refused.load(), kThreads * kEach);
  EXPECT_GT(done.load(), 0);
  EXPECT_EQ(metrics_.jobs_lost(), 0u);
  EXPECT_EQ(admission_.jobs(), 0u);
  EXPECT_EQ(admission_.bytes(), 0u);
}

}  // namespace
}  // namespace uacced
