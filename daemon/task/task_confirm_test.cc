// Accelerators that have something to say against the input, rightly or not.
#include <iterator>
#include <string>

#include "daemon/task/task_hardware_fixture.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

// Two length codes too many: libdeflate reads that, no strict reader does.
constexpr unsigned char kLax[] = {0xf5, 0xc0, 0x81, 0x00, 0x00, 0x00, 0x00,
                                  0x00, 0x90, 0x56, 0xff, 0x13, 0x52, 0x08};

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

// A client may send it, and takes no accelerator away from others by it.
TEST_F(TaskHardwareTest, WhatOnlyALaxReaderTakesAccusesNobody) {
  Start({.accelerators = 1});
  scripts_[0].fail_code = StatusCode::kInvalidArgument;
  scripts_[0].fail = 1;
  TestTask task(*path_);
  Add(task, Operation::kDecompress, Algorithm::kDeflate);
  Run(task, std::string(std::begin(kLax), std::end(kLax)));
  ASSERT_TRUE(task.status().ok()) << task.status();
  EXPECT_EQ(task.text(), "aa");
  EXPECT_EQ(task.step(0).fallback, Fallback::kNotConfirmed);
  EXPECT_EQ(mismatched(), 0u);
  EXPECT_EQ(health_[0]->state(), DeviceState::kUp);
}

// It may have been wrong behind what there was room for.
TEST_F(TaskHardwareTest, ACpuThatCameNotAsFarAccusesNobody) {
  Start({.accelerators = 1});
  const std::string packed =
      OnCpu(Operation::kCompress, Algorithm::kGzip, Text(50'000));
  scripts_[0].fail_code = StatusCode::kInvalidArgument;
  scripts_[0].fail = 1;
  TestTask task(*path_);
  Add(task, Operation::kDecompress, Algorithm::kGzip).output_limit_bytes = 1000;
  Run(task, packed);
  EXPECT_EQ(task.reason(), "OUTPUT_TOO_LARGE");
  EXPECT_EQ(mismatched(), 0u);
  EXPECT_EQ(verified(), 0u);
  EXPECT_EQ(health_[0]->state(), DeviceState::kUp);
}

TEST_F(TaskHardwareTest, HardwareOnlyHearsOfBadInputWhenTheCpuAgrees) {
  TestTask corrupt(*path_);
  Add(corrupt, Operation::kDecompress, Algorithm::kGzip, Mode::kHardwareOnly);
  Run(corrupt, Text(1000));
  EXPECT_EQ(corrupt.reason(), "CORRUPT_INPUT");
  EXPECT_LE(corrupt.step(0).device_index, kZip1);
  EXPECT_EQ(corrupt.step(0).fallback, Fallback::kNone);
  EXPECT_EQ(verified(), 1u);

  TestTask limited(*path_);
  Add(limited, Operation::kDecompress, Algorithm::kGzip, Mode::kHardwareOnly)
      .output_limit_bytes = 1000;
  Run(limited, OnCpu(Operation::kCompress, Algorithm::kGzip, Text(50'000)));
  EXPECT_EQ(limited.reason(), "OUTPUT_TOO_LARGE");
  EXPECT_EQ(mismatched(), 0u);
  EXPECT_EQ(metrics_.fallbacks(Operation::kDecompress, Fallback::kNotConfirmed),
            0u);
}

// Neither the sick accelerator's word nor what the CPU made is for the client.
TEST_F(TaskHardwareTest, HardwareOnlyIsNotToldThatGoodInputIsBad) {
  const std::string text = Text(50'000);
  const std::string good = OnCpu(Operation::kCompress, Algorithm::kGzip, text);
  for (const StatusCode code :
       {StatusCode::kInvalidArgument, StatusCode::kOutOfRange}) {
    Start({.accelerators = 1});
    scripts_[0].fail_code = code;
    scripts_[0].fail = 100;
    TestTask task(*path_);
    Add(task, Operation::kDecompress, Algorithm::kGzip, Mode::kHardwareOnly);
    Run(task, good);
    EXPECT_EQ(task.status().code(), StatusCode::kUnavailable);
    EXPECT_EQ(task.reason(), "DEVICES_OUT_OF_USE");
    EXPECT_NE(task.status().message().find("zip0 failed this request"),
              std::string::npos)
        << task.status();
    EXPECT_TRUE(task.text().empty());
    EXPECT_EQ(task.step(0).fallback, Fallback::kNone);
    scripts_[0].fail = 0;
    EXPECT_EQ(health_[0]->state(), DeviceState::kQuarantined);
  }
  EXPECT_EQ(metrics_.mismatched(0), 2u);
  EXPECT_EQ(metrics_.fallbacks(Operation::kDecompress, Fallback::kNotConfirmed),
            0u);
}

TEST_F(TaskHardwareTest, HardwareOnlyGoesToAnotherWhenTheCpuDoesNotAgree) {
  const std::string text = Text(50'000);
  const std::string good = OnCpu(Operation::kCompress, Algorithm::kGzip, text);
  for (DeviceScript& script : scripts_) {
    script.fail_code = StatusCode::kInvalidArgument;
  }
  // Enough for both to have their turn.
  for (int i = 0; i < 16 && mismatched() == 0; ++i) {
    scripts_[0].fail = 1;
    TestTask task(*path_);
    Add(task, Operation::kDecompress, Algorithm::kGzip, Mode::kHardwareOnly);
    Run(task, good);
    ASSERT_TRUE(task.status().ok()) << task.status();
    EXPECT_EQ(task.text(), text);
    EXPECT_EQ(task.step(0).device_index, kZip1);
    EXPECT_EQ(task.step(0).fallback, Fallback::kNone);
  }
  EXPECT_EQ(metrics_.mismatched(0), 1u);
}

// What readers differ on is bad to those who want the accelerator's view.
TEST_F(TaskHardwareTest, WhatOnlyALaxReaderTakesIsBadForHardwareOnly) {
  Start({.accelerators = 1});
  scripts_[0].fail_code = StatusCode::kInvalidArgument;
  scripts_[0].fail = 1;
  TestTask task(*path_);
  Add(task, Operation::kDecompress, Algorithm::kDeflate, Mode::kHardwareOnly);
  Run(task, std::string(std::begin(kLax), std::end(kLax)));
  EXPECT_EQ(task.reason(), "CORRUPT_INPUT");
  EXPECT_TRUE(task.text().empty());
  EXPECT_EQ(mismatched(), 0u);
  EXPECT_EQ(health_[0]->state(), DeviceState::kUp);
}

TEST_F(TaskHardwareTest, WithoutACpuItsWordOnTheInputHasToDo) {
  const std::string good =
      OnCpu(Operation::kCompress, Algorithm::kGzip, Text(1000));
  for (const Mode mode : {Mode::kHardwareOnly, Mode::kPreferHardware}) {
    Start({.accelerators = 1, .cpu = false, .fallback = false});
    scripts_[0].fail_code = StatusCode::kInvalidArgument;
    scripts_[0].fail = 1;
    TestTask task(*path_);
    Add(task, Operation::kDecompress, Algorithm::kGzip, mode);
    Run(task, good);
    EXPECT_EQ(task.reason(), "CORRUPT_INPUT");
  }
}

TEST_F(TaskHardwareTest, NoRoomIsEverEnoughForASickAccelerator) {
  const std::string text = Text(50'000);
  const std::string packed =
      OnCpu(Operation::kCompress, Algorithm::kDeflate, text);
  // Too little room may be the client's, or that of a device which spares some.
  for (const uint64_t limit_bytes : {uint64_t{50'000}, uint64_t{60'000}}) {
    Start({.accelerators = 1});
    scripts_[0].fail_code = StatusCode::kOutOfRange;
    scripts_[0].fail = 100;
    TestTask task(*path_);
    Add(task, Operation::kDecompress, Algorithm::kDeflate).output_limit_bytes =
        limit_bytes;
    Run(task, packed);
    ASSERT_TRUE(task.status().ok()) << task.status();
    EXPECT_EQ(health_[0]->state(), DeviceState::kUp) << limit_bytes;
  }
  EXPECT_EQ(mismatched(), 0u);
  int submitted = 0;
  for (int i = 0; i < 10; ++i) {
    TestTask task(*path_);
    Add(task, Operation::kDecompress, Algorithm::kDeflate);
    Run(task, packed);
    ASSERT_TRUE(task.status().ok()) << task.status();
    EXPECT_EQ(task.text(), text);
    if (i == 0) submitted = scripts_[0].submitted;
  }
  EXPECT_EQ(mismatched(), 1u);
  EXPECT_EQ(health_[0]->state(), DeviceState::kQuarantined);
  EXPECT_EQ(scripts_[0].submitted, submitted) << "it was asked again";
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

}  // namespace
}  // namespace uacced
