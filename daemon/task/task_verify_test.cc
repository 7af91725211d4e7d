// Accelerators whose output is wrong, and who notices.
#include <array>
#include <string>

#include "daemon/task/task_hardware_fixture.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

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

// With nobody to check it: the right answer is there, and was not asked to be
// proven.
TEST_F(TaskHardwareTest, ASampleThatCannotBeCheckedIsDelivered) {
  for (const Verify mode : {Verify::kSampled, Verify::kAll}) {
    Start({.accelerators = 1, .cpu = false});
    path_->verify = {.mode = mode, .sample_one_in = 1};
    // The only ones that decompress are out of use for that.
    for (int i = 0; i < 2; ++i) {
      while (health_[i]->Admits(Operation::kDecompress, clock_.NowNs())) {
        health_[i]->OnResult(Operation::kDecompress,
                             DeviceHealth::Result::kFault);
      }
    }
    TestTask task(*path_);
    Add(task, Operation::kCompress, Algorithm::kGzip);
    Run(task, Text(10'000));
    EXPECT_EQ(verified(), 0u);
    if (mode == Verify::kAll) {
      EXPECT_EQ(task.status().code(), StatusCode::kUnavailable);
      continue;
    }
    ASSERT_TRUE(task.status().ok()) << task.status();
    EXPECT_EQ(OnCpu(Operation::kCompress, Algorithm::kGzip, Text(10'000)),
              task.text());
  }
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

}  // namespace
}  // namespace uacced
