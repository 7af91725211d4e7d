// Streams with one state on accelerators that fail them.
#include "daemon/stream/task_runner.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "daemon/core/error.h"
#include "daemon/stream/piece.h"
#include "daemon/stream/serial_stream.h"
#include "daemon/stream/stream_path.h"
#include "daemon/task/task_hardware_fixture.h"
#include "gtest/gtest.h"
#include "hw/algorithm.h"
#include "tests/support/stream_driver.h"

namespace uacced {
namespace {

// Opens streams of another, and says of every piece that it did nothing.
class IdleRunner final : public PieceRunner {
 public:
  IdleRunner(PieceRunner& other, std::string accelerator)
      : other_(other), accelerator_(std::move(accelerator)) {}

  void Run(Piece& piece) override { piece.Complete({}); }
  absl::StatusOr<OpenedStream> OpenStream(const hw::StreamSpec& spec,
                                          ExecutionMode mode) override {
    absl::StatusOr<OpenedStream> opened = other_.OpenStream(spec, mode);
    if (opened.ok()) opened->accelerator = accelerator_;
    return opened;
  }

 private:
  PieceRunner& other_;
  const std::string accelerator_;
};

class TaskRunnerTest : public TaskHardwareTest {
 protected:
  // Fails when it is created, or at the end.
  absl::Status Stream(Operation operation, Algorithm algorithm, Mode mode,
                      const std::string& input) {
    TaskRunner runner(*path_);
    return Stream(operation, algorithm, mode, input, runner);
  }
  absl::Status Stream(Operation operation, Algorithm algorithm, Mode mode,
                      const std::string& input, PieceRunner& runner) {
    auto driver = std::make_shared<StreamDriver>();
    const StreamPath path{.host = *driver,
                          .runner = runner,
                          .admission = admission_,
                          .clock = clock_,
                          .max_bytes_per_stream = 1 << 20,
                          .mode = mode};
    SerialStream::Options options;
    options.spec.operation = operation;
    options.spec.algorithm = algorithm;
    options.spec.level = hw::Info(algorithm).default_level;
    options.input_piece_bytes = SerialStream::kMaxProbeBytes;
    driver->Own(std::make_unique<SerialStream>(path, options));
    absl::Status status = driver->Run({input.begin(), input.end()}, /*seed=*/1);
    while (driver->stream().working()) driver->Wait();
    output_ = std::string(driver->output().begin(), driver->output().end());
    return status;
  }
  std::string output_;
};

TEST_F(TaskRunnerTest, WhatAnAcceleratorSaysOfItselfIsUnavailable) {
  Start({.accelerators = 1});
  const std::string text = Text(10'000);
  const struct {
    Operation operation;
    Algorithm algorithm;
    std::string input;
  } kWorks[] = {
      {Operation::kCompress, Algorithm::kGzip, text},
      {Operation::kDecompress, Algorithm::kGzip,
       OnCpu(Operation::kCompress, Algorithm::kGzip, text)},
      {Operation::kDigest, Algorithm::kSha256, text},
  };
  for (const auto& work : kWorks) {
    for (const StatusCode code :
         {StatusCode::kInternal, StatusCode::kUnavailable,
          StatusCode::kInvalidArgument, StatusCode::kOutOfRange}) {
      scripts_[0].fail_code = code;
      scripts_[0].fail = 1;
      const absl::Status status = Stream(work.operation, work.algorithm,
                                         Mode::kHardwareOnly, work.input);
      EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
      const bool doubtful = code == StatusCode::kInvalidArgument &&
                            work.operation == Operation::kDecompress;
      EXPECT_EQ(GetErrorDetail(status).reason,
                doubtful ? "INPUT_NOT_CONFIRMED" : "DEVICE_FAILED")
          << status;
      EXPECT_NE(status.message().find("zip0"), std::string::npos) << status;
      EXPECT_EQ(output_, "");
    }
    EXPECT_EQ(scripts_[0].fail, 0);
    EXPECT_TRUE(
        Stream(work.operation, work.algorithm, Mode::kHardwareOnly, work.input)
            .ok());
  }
}

TEST_F(TaskRunnerTest, WhatIsToBeVerifiedAndCannotBeIsRefused) {
  path_->verify = {.mode = Verify::kAll};
  const std::string text = Text(10'000);
  SpoilEverything(1);
  const absl::Status status =
      Stream(Operation::kCompress, Algorithm::kGzip, Mode::kHardwareOnly, text);
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(GetErrorDetail(status).reason, "STREAM_NOT_VERIFIABLE");
  EXPECT_NE(status.message().find("PREFER_HARDWARE"), std::string::npos);
  // The way out that the words name.
  EXPECT_TRUE(Stream(Operation::kCompress, Algorithm::kGzip,
                     Mode::kPreferHardware, text)
                  .ok());
  EXPECT_EQ(OnCpu(Operation::kDecompress, Algorithm::kGzip, output_), text);
  EXPECT_EQ(scripts_[0].spoil + scripts_[1].spoil, 2) << "the CPU did it";

  // Less than all is about what can be verified.
  path_->verify = {.mode = Verify::kSampled, .sample_one_in = 1};
  SpoilEverything(0);
  EXPECT_TRUE(
      Stream(Operation::kCompress, Algorithm::kGzip, Mode::kHardwareOnly, text)
          .ok());
}

TEST_F(TaskRunnerTest, WithNobodyToMakeOrVerifyItTheWordsAreOthers) {
  Start({.accelerators = 0});
  path_->verify = {.mode = Verify::kAll};
  EXPECT_EQ(Stream(Operation::kDigest, Algorithm::kSha256, Mode::kHardwareOnly,
                   "text")
                .code(),
            StatusCode::kUnimplemented);
  // Not even then does an accelerator make it.
  Start({.accelerators = 1, .cpu = false, .fallback = false});
  path_->verify = {.mode = Verify::kAll};
  EXPECT_EQ(Stream(Operation::kDigest, Algorithm::kSha256,
                   Mode::kPreferHardware, "text")
                .code(),
            StatusCode::kUnimplemented);
  path_->verify = {};
  EXPECT_TRUE(Stream(Operation::kDigest, Algorithm::kSha256,
                     Mode::kPreferHardware, "text")
                  .ok());
}

TEST_F(TaskRunnerTest, TheCpusWordOnTheInputIsFinal) {
  EXPECT_EQ(GetErrorDetail(Stream(Operation::kDecompress, Algorithm::kGzip,
                                  Mode::kPreferHardware, Text(1000)))
                .reason,
            "CORRUPT_INPUT");
}

TEST_F(TaskRunnerTest, OnlyTheCpuIsExpectedToKeepTheRules) {
  TaskRunner runner(*path_);
  for (const std::string& name : {std::string(), std::string("zip0")}) {
    IdleRunner idle(runner, name);
    const absl::Status status = Stream(Operation::kDigest, Algorithm::kSha256,
                                       Mode::kHardwareOnly, "text", idle);
    EXPECT_EQ(status.code(),
              name.empty() ? StatusCode::kInternal : StatusCode::kUnavailable)
        << status;
    EXPECT_EQ(GetErrorDetail(status).reason, "DEVICE_FAILED");
  }
}

}  // namespace
}  // namespace uacced
