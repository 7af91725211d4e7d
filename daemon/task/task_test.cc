#include "daemon/task/task.h"

#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "daemon/core/error.h"
#include "gtest/gtest.h"
#include "hw/soft/soft_device.h"
#include "tests/support/corrupting_device.h"

namespace uacced {
namespace {

using absl::StatusCode;
using hw::Algorithm;
using hw::Operation;

class TestTask final : public Task {
 public:
  using Task::Task;
  void Await() { ended_.wait(false); }
  bool ended() const { return ended_.load(); }
  const absl::Status& status() const { return status_; }
  std::string reason() const { return GetErrorDetail(status_).reason; }
  std::string text() const {
    return std::string(output().begin(), output().end());
  }

 private:
  void Ended(const absl::Status& status, DeferredList* /*deferred*/) override {
    status_ = status;
    ended_.store(true);
    ended_.notify_all();
  }
  absl::Status status_;
  std::atomic<bool> ended_{false};
};

class TaskTest : public testing::Test {
 protected:
  void SetUp() override {
    auto soft = hw::SoftDevice::Create({.workers = 2, .queue_depth = 8});
    ASSERT_TRUE(soft.ok()) << soft.status();
    soft_ = *std::move(soft);
    auto reactor = Reactor::Create(
        {.inbox_entries = 256, .quanta_bytes = {1 << 20}}, &clock_);
    ASSERT_TRUE(reactor.ok()) << reactor.status();
    reactor_ = *std::move(reactor);
    placement_.AddReactor(reactor_.get());
    AddDevice(&corrupting_);
    AddDevice(&corrupting_too_);
    reactor_->Start();
  }
  void AddDevice(std::unique_ptr<CorruptingDevice>* device) {
    *device = std::make_unique<CorruptingDevice>(
        *soft_, device == &corrupting_ ? &spoils_ : &spoils_too_);
    auto queue = (*device)->OpenQueue(0);
    ASSERT_TRUE(queue.ok()) << queue.status();
    placement_.AddDevice({device->get(),
                          &health_,
                          {{{reactor_->AddLane("cpu", *std::move(queue))}}}});
  }
  static hw::Bytes Bytes(const std::string& text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
  }
  void Add(TestTask& task, Operation operation, Algorithm algorithm) {
    Step& step = task.AddStep();
    step.request.operation = operation;
    step.request.algorithm = algorithm;
    step.request.level = hw::Info(algorithm).default_level;
    step.output_limit_bytes = 1 << 20;
  }
  void Run(TestTask& task, const std::string& source) {
    {
      Placement::Batch batch(placement_);
      Task::LaunchOptions options;
      options.source = Bytes(source);
      options.now_ns = clock_.NowNs();
      task.Launch(std::move(options), batch);
    }
    task.Await();
  }
  std::string Text(size_t bytes) {
    std::string text;
    while (text.size() < bytes) {
      text += "line " + std::to_string(text.size() * 7919 % 1000) + "\n";
    }
    text.resize(bytes);
    return text;
  }

  MonotonicClock clock_;
  Admission admission_{{.max_jobs = 100, .max_bytes = 64 << 20}};
  Metrics metrics_{{"first", "second"}};
  ReplyPool reply_pool_{2, 128};
  std::atomic<int> spoils_{0};
  std::atomic<int> spoils_too_{0};
  std::unique_ptr<hw::SoftDevice> soft_;
  std::unique_ptr<CorruptingDevice> corrupting_;
  std::unique_ptr<CorruptingDevice> corrupting_too_;
  std::unique_ptr<Reactor> reactor_;
  DeviceHealth health_;
  Placement placement_;
  Path path_{admission_, placement_, metrics_, reply_pool_,
             clock_,     1 << 20,    1 << 20,  4096};
};

TEST_F(TaskTest, StepsHandTheirOutputOn) {
  for (const size_t bytes : {0, 1, 100, 5000, 300'000}) {
    const std::string text = Text(bytes);
    TestTask task(path_);
    Add(task, Operation::kDigest, Algorithm::kSha256);
    Add(task, Operation::kCompress, Algorithm::kGzip);
    Add(task, Operation::kCompress, Algorithm::kZstd);
    Add(task, Operation::kDecompress, Algorithm::kNone);
    Add(task, Operation::kDecompress, Algorithm::kNone);
    Add(task, Operation::kDigest, Algorithm::kSha256);
    Run(task, text);
    ASSERT_TRUE(task.status().ok()) << bytes << task.status();
    EXPECT_EQ(task.text(), text);
    EXPECT_EQ(task.step(0).digest, task.step(5).digest);
    EXPECT_EQ(task.step(3).request.algorithm, Algorithm::kZstd);
    EXPECT_EQ(task.step(4).request.algorithm, Algorithm::kGzip);
    for (size_t i = 0; i < task.step_count(); ++i) {
      EXPECT_GE(task.step(i).queue_wait_ns, 0);
    }
  }
  EXPECT_EQ(admission_.jobs(), 0u);
  EXPECT_EQ(admission_.bytes(), 0u);
}

TEST_F(TaskTest, TheStepThatFailsEndsIt) {
  TestTask task(path_);
  Add(task, Operation::kCompress, Algorithm::kGzip);
  Add(task, Operation::kDecompress, Algorithm::kZstd);
  Add(task, Operation::kDigest, Algorithm::kSha1);
  Run(task, "text");
  EXPECT_EQ(task.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(task.reason(), "CORRUPT_INPUT");
  EXPECT_EQ(task.step(2).queue_wait_ns, -1);
}

TEST_F(TaskTest, AnOutputThatDoesNotFitGetsMoreRoomUpToItsLimit) {
  const std::string zeros(900'000, '\0');
  TestTask packed(path_);
  Add(packed, Operation::kCompress, Algorithm::kDeflate);
  Run(packed, zeros);
  ASSERT_TRUE(packed.status().ok());
  TestTask open(path_);
  Add(open, Operation::kDecompress, Algorithm::kDeflate);
  Run(open, packed.text());
  ASSERT_TRUE(open.status().ok()) << open.status();
  EXPECT_EQ(open.text(), zeros);
  TestTask limited(path_);
  Add(limited, Operation::kDecompress, Algorithm::kDeflate);
  limited.step(0).output_limit_bytes = 899'999;
  Run(limited, packed.text());
  EXPECT_EQ(limited.status().code(), StatusCode::kOutOfRange);
}

TEST_F(TaskTest, WhatDoesNotVerifyIsDoneAgainElsewhere) {
  for (const Algorithm algorithm :
       {Algorithm::kGzip, Algorithm::kZlib, Algorithm::kDeflate,
        Algorithm::kZstd, Algorithm::kLz4}) {
    const uint64_t before = metrics_.mismatched(0);
    spoils_ = 1;
    const std::string text = Text(200'000);
    TestTask task(path_);
    Add(task, Operation::kCompress, algorithm);
    task.step(0).verify = true;
    Add(task, Operation::kDecompress, algorithm);
    Run(task, text);
    ASSERT_TRUE(task.status().ok()) << task.status();
    EXPECT_EQ(task.text(), text);
    EXPECT_EQ(task.step(0).device_index, 1) << "the same device again";
    EXPECT_EQ(metrics_.mismatched(0), before + 1);
  }
  EXPECT_EQ(metrics_.mismatched(1), 0u);
  EXPECT_EQ(metrics_.verified(1), 5u);
}

TEST_F(TaskTest, WhatNeverVerifiesIsNotDelivered) {
  spoils_ = spoils_too_ = 1000;
  TestTask task(path_);
  Add(task, Operation::kCompress, Algorithm::kGzip);
  task.step(0).verify = true;
  Run(task, Text(10'000));
  EXPECT_EQ(task.status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(task.reason(), "VERIFY_FAILED");
  EXPECT_EQ(task.produced_bytes(), 0u);
  EXPECT_EQ(metrics_.mismatched(0) + metrics_.mismatched(1), 3u);
  EXPECT_EQ(metrics_.verified(0) + metrics_.verified(1), 0u);
}

// The check itself: without `verify` the same damage goes through.
TEST_F(TaskTest, WithoutVerifyDamageIsNotSeen) {
  spoils_ = 1;
  TestTask task(path_);
  Add(task, Operation::kCompress, Algorithm::kDeflate);
  Run(task, Text(10'000));
  EXPECT_TRUE(task.status().ok());
  EXPECT_EQ(spoils_.load(), 0);
}

TEST_F(TaskTest, LimitsAndDeadlinesEndItAtOnce) {
  TestTask large(path_);
  Add(large, Operation::kCopy, Algorithm::kNone);
  Run(large, std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(large.reason(), "PAYLOAD_TOO_LARGE");

  Admission small{{.max_jobs = 1, .max_bytes = 150}};
  Path path{small,  placement_, metrics_, reply_pool_,
            clock_, 1 << 20,    1 << 20,  4096};
  TestTask wide(path);
  Add(wide, Operation::kCopy, Algorithm::kNone);
  Run(wide, std::string(100, 'x'));
  EXPECT_EQ(wide.reason(), "BYTES_LIMIT");
  EXPECT_EQ(small.jobs(), 0u);

  TestTask late(path_);
  Add(late, Operation::kCopy, Algorithm::kNone);
  {
    Placement::Batch batch(placement_);
    Task::LaunchOptions options;
    options.now_ns = clock_.NowNs();
    options.deadline_ns = options.now_ns;
    late.Launch(std::move(options), batch);
  }
  late.Await();
  EXPECT_EQ(late.reason(), "EXPIRED_IN_QUEUE");

  const std::atomic<bool> cancelled{true};
  TestTask left(path_);
  Add(left, Operation::kCopy, Algorithm::kNone);
  {
    Placement::Batch batch(placement_);
    Task::LaunchOptions options;
    options.now_ns = clock_.NowNs();
    options.cancelled = &cancelled;
    left.Launch(std::move(options), batch);
  }
  left.Await();
  EXPECT_EQ(left.status().code(), StatusCode::kCancelled);
}

TEST_F(TaskTest, ManyChainsAtOnceFromManyThreads) {
  constexpr int kThreads = 4, kEach = 200;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string text = Text(100 + t * 977 + i * 31);
        TestTask task(path_);
        Add(task, Operation::kCompress, Algorithm::kLz4);
        task.step(0).verify = i % 3 == 0;
        Add(task, Operation::kDecompress, Algorithm::kLz4);
        Add(task, Operation::kDigest, Algorithm::kSm3);
        Run(task, text);
        ASSERT_TRUE(task.status().ok()) << task.status();
        ASSERT_EQ(task.text(), text);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(admission_.jobs(), 0u);
  EXPECT_EQ(admission_.bytes(), 0u);
}

}  // namespace
}  // namespace uacced
