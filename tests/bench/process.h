// A server in a process of its own, for as long as this object lives.
//
// Threads: thread-compatible; Start() belongs to the main thread, because the
//          server is told to stop when the thread that started it ends.
#ifndef UACCED_TESTS_BENCH_PROCESS_H_
#define UACCED_TESTS_BENCH_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace uacced::bench {

class Process {
 public:
  // Runs argv[0] with its stdout and stderr in file `log`.
  // UNAVAILABLE: out of processes. A program that cannot be executed ends at
  // once with exit code 127, which Stop() then reports.
  static absl::StatusOr<Process> Start(const std::vector<std::string>& argv,
                                       const std::string& log);

  Process(Process&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)),
        name_(std::move(other.name_)),
        log_(std::move(other.log_)) {}
  Process& operator=(Process&& other) = delete;
  // Stops it; its end is then not judged.
  ~Process() { Stop().IgnoreError(); }

  pid_t pid() const { return pid_; }
  // The end of what it wrote, for error messages.
  std::string LogTail() const;

  // OK while it runs.
  absl::Status CheckRunning();

  // SIGTERM, and SIGKILL when it has not ended after 30 s. OK when it ended
  // by itself with exit code 0, or had been stopped before.
  absl::Status Stop();

 private:
  Process(pid_t pid, std::string name, std::string log)
      : pid_(pid), name_(std::move(name)), log_(std::move(log)) {}

  absl::Status Ended(int wait_status) const;

  pid_t pid_;  // 0: stopped or moved away
  std::string name_;
  std::string log_;
};

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_PROCESS_H_
