// InflightTable owns the jobs that a device holds, by tag. A tag comes back
// from a device, which is not trusted: Take() looks before it touches.
//
// Units:   depth counts entries, as hw::Queue::depth().
// Threads: thread-compatible; the Reactor makes every call. Nothing allocates
//          after the constructor.
#ifndef UACCED_DAEMON_REACTOR_INFLIGHT_TABLE_H_
#define UACCED_DAEMON_REACTOR_INFLIGHT_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "daemon/core/job.h"
#include "daemon/core/job_list.h"
#include "hw/queue.h"

namespace uacced {

class InflightTable {
 public:
  explicit InflightTable(uint32_t depth) : jobs_(depth) {
    free_tags_.reserve(depth);
    for (uint32_t i = depth; i > 0; --i) {
      free_tags_.push_back(static_cast<hw::Tag>(i - 1));
    }
  }

  size_t size() const { return jobs_.size() - free_tags_.size(); }
  bool full() const { return free_tags_.empty(); }
  size_t free_tags() const { return free_tags_.size(); }

  // The tag the next Insert() will take. REQUIRES: !full().
  hw::Tag NextTag() const { return free_tags_.back(); }

  // Keeps `job` under NextTag(). REQUIRES: !full().
  void Insert(std::unique_ptr<Job> job) {
    jobs_[static_cast<size_t>(free_tags_.back())] = std::move(job);
    free_tags_.pop_back();
  }

  // The job under `tag`, or null when there is none in flight.
  std::unique_ptr<Job> Take(hw::Tag tag) {
    const auto index = static_cast<size_t>(tag);
    if (index >= jobs_.size() || jobs_[index] == nullptr) return nullptr;
    free_tags_.push_back(tag);
    return std::move(jobs_[index]);
  }

  // Moves every job in flight to `jobs`, in no order; returns how many.
  size_t DrainTo(JobList& jobs) {
    const size_t count = size();
    for (size_t i = 0; size() > 0; ++i) {
      const auto tag = static_cast<hw::Tag>(i);
      if (jobs_[i] != nullptr) jobs.PushBack(Take(tag));
    }
    return count;
  }

  // Calls `visit` with every job in flight.
  template <typename Visit>
  void ForEach(Visit visit) const {
    size_t left = size();
    for (size_t i = 0; left > 0; ++i) {
      if (jobs_[i] == nullptr) continue;
      visit(*jobs_[i]);
      --left;
    }
  }

 private:
  std::vector<std::unique_ptr<Job>> jobs_;
  std::vector<hw::Tag> free_tags_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_INFLIGHT_TABLE_H_
