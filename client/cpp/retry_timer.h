// Runs functions later, so that a call that waits for its next try holds no
// thread of gRPC.
#ifndef UACCED_CLIENT_CPP_RETRY_TIMER_H_
#define UACCED_CLIENT_CPP_RETRY_TIMER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace uacced::client {

// Threads: implementations are thread-safe. Functions may call RunAfter().
class RetryTimer {
 public:
  virtual ~RetryTimer() = default;
  // Calls `function` once, `delay_ns` nanoseconds from now or, after
  // RunAllNow(), at once. Never from within RunAfter().
  virtual void RunAfter(int64_t delay_ns, std::function<void()> function) = 0;
  // Runs what waits now, and what comes later without delay.
  virtual void RunAllNow() = 0;
};

// One thread, started by the first RunAfter().
// The destructor runs everything that waits and joins the thread.
// REQUIRES: not destroyed by a function it runs.
class ThreadRetryTimer final : public RetryTimer {
 public:
  ThreadRetryTimer() = default;
  ThreadRetryTimer(const ThreadRetryTimer&) = delete;
  ThreadRetryTimer& operator=(const ThreadRetryTimer&) = delete;
  ~ThreadRetryTimer() override;

  void RunAfter(int64_t delay_ns, std::function<void()> function) override;
  void RunAllNow() override;

 private:
  void Loop();

  std::mutex mutex_;
  // Guarded by mutex_. Keys are CLOCK_MONOTONIC nanoseconds.
  std::condition_variable changed_;
  std::multimap<int64_t, std::function<void()>> waiting_;
  bool run_all_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_RETRY_TIMER_H_
