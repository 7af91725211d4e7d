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

  // Any job in flight, or null when there is none: to empty the table.
  std::unique_ptr<Job> TakeAny() {
    for (size_t i = 0; size() > 0 && i < jobs_.size(); ++i) {
      if (jobs_[i] != nullptr) return Take(static_cast<hw::Tag>(i));
    }
    return nullptr;
  }

 private:
  std::vector<std::unique_ptr<Job>> jobs_;
  std::vector<hw::Tag> free_tags_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_INFLIGHT_TABLE_H_
