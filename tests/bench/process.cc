#include "tests/bench/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/unique_fd.h"

namespace uacced::bench {
namespace {

constexpr std::chrono::seconds kStopTimeout(30);
constexpr std::chrono::milliseconds kStopPoll(5);
constexpr size_t kLogTailBytes = 2000;

// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void Execute(char* const* argv, int log_fd, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  // The parent may have ended before prctl().
  if (getppid() != parent) _exit(1);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(log_fd, STDOUT_FILENO);
  dup2(log_fd, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(127);
}

}  // namespace

absl::StatusOr<Process> Process::Start(const std::vector<std::string>& argv,
                                       const std::string& log) {
  const UniqueFd log_fd(
      open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!log_fd) return ErrnoStatus(errno, log);
  std::vector<char*> pointers;
  pointers.reserve(argv.size() + 1);
  for (const std::string& argument : argv) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return ErrnoStatus(errno, "fork");
  if (pid == 0) Execute(pointers.data(), log_fd.get(), parent);
  return Process(pid, argv[0], log);
}

std::string Process::LogTail() const {
  std::ifstream in(log_);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  return text.size() <= kLogTailBytes
             ? text
             : text.substr(text.size() - kLogTailBytes);
}

absl::Status Process::Ended(int wait_status) const {
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0) {
    return absl::OkStatus();
  }
  const std::string how =
      WIFSIGNALED(wait_status)
          ? absl::StrCat("signal ", WTERMSIG(wait_status))
          : absl::StrCat("exit code ", WEXITSTATUS(wait_status));
  return absl::InternalError(
      absl::StrCat(name_, " ended with ", how, "\n", LogTail()));
}

absl::Status Process::CheckRunning() {
  if (pid_ == 0) return absl::FailedPreconditionError("stopped");
  int wait_status = 0;
  if (waitpid(pid_, &wait_status, WNOHANG) == 0) return absl::OkStatus();
  pid_ = 0;
  const absl::Status ended = Ended(wait_status);
  return ended.ok() ? absl::InternalError(absl::StrCat(name_, " has ended"))
                    : ended;
}

absl::Status Process::Stop() {
  if (pid_ == 0) return absl::OkStatus();
  const pid_t pid = std::exchange(pid_, 0);
  kill(pid, SIGTERM);
  const auto give_up = std::chrono::steady_clock::now() + kStopTimeout;
  int wait_status = 0;
  while (waitpid(pid, &wait_status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > give_up) {
      kill(pid, SIGKILL);
      waitpid(pid, &wait_status, 0);
      break;
    }
    std::this_thread::sleep_for(kStopPoll);
  }
  return Ended(wait_status);
}

}  // namespace uacced::bench
