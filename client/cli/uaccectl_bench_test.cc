// bench against a FakeDaemon: every operation, checked; and daemons that lie
// or go away.
#include <fcntl.h>

#include <csignal>
#include <future>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "client/cli/uaccectl_fixture.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

// The number behind `"name":` in `json`, -1 without one.
double Figure(const std::string& json, const std::string& name) {
  const size_t at = json.find(absl::StrCat("\"", name, "\":"));
  if (at == std::string::npos) return -1;
  const size_t begin = at + name.size() + 3;
  double value;
  return absl::SimpleAtod(
             json.substr(begin, json.find_first_of(",}", begin) - begin),
             &value)
             ? value
             : -1;
}

class BenchTest : public UaccectlTest {
 protected:
  // A running bench that writes JSON to "json".
  pid_t StartBench(const std::string& duration) {
    const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    const UniqueFd out(Open("json", O_RDWR | O_CREAT));
    const UniqueFd err(Open("err", O_RDWR | O_CREAT));
    return Start({"bench", "--json", "--verify", "--duration", duration},
                 null.get(), out.get(), err.get());
  }

  // Resolves once the daemon has seen so many operations.
  std::future<void> AfterOperations(int count) {
    auto seen = std::make_shared<std::promise<void>>();
    auto left = std::make_shared<std::atomic<int>>(count);
    daemon_->accelerator.before = [seen, left](grpc::ServerContext*) {
      if (left->fetch_sub(1) == 1) seen->set_value();
      return grpc::Status::OK;
    };
    return seen->get_future();
  }
};

TEST_F(BenchTest, EveryOperationIsDoneAndRight) {
  Run({"keys", "create", "k"});
  Run({"keys", "create", "h", "-a", "hmac-sha256"});
  for (const Words& more : std::vector<Words>{
           {"compress", "-f", "zstd"},
           {"decompress"},
           {"encrypt", "-k", "k"},
           {"decrypt", "-k", "k"},
           {"digest", "-a", "sha512"},
           {"digest", "-k", "h"},
           {"copy", "--size", "70000", "--connections", "2", "--crc32c"},
           {"copy", "--unary", "--connections", "2"}}) {
    Words words = {"bench",      "--json", "--verify",
                   "--duration", "0.1",    "--operation"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = Run(words);
    EXPECT_EQ(outcome.exit_code, 0) << more[0] << outcome.err;
    EXPECT_GE(Figure(outcome.out, "operations"), 64) << outcome.out;
    EXPECT_EQ(Figure(outcome.out, "errors"), 0);
    EXPECT_EQ(Figure(outcome.out, "wrong_answers"), 0);
    EXPECT_GT(Figure(outcome.out, "latency_p50_us"), 0);
    EXPECT_GE(Figure(outcome.out, "latency_p999_us"),
              Figure(outcome.out, "latency_p50_us"));
  }
}

TEST_F(BenchTest, PrintsATable) {
  const Outcome outcome = Run({"bench", "--duration", "0.1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(absl::StrContains(outcome.out, "\noperations/s  "))
      << outcome.out;
  EXPECT_TRUE(absl::StrContains(outcome.out, "\nreconnects    "));
}

TEST_F(BenchTest, WrongAnswersAreFoundAndToldByTheExitCode) {
  daemon_->accelerator.lie = true;
  const Words words = {"bench", "--json", "--duration", "0.1"};
  EXPECT_EQ(Run(words).exit_code, 0);  // nobody looked
  Words verify = words;
  verify.push_back("--verify");
  const Outcome outcome = Run(verify);
  EXPECT_EQ(outcome.exit_code, 4) << outcome.err;
  EXPECT_EQ(Figure(outcome.out, "operations"), 0);
  EXPECT_GE(Figure(outcome.out, "wrong_answers"), 64);
}

TEST_F(BenchTest, WhatCannotBeDoneAtAllFailsAtOnce) {
  const Outcome outcome =
      Run({"bench", "--operation", "encrypt", "-k", "none"});
  EXPECT_EQ(outcome.exit_code, 6);
  EXPECT_EQ(outcome.out, "");
}

TEST_F(BenchTest, GoesOnWithTheNextDaemonAndEveryAnswerIsRight) {
  std::future<void> seen = AfterOperations(500);
  const pid_t child = StartBench("1.5");
  seen.wait();
  daemon_.reset();
  daemon_.emplace(absl::StrCat("unix:", Path("s")));
  EXPECT_EQ(Wait(child), 0) << Get("err");
  const std::string json = Get("json");
  EXPECT_GE(Figure(json, "reconnects"), 1) << json;
  EXPECT_GE(Figure(json, "operations"), 500) << json;
  EXPECT_EQ(Figure(json, "errors"), 0);
  EXPECT_EQ(Figure(json, "wrong_answers"), 0);
}

TEST_F(BenchTest, AnInterruptPrintsTheFiguresSoFar) {
  std::future<void> seen = AfterOperations(200);
  const pid_t child = StartBench("10m");
  seen.wait();
  kill(child, SIGINT);
  EXPECT_EQ(Wait(child), 0) << Get("err");
  EXPECT_GE(Figure(Get("json"), "operations"), 1) << Get("json");
}

}  // namespace
}  // namespace uacced::cli
