#include "client/cpp/retry_timer.h"

#include <chrono>
#include <utility>

#include "base/clock.h"

namespace uacced::client {

ThreadRetryTimer::~ThreadRetryTimer() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    run_all_ = true;
    stop_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void ThreadRetryTimer::RunAfter(int64_t delay_ns,
                                std::function<void()> function) {
  const int64_t due_ns = MonotonicClock().NowNs() + delay_ns;
  std::lock_guard<std::mutex> lock(mutex_);
  waiting_.emplace(due_ns, std::move(function));
  if (!thread_.joinable()) thread_ = std::thread([this] { Loop(); });
  changed_.notify_one();
}

void ThreadRetryTimer::RunAllNow() {
  std::lock_guard<std::mutex> lock(mutex_);
  run_all_ = true;
  changed_.notify_one();
}

void ThreadRetryTimer::Loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    if (waiting_.empty()) {
      if (stop_) return;
      changed_.wait(lock);
      continue;
    }
    const int64_t wait_ns = waiting_.begin()->first - MonotonicClock().NowNs();
    if (!run_all_ && wait_ns > 0) {
      changed_.wait_for(lock, std::chrono::nanoseconds(wait_ns));
      continue;
    }
    std::function<void()> function = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    lock.unlock();
    function();
    function = nullptr;  // what it holds dies outside the lock, too
    lock.lock();
  }
}

}  // namespace uacced::client
