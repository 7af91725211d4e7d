#include "tests/bench/cpu_time.h"

#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errno_status.h"

namespace uacced::bench {

absl::StatusOr<int64_t> ProcessCpuNs(pid_t pid) {
  // Exact to the nanosecond, where /proc/PID/stat counts ticks of 10 ms.
  clockid_t clock;
  if (const int error = clock_getcpuclockid(pid, &clock); error != 0) {
    return absl::NotFoundError(absl::StrCat("no process ", pid));
  }
  timespec used;
  if (clock_gettime(clock, &used) != 0) {
    return ErrnoStatus(errno, "clock_gettime");
  }
  return used.tv_sec * int64_t{1'000'000'000} + used.tv_nsec;
}

absl::StatusOr<int64_t> ThreadCpuNs(absl::string_view name) {
  std::optional<int64_t> used_ns;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/self/task")) {
    std::string comm;
    std::ifstream(task.path() / "comm") >> comm;
    int64_t on_cpu_ns = 0;
    if (comm == name && std::ifstream(task.path() / "schedstat") >> on_cpu_ns) {
      used_ns = used_ns.value_or(0) + on_cpu_ns;
    }
  }
  if (!used_ns.has_value()) {
    return absl::NotFoundError(absl::StrCat("no thread ", name));
  }
  return *used_ns;
}

absl::StatusOr<int64_t> ResidentBytes(pid_t pid) {
  std::ifstream statm(absl::StrCat("/proc/", pid, "/statm"));
  int64_t total_pages = 0;
  int64_t resident_pages = 0;
  if (!(statm >> total_pages >> resident_pages)) {
    return absl::NotFoundError(absl::StrCat("no process ", pid));
  }
  return resident_pages * sysconf(_SC_PAGESIZE);
}

}  // namespace uacced::bench
