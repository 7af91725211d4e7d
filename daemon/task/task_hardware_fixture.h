// A Task's world with accelerators that fail in every way.
#ifndef UACCED_DAEMON_TASK_TASK_HARDWARE_FIXTURE_H_
#define UACCED_DAEMON_TASK_TASK_HARDWARE_FIXTURE_H_

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "daemon/core/error.h"
#include "daemon/core/execution_mode.h"
#include "daemon/health/device_health.h"
#include "daemon/task/task.h"
#include "gtest/gtest.h"
#include "hw/soft/soft_device.h"
#include "tests/support/scripted_device.h"

namespace uacced {

class AwaitedTask final : public Task {
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
  using StatusCode = absl::StatusCode;
  using Algorithm = hw::Algorithm;
  using Operation = hw::Operation;
  using Mode = ExecutionMode;
  using Verify = VerifyPolicy::Mode;
  using TestTask = AwaitedTask;

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
  void AddAll(AwaitedTask& task, Mode mode) {
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
  Step& Add(AwaitedTask& task, Operation operation, Algorithm algorithm,
            Mode mode = Mode::kPreferHardware) {
    Step& step = task.AddStep();
    step.request.operation = operation;
    step.request.algorithm = algorithm;
    step.request.level = hw::Info(algorithm).default_level;
    step.mode = mode;
    step.output_limit_bytes = 1 << 20;
    return step;
  }
  void Run(AwaitedTask& task, const std::string& source) {
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
    AwaitedTask task(*path_);
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
        health->OnResult(Operation::kCopy, DeviceHealth::Result::kProof);
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

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_TASK_HARDWARE_FIXTURE_H_
