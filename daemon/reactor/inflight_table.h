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
  explicit InflightTable(uint32_t depth) : jobs_(depth), sequences_(depth) {
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
    const auto index = static_cast<size_t>(free_tags_.back());
    jobs_[index] = std::move(job);
    sequences_[index] = next_sequence_++;
    free_tags_.pop_back();
  }

  // Of the newest. REQUIRES: something was inserted.
  uint32_t last_sequence() const { return next_sequence_ - 1; }

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

  // A job in flight, and which of all that were inserted it is. Numbers begin
  // again after 2^32.
  struct Entry {
    const Job* job = nullptr;
    uint32_t sequence = 0;
  };

  // The one that was inserted first; no job when there is none. Looks at every
  // entry.
  Entry Oldest() const {
    Entry oldest;
    for (size_t i = 0; i < jobs_.size(); ++i) {
      if (jobs_[i] == nullptr) continue;
      const bool is_older =
          static_cast<int32_t>(sequences_[i] - oldest.sequence) < 0;
      if (oldest.job == nullptr || is_older) {
        oldest = {jobs_[i].get(), sequences_[i]};
      }
    }
    return oldest;
  }

 private:
  std::vector<std::unique_ptr<Job>> jobs_;
  std::vector<uint32_t> sequences_;  // Of the jobs.
  uint32_t next_sequence_ = 0;
  std::vector<hw::Tag> free_tags_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_INFLIGHT_TABLE_H_
