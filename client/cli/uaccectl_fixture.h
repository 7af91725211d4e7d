// A fixture for tests of the program itself against a FakeDaemon: runs it in a
// folder of its own. One thread; each test has its own daemon and folder.
#ifndef UACCED_CLIENT_CLI_UACCECTL_FIXTURE_H_
#define UACCED_CLIENT_CLI_UACCECTL_FIXTURE_H_

#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "client/cli/fake_daemon.h"
#include "grpc/grpc.h"
#include "gtest/gtest.h"

namespace uacced::cli {

using Words = std::vector<std::string>;

// Ends with the process: the last grpc_shutdown() now and then takes 10 s.
inline const bool kGrpcHeld = (grpc_init(), true);

inline constexpr char kProgram[] = "client/cli/uaccectl";

struct Outcome {
  int exit_code;  // 128 + the signal when one ended it
  std::string out;
  std::string err;
};

class UaccectlTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(folder_), nullptr);
    daemon_.emplace(absl::StrCat("unix:", Path("s")));
  }
  void TearDown() override {
    daemon_.reset();
    for (const std::string& name : Listing()) unlink(Path(name).c_str());
    rmdir(folder_);
  }

  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_, "/", name);
  }
  void Put(const std::string& name, const std::string& bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }
  std::string Get(const std::string& name) const {
    std::ifstream file(Path(name), std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }
  std::set<std::string> Listing() const {
    std::set<std::string> names;
    DIR* const folder = opendir(folder_);
    while (const dirent* entry = readdir(folder)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.insert(name);
    }
    closedir(folder);
    return names;
  }
  bool Exists(const std::string& name) const {
    return Listing().contains(name);
  }

  // Starts the program with its three files; returns its process id.
  pid_t Start(const Words& words, int in, int out, int err) const {
    Words all = {kProgram, "--server", Path("s")};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> argv;
    for (std::string& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    pid_t child = -1;
    EXPECT_EQ(
        posix_spawn(&child, kProgram, &actions, nullptr, argv.data(), environ),
        0);
    posix_spawn_file_actions_destroy(&actions);
    return child;
  }

  static int Wait(pid_t child) {
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  int Open(const std::string& name, int flags) const {
    return open(Path(name).c_str(), flags | O_CLOEXEC, 0600);
  }

  // Runs it to its end with `input` as standard input.
  Outcome Run(const Words& words, const std::string& input = "") const {
    Put(".in", input);
    const UniqueFd in(Open(".in", O_RDONLY));
    const UniqueFd out(Open(".out", O_RDWR | O_CREAT | O_TRUNC));
    const UniqueFd err(Open(".err", O_RDWR | O_CREAT | O_TRUNC));
    const int code = Wait(Start(words, in.get(), out.get(), err.get()));
    Outcome outcome = {code, Get(".out"), Get(".err")};
    for (const char* name : {".in", ".out", ".err"}) unlink(Path(name).c_str());
    return outcome;
  }

  // Runs it with `out` as standard output; what it says on standard error.
  std::string RunInto(int out, const Words& words, int* exit_code) const {
    Put("input", std::string(300'000, 'x'));
    const UniqueFd in(Open("input", O_RDONLY));
    const UniqueFd err(Open(".err", O_RDWR | O_CREAT | O_TRUNC));
    *exit_code = Wait(Start(words, in.get(), out, err.get()));
    return Get(".err");
  }

  char folder_[32] = "/tmp/uaccectl_XXXXXX";
  std::optional<FakeDaemon> daemon_;
};

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_UACCECTL_FIXTURE_H_
