// JobList is a FIFO of jobs linked through Job::next: no allocation, and the
// list owns what is in it.
//
// Threads: thread-compatible.
#ifndef UACCED_DAEMON_CORE_JOB_LIST_H_
#define UACCED_DAEMON_CORE_JOB_LIST_H_

#include <memory>
#include <utility>

#include "daemon/core/job.h"

namespace uacced {

class JobList {
 public:
  JobList() = default;
  JobList(JobList&& other) noexcept
      : head_(std::exchange(other.head_, nullptr)),
        tail_(std::exchange(other.tail_, nullptr)) {}
  JobList& operator=(JobList&&) = delete;
  ~JobList() {
    while (!empty()) PopFront();
  }

  bool empty() const { return head_ == nullptr; }
  // REQUIRES: !empty().
  const Job& front() const { return *head_; }

  void PushBack(std::unique_ptr<Job> job) {
    Job* raw = job.release();
    raw->next = nullptr;
    if (head_ == nullptr) {
      head_ = raw;
    } else {
      tail_->next = raw;
    }
    tail_ = raw;
  }

  // REQUIRES: !empty().
  std::unique_ptr<Job> PopFront() {
    Job* raw = head_;
    head_ = std::exchange(raw->next, nullptr);
    return std::unique_ptr<Job>(raw);
  }

 private:
  Job* head_ = nullptr;
  Job* tail_ = nullptr;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_CORE_JOB_LIST_H_
