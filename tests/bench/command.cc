#include "tests/bench/command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/errno_status.h"
#include "base/status_macros.h"

namespace uacced::bench {
namespace {

int64_t Nanoseconds(const timeval& time) {
  return (time.tv_sec * int64_t{1'000'000} + time.tv_usec) * 1000;
}

absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& argv,
                            const std::string& output) {
  std::vector<char*> pointers;
  pointers.reserve(argv.size() + 1);
  for (const std::string& argument : argv) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const absl::Cleanup destroy = [&] {
    posix_spawn_file_actions_destroy(&actions);
  };
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, pointers[0], &actions, nullptr,
                                 pointers.data(), environ);
  if (error != 0) return ErrnoStatus(error, argv[0]);
  return pid;
}

}  // namespace

absl::StatusOr<CommandCost> RunCommand(const std::vector<std::string>& argv,
                                       const std::string& output) {
  const MonotonicClock clock;
  const int64_t start = clock.NowNs();
  UACCED_ASSIGN_OR_RETURN(const pid_t pid, Spawn(argv, output));
  int wait_status = 0;
  rusage used{};
  while (wait4(pid, &wait_status, 0, &used) < 0) {
    if (errno != EINTR) return ErrnoStatus(errno, argv[0]);
  }
  const int64_t end = clock.NowNs();
  if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0) {
    return absl::InternalError(absl::StrCat(
        argv[0],
        WIFEXITED(wait_status)
            ? absl::StrCat(" ended with exit code ", WEXITSTATUS(wait_status))
            : absl::StrCat(" ended with signal ", WTERMSIG(wait_status))));
  }
  return CommandCost{
      .wall_ns = end - start,
      .cpu_ns = Nanoseconds(used.ru_utime) + Nanoseconds(used.ru_stime)};
}

absl::Status CheckDecodes(const std::string& decoder,
                          const std::string& encoded,
                          const std::string& original) {
  // A decoder that finds fault at the very end has given all output by then.
  const absl::Status status =
      RunCommand({"bash", "-c",
                  absl::StrCat("set -o pipefail; ", decoder,
                               " < \"$1\" | cmp - \"$2\""),
                  "bash", encoded, original},
                 "/dev/null")
          .status();
  return status.ok() ? status
                     : absl::DataLossError(absl::StrCat(
                           "wrong answer: \"", decoder, "\" of ", encoded,
                           " is not ", original, ": ", status.message()));
}

}  // namespace uacced::bench
