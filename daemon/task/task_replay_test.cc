// What becomes of requests that accelerators fail, lose or refuse.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "daemon/core/error.h"
#include "daemon/task/task_hardware_fixture.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

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
    // Once it may have wanted a little more.
    EXPECT_EQ(health_[0]->state(),
              times == 1 ? DeviceState::kUp : DeviceState::kQuarantined);
  }
}

// That the output does not fit is no news of a compression: it always does.
TEST_F(TaskHardwareTest, HardwareOnlyIsNotToldThatACompressionDoesNotFit) {
  Start({.accelerators = 1, .cpu = false, .fallback = false});
  scripts_[0].fail_code = StatusCode::kOutOfRange;
  scripts_[0].fail = 100;
  TestTask task(*path_);
  Add(task, Operation::kCompress, Algorithm::kGzip, Mode::kHardwareOnly);
  Run(task, "");
  EXPECT_EQ(task.status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(health_[0]->state(), DeviceState::kQuarantined);
  scripts_[0].fail = 0;
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
