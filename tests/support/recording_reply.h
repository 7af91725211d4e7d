// Replies for tests of everything below the transports.
#ifndef UACCED_TESTS_SUPPORT_RECORDING_REPLY_H_
#define UACCED_TESTS_SUPPORT_RECORDING_REPLY_H_

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "daemon/core/job.h"

namespace uacced {

// Keeps every job it gets back. Threads: thread-safe.
class RecordingReply final : public Reply {
 public:
  void Complete(std::unique_ptr<Job> job, DeferredList& /*deferred*/) override {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    changed_.notify_all();
  }
  void Lost() override { lost_.fetch_add(1); }

  int lost() const { return lost_.load(); }
  size_t count() {
    std::lock_guard lock(mutex_);
    return jobs_.size();
  }
  // Waits until `count` jobs were completed, and takes them.
  std::vector<std::unique_ptr<Job>> Take(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return jobs_.size() >= count; });
    return std::exchange(jobs_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::atomic<int> lost_{0};
};

inline std::unique_ptr<Job> MakeJob(Reply* reply, uint64_t cost_bytes = 1,
                                    TenantId tenant = TenantId{0}) {
  auto job = std::make_unique<Job>();
  job->reply = reply;
  job->cost_bytes = cost_bytes;
  job->tenant = tenant;
  return job;
}

}  // namespace uacced

#endif  // UACCED_TESTS_SUPPORT_RECORDING_REPLY_H_
