#include "client/cli/progress_thread.h"

#include <unistd.h>

#include <chrono>

#include "client/cli/progress.h"

namespace uacced::cli {
namespace {

constexpr std::chrono::milliseconds kPeriod(200);

}  // namespace

ProgressThread::ProgressThread(std::optional<uint64_t> total_bytes,
                               const std::atomic<uint64_t>& done_bytes)
    : total_bytes_(total_bytes),
      done_bytes_(done_bytes),
      thread_([this] { Run(); }) {}

ProgressThread::~ProgressThread() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void ProgressThread::Run() {
  Progress progress(STDERR_FILENO, total_bytes_, clock_);
  std::unique_lock<std::mutex> lock(mutex_);
  while (!wake_.wait_for(lock, kPeriod, [this] { return stop_; })) {
    progress.Update(done_bytes_.load());
  }
}

}  // namespace uacced::cli
