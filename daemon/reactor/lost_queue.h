// A LostQueue is what a lane held when it lost its queue. It goes to a sink on
// another thread, because stopping a queue may block: a device finishes or
// gives up what it holds.
//
// Threads: plain values; moving is what synchronises.
#ifndef UACCED_DAEMON_REACTOR_LOST_QUEUE_H_
#define UACCED_DAEMON_REACTOR_LOST_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "daemon/core/job.h"
#include "daemon/core/job_list.h"
#include "daemon/health/loss_reason.h"
#include "hw/queue.h"

namespace uacced {

struct LostQueue {
  JobList jobs;  // In flight: the device may still write to their buffers.
  // Declared after the jobs, so that it is always destroyed before them.
  std::unique_ptr<hw::Queue> queue;
  size_t job_count = 0;
  LossReason reason = LossReason::kRequested;
  uint32_t tag = 0;  // kBrokeRules by a tag that was not in flight: this one.
  uint32_t key = 0;  // LaneOptions::key
};

// Where lost queues go.
class LostQueueSink {
 public:
  // Must not block. Sees to it that EndLostQueue() is called, soon.
  virtual void TakeLost(LostQueue lost) = 0;

 protected:
  ~LostQueueSink() = default;
};

// Ends every job with UNAVAILABLE and `cause`, but first the queue: only then
// no more DMA lands in their buffers. May block.
void EndLostQueue(LostQueue lost, Cause cause, DeferredList& deferred);

}  // namespace uacced

#endif  // UACCED_DAEMON_REACTOR_LOST_QUEUE_H_
