// Keeps a Progress bar on standard error up to date while others work.
//
// Threads:  has one of its own, which reads the counter.
// Lifetime: borrows the counter until the destructor has cleared the bar.
#ifndef UACCED_CLIENT_CLI_PROGRESS_THREAD_H_
#define UACCED_CLIENT_CLI_PROGRESS_THREAD_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.h"

namespace uacced::cli {

class ProgressThread {
 public:
  ProgressThread(std::optional<uint64_t> total_bytes,
                 const std::atomic<uint64_t>& done_bytes);
  ProgressThread(const ProgressThread&) = delete;
  ProgressThread& operator=(const ProgressThread&) = delete;
  ~ProgressThread();

 private:
  void Run();

  const std::optional<uint64_t> total_bytes_;
  const std::atomic<uint64_t>& done_bytes_;
  const MonotonicClock clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_PROGRESS_THREAD_H_
