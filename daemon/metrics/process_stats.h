// What the kernel accounts to this process.
#ifndef UACCED_DAEMON_METRICS_PROCESS_STATS_H_
#define UACCED_DAEMON_METRICS_PROCESS_STATS_H_

#include <cstdint>

namespace uacced {

// 0 where the kernel did not tell (no /proc).
struct ProcessStats {
  uint64_t resident_bytes = 0;
  double cpu_seconds = 0;  // User and system, all threads.
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;
};

// Thread-safe. Reads /proc; takes tens of microseconds.
ProcessStats ReadProcessStats();

}  // namespace uacced

#endif  // UACCED_DAEMON_METRICS_PROCESS_STATS_H_
