// The program as a process: its exit codes, signals, pipes and terminals.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "client/cli/uaccectl_fixture.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

TEST_F(UaccectlTest, UnreachableDaemonIsExitThree) {
  daemon_.reset();
  const Outcome outcome = Run({"status"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_TRUE(absl::StrContains(outcome.err, "is uacced running there?"));
}

TEST_F(UaccectlTest, RefusalsHaveTheirExitCodes) {
  daemon_->accelerator.before = [](grpc::ServerContext*) {
    return Refuse(grpc::StatusCode::PERMISSION_DENIED, "not you", "DENIED");
  };
  EXPECT_EQ(Run({"copy"}, "x").exit_code, 7);
  daemon_->accelerator.before = [](grpc::ServerContext*) {
    return Refuse(grpc::StatusCode::RESOURCE_EXHAUSTED, "too much", "SIZE");
  };
  EXPECT_EQ(Run({"copy"}, "x").exit_code, 5);
}

TEST_F(UaccectlTest, DeadlineIsExitEight) {
  std::promise<void> release;
  auto released = release.get_future().share();
  daemon_->accelerator.before = [released](grpc::ServerContext*) {
    released.wait();
    return grpc::Status::OK;
  };
  const Outcome copied = Run({"copy", "--timeout", "0.2"}, "x");
  const Outcome compressed = Run({"compress", "--timeout", "0.2"}, "x");
  release.set_value();
  EXPECT_EQ(copied.exit_code, 8) << copied.err;
  EXPECT_EQ(compressed.exit_code, 8) << compressed.err;
}

TEST_F(UaccectlTest, ASignalLeavesTheOldOutputAndNothingElse) {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    std::promise<void> arrived, release;
    auto released = release.get_future().share();
    daemon_->accelerator.before = [&arrived, released](grpc::ServerContext*) {
      arrived.set_value();
      released.wait();
      return grpc::Status::OK;
    };
    Put("out", "old");
    const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    const pid_t child = Start({"compress", "-o", Path("out")}, null.get(),
                              null.get(), null.get());
    arrived.get_future().wait();
    EXPECT_EQ(Listing().size(), 3u);  // socket, out, temporary
    kill(child, signal_number);
    EXPECT_EQ(Wait(child), 128 + signal_number);
    release.set_value();
    EXPECT_EQ(Listing(), (std::set<std::string>{"out", "s"}));
    EXPECT_EQ(Get("out"), "old");
  }
}

TEST_F(UaccectlTest, AClosedPipeEndsItQuietly) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  read_end.reset();
  for (const Words& words :
       std::vector<Words>{{"compress"}, {"digest"}, {"status"}, {"--help"}}) {
    int code;
    EXPECT_EQ(RunInto(write_end.get(), words, &code), "");
    EXPECT_EQ(code, 1) << words[0];
  }
}

TEST_F(UaccectlTest, AFullStandardOutputIsReported) {
  const UniqueFd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  for (const Words& words : std::vector<Words>{
           {"compress"}, {"digest"}, {"status", "--json"}, {"--version"}}) {
    int code;
    EXPECT_EQ(RunInto(full.get(), words, &code),
              "uaccectl: standard output: No space left on device\n");
    EXPECT_EQ(code, 1) << words[0];
  }
}

TEST_F(UaccectlTest, BinaryIsNotWrittenToATerminal) {
  const UniqueFd master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_EQ(grantpt(master.get()), 0);
  ASSERT_EQ(unlockpt(master.get()), 0);
  const UniqueFd terminal(
      open(ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(static_cast<bool>(terminal));
  int code;
  EXPECT_TRUE(absl::StrContains(RunInto(terminal.get(), {"compress"}, &code),
                                "--force"));
  EXPECT_EQ(code, 1);
  EXPECT_TRUE(absl::StrContains(
      RunInto(terminal.get(), {"encrypt", "-k", "k"}, &code), "--force"));
  const Words forced = {"compress", "--force", "/dev/null"};
  EXPECT_EQ(RunInto(terminal.get(), forced, &code), "");
  EXPECT_EQ(code, 0);
}

TEST_F(UaccectlTest, HelpGoesToStandardOutputAndUsageErrorsDoNot) {
  for (const Words& words :
       std::vector<Words>{{"--help"}, {"compress", "--help"}, {"keys", "-h"}}) {
    const Outcome outcome = Run(words);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_TRUE(absl::StartsWith(outcome.out, "Usage: uaccectl"));
    EXPECT_EQ(outcome.err, "");
  }
  const Outcome wrong = Run({"compress", "--frob"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_TRUE(absl::StartsWith(wrong.err, "uaccectl: --frob: "));
  EXPECT_EQ(Run({}).exit_code, 2);
}

}  // namespace
}  // namespace uacced::cli
