// Every way in which a device can fail, under load: each operation is answered
// once, and rightly, whatever the models of ZIP and SEC do. Faults come by
// seed.
//
// UACCED_STORM_OPERATIONS: so many for each kind of fault, instead of a number
// that fits a run of all tests.
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/core/fault.h"
#include "daemon/task/task.h"
#include "gtest/gtest.h"
#include "hw/algorithm.h"
#include "hw/output_room.h"
#include "hw/soft/engine.h"
#include "hw/soft/evp_algorithms.h"
#include "hw/test_data.h"
#include "tests/support/device_path.h"

namespace uacced {
namespace {

using hw::Algorithm;
using hw::Operation;
using ByteVector = std::vector<uint8_t>;

constexpr size_t kZip = 0, kSec = 1;
constexpr int kInFlight = 48;
constexpr size_t kSamples = 64;

uint64_t OperationsPerKind() {
  const char* text = std::getenv("UACCED_STORM_OPERATIONS");
  return text == nullptr ? 3'000 : std::strtoull(text, nullptr, 10);
}

// One operation with what must come of it.
struct Sample {
  hw::Request request;
  ByteVector source;
  ByteVector key;
  ByteVector nonce;
  ByteVector associated_data;
  ByteVector expected;  // kCompress: what it decompresses to.
  ByteVector expected_mac;
};

// Samples of all that both engines do, made and judged by the CPU's codecs.
class Oracle {
 public:
  Oracle() {
    std::mt19937 random(1);
    for (uint32_t i = 0; samples_.size() < kSamples; ++i) {
      const size_t bytes = 16 * (1 + random() % 128);
      samples_.push_back(Make(kKinds[i % kKinds.size()], bytes, i));
    }
  }

  const Sample& sample(size_t index) const {
    return *samples_[index % kSamples];
  }

  // By any thread, one at a time.
  bool IsRight(const Sample& sample, hw::Bytes output, hw::Bytes mac) {
    if (sample.request.operation != Operation::kCompress) {
      return std::equal(output.begin(), output.end(), sample.expected.begin(),
                        sample.expected.end()) &&
             std::equal(mac.begin(), mac.end(), sample.expected_mac.begin(),
                        sample.expected_mac.end());
    }
    hw::Request back;
    back.operation = Operation::kDecompress;
    back.algorithm = sample.request.algorithm;
    back.source = output;
    ByteVector room(sample.expected.size());
    back.destination = room;
    const hw::Result result = engine_.Execute(back);
    return result.ok() && result.produced_bytes == room.size() &&
           room == sample.expected;
  }

 private:
  using Kind = std::pair<Operation, Algorithm>;
  static constexpr std::array<Kind, 12> kKinds = {{
      {Operation::kCompress, Algorithm::kGzip},
      {Operation::kDecompress, Algorithm::kGzip},
      {Operation::kCompress, Algorithm::kZlib},
      {Operation::kDecompress, Algorithm::kDeflate},
      {Operation::kEncrypt, Algorithm::kAes256Gcm},
      {Operation::kDecrypt, Algorithm::kAes256Gcm},
      {Operation::kEncrypt, Algorithm::kAes128Xts},
      {Operation::kDecrypt, Algorithm::kAes256Cbc},
      {Operation::kEncrypt, Algorithm::kAes128Ctr},
      {Operation::kDigest, Algorithm::kSha256},
      {Operation::kDigest, Algorithm::kHmacSha256},
      {Operation::kDigest, Algorithm::kSm3},
  }};

  ByteVector Run(hw::Request request) {
    ByteVector room(hw::FirstOutputRoom(request, uint64_t{1} << 24));
    if (request.operation == Operation::kDigest) room.resize(64);
    if (request.operation == Operation::kDecompress) room.resize(1 << 16);
    request.destination = room;
    const hw::Result result = engine_.Execute(request);
    EXPECT_TRUE(result.ok());
    room.resize(result.produced_bytes);
    return room;
  }

  std::unique_ptr<Sample> Make(const Kind& kind, size_t bytes, uint32_t seed) {
    const auto [operation, algorithm] = kind;
    const hw::AlgorithmInfo& info = hw::Info(algorithm);
    auto sample = std::make_unique<Sample>();
    const ByteVector text = hw::TextBytes(bytes, seed);
    sample->key = hw::RandomBytes(info.key_bytes, seed);
    sample->nonce = hw::RandomBytes(info.nonce_bytes, seed + 1);
    if (info.family == hw::Family::kAead) {
      sample->associated_data = hw::RandomBytes(20, seed + 2);
      sample->expected_mac.resize(hw::kMaxMacBytes);
    }
    hw::Request& request = sample->request;
    request.algorithm = algorithm;
    request.level = 4;
    request.key = sample->key;
    request.nonce = sample->nonce;
    request.associated_data = sample->associated_data;
    const bool decodes =
        operation == Operation::kDecompress || operation == Operation::kDecrypt;
    if (!decodes) {
      sample->source = text;
      request.operation = operation;
      request.source = sample->source;
      request.mac = sample->expected_mac;
      sample->expected =
          operation == Operation::kCompress ? text : Run(request);
      return sample;
    }
    request.operation = operation == Operation::kDecompress
                            ? Operation::kCompress
                            : Operation::kEncrypt;
    request.source = text;
    request.mac = sample->expected_mac;
    sample->source = Run(request);
    request.operation = operation;
    request.source = sample->source;
    request.mac = {};
    request.expected_mac = sample->expected_mac;
    sample->expected = text;
    return sample;
  }

  const hw::EvpAlgorithms algorithms_;
  hw::Engine engine_{algorithms_};
  std::vector<std::unique_ptr<Sample>> samples_;
};

class StormTask final : public Task {
 public:
  StormTask(const Path& path, const Sample& sample)
      : Task(path), sample_(sample) {}

  void Start(const Clock& clock) {
    Step& step = AddStep();
    step.request = sample_.request;
    step.output_limit_bytes = 1 << 20;
    if (sample_.request.operation == Operation::kEncrypt &&
        !sample_.expected_mac.empty()) {
      step.request.mac = step.made_mac;
    }
    Placement::Batch batch(path().placement);
    Launch({.source = sample_.source, .now_ns = clock.NowNs()}, batch);
  }

  // How often it was answered; waits for the first time.
  int Await() {
    ended_.wait(0);
    return ended_.load();
  }
  const absl::Status& result() const { return status_; }
  const Sample& sample() const { return sample_; }
  hw::Bytes answer() const {
    if (sample_.request.operation != Operation::kDigest) return output();
    return hw::Bytes(step(0).digest)
        .first(hw::Info(sample_.request.algorithm).digest_bytes);
  }
  hw::Bytes mac() const {
    if (sample_.request.operation != Operation::kEncrypt) {
      return sample_.expected_mac;
    }
    return hw::Bytes(step(0).made_mac).first(sample_.expected_mac.size());
  }

 private:
  void Ended(const absl::Status& status, DeferredList* /*deferred*/) override {
    status_ = status;
    ended_.fetch_add(1);
    ended_.notify_all();
  }

  const Sample& sample_;
  absl::Status status_;
  std::atomic<int> ended_{0};
};

struct Tally {
  uint64_t answered = 0;
  uint64_t wrong = 0;
  uint64_t failed = 0;
  uint64_t twice = 0;
  uint64_t on_models = 0;
};

Config StormConfig() {
  Config config;
  HisiModelConfig zip{.name = "zip0",
                      .engine = HisiModelConfig::Engine::kZip,
                      .version = 3,
                      .queues = 1,
                      .queue_depth = 32,
                      .parallelism = 2,
                      .seed = 7};
  HisiModelConfig sec = zip;
  sec.name = "sec0";
  sec.engine = HisiModelConfig::Engine::kSec;
  config.devices = {zip, sec};
  config.policy.fallback_workers = 1;
  config.policy.timeouts.fill(absl::Milliseconds(200));
  config.policy.verify.mode = VerifyPolicy::Mode::kAll;
  return config;
}

class DeviceStormTest : public testing::TestWithParam<FaultSpec> {
 protected:
  static constexpr DeviceHealth::Options kHealth = {
      .probation_successes = 8,
      .min_backoff_ns = 5'000'000,
      .max_backoff_ns = 50'000'000,
      .min_quarantine_ns = 20'000'000};

  // Keeps kInFlight operations going until so many were answered.
  Tally Run(uint64_t operations) {
    Tally tally;
    std::vector<std::unique_ptr<StormTask>> tasks(kInFlight);
    uint64_t started = 0;
    for (auto& task : tasks) task = Next(started);
    for (uint64_t i = 0; i < operations; ++i) {
      std::unique_ptr<StormTask>& task = tasks[i % kInFlight];
      if (task == nullptr) break;
      Judge(*task, tally);
      task = started < operations ? Next(started) : nullptr;
    }
    for (auto& task : tasks) {
      if (task != nullptr) Judge(*task, tally);
    }
    return tally;
  }

  std::unique_ptr<StormTask> Next(uint64_t& started) {
    auto task =
        std::make_unique<StormTask>(path_.path(), oracle_.sample(started++));
    task->Start(path_.clock());
    return task;
  }

  void Judge(StormTask& task, Tally& tally) {
    if (task.Await() != 1) ++tally.twice;
    ++tally.answered;
    if (!task.result().ok()) {
      if (tally.failed++ == 0) ADD_FAILURE() << task.result();
      return;
    }
    if (task.step(0).device_index <= kSec) ++tally.on_models;
    if (!oracle_.IsRight(task.sample(), task.answer(), task.mac())) {
      ++tally.wrong;
    }
  }

  Oracle oracle_;
  DevicePath path_{StormConfig(), kHealth};
};

TEST_P(DeviceStormTest, EveryOperationIsAnsweredOnceAndRightly) {
  const uint64_t operations = OperationsPerKind();
  for (const size_t device : {kZip, kSec}) {
    ASSERT_TRUE(path_.faults(device).AddFault(GetParam()).ok());
  }
  const Tally tally = Run(operations);
  EXPECT_EQ(tally.answered, operations);
  EXPECT_EQ(tally.wrong, 0u);
  EXPECT_EQ(tally.failed, 0u);
  EXPECT_EQ(tally.twice, 0u);
  // The storm was one, and the devices were used all the same.
  uint64_t hits = 0;
  for (const size_t device : {kZip, kSec}) {
    for (const auto& entry : path_.faults(device).ListFaults()) {
      hits += entry.hits;
    }
    path_.faults(device).ClearFaults();
  }
  EXPECT_GT(hits, 0u);
  EXPECT_GT(tally.on_models, 0u);
  // Afterwards they work again.
  EXPECT_EQ(Run(500).failed, 0u);
}

FaultSpec Often(FaultSpec::Kind kind, uint64_t parameter = 0,
                uint32_t per_mille = 10) {
  return {.kind = kind,
          .skip = 50,
          .count = 1'000'000,
          .per_mille = per_mille,
          .parameter = parameter};
}

std::string KindName(const testing::TestParamInfo<FaultSpec>& info) {
  constexpr const char* kNames[] = {
      "Status",     "Corrupt",     "LoseCompletion", "DuplicateCompletion",
      "UnknownTag", "WrongPhase",  "Slow",           "Stuck",
      "StopQueue",  "ResetDevice", "Isolate",        "Remove",
      "Return"};
  return kNames[static_cast<size_t>(info.param.kind)];
}

INSTANTIATE_TEST_SUITE_P(
    Faults, DeviceStormTest,
    testing::Values(Often(FaultSpec::Kind::kStatus, 0x7f, 100),
                    Often(FaultSpec::Kind::kCorrupt),
                    Often(FaultSpec::Kind::kLoseCompletion, 0, 3),
                    Often(FaultSpec::Kind::kDuplicateCompletion),
                    Often(FaultSpec::Kind::kUnknownTag),
                    Often(FaultSpec::Kind::kWrongPhase, 0, 3),
                    Often(FaultSpec::Kind::kSlow, 20'000'000, 2),
                    Often(FaultSpec::Kind::kStuck, 0, 3),
                    Often(FaultSpec::Kind::kStopQueue),
                    Often(FaultSpec::Kind::kResetDevice, 5'000'000, 3),
                    Often(FaultSpec::Kind::kIsolate, 20'000'000, 2),
                    Often(FaultSpec::Kind::kRemove, 20'000'000, 2)),
    KindName);

}  // namespace
}  // namespace uacced
