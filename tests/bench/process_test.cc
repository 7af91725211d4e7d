#include "tests/bench/process.h"

#include <csignal>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace uacced::bench {
namespace {

std::string LogFile() { return ::testing::TempDir() + "/process_test.log"; }

absl::StatusOr<Process> Shell(const std::string& script) {
  return Process::Start({"/bin/sh", "-c", script}, LogFile());
}

// Reading of the log until the shell wrote "ready".
void WaitUntilReady(const Process& process) {
  while (!absl::StrContains(process.LogTail(), "ready")) {
  }
}

TEST(ProcessTest, StopsWithTerm) {
  absl::StatusOr<Process> process =
      Shell("trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  ASSERT_TRUE(process.ok()) << process.status();
  WaitUntilReady(*process);
  EXPECT_TRUE(process->CheckRunning().ok());
  const absl::Status stopped = process->Stop();
  EXPECT_TRUE(stopped.ok()) << stopped;
  EXPECT_TRUE(process->Stop().ok()) << "a second Stop() does nothing";
}

TEST(ProcessTest, ReportsExitCodeAndLastWords) {
  absl::StatusOr<Process> process = Shell(
      "trap 'echo farewell; exit 3' TERM; echo ready; while :; do :; "
      "done");
  ASSERT_TRUE(process.ok()) << process.status();
  WaitUntilReady(*process);
  const absl::Status stopped = process->Stop();
  EXPECT_TRUE(absl::StrContains(stopped.message(), "exit code 3")) << stopped;
  EXPECT_TRUE(absl::StrContains(stopped.message(), "farewell")) << stopped;
}

TEST(ProcessTest, ReportsProgramThatCannotRun) {
  absl::StatusOr<Process> process =
      Process::Start({"/nonexistent/program"}, LogFile());
  ASSERT_TRUE(process.ok()) << process.status();
  absl::Status state;
  do {
    state = process->CheckRunning();
  } while (state.ok());
  EXPECT_TRUE(absl::StrContains(state.message(), "exit code 127")) << state;
}

}  // namespace
}  // namespace uacced::bench
