// Deficit round robin (Shreedhar and Varghese, 1996) over tenant flows: each
// flow with a backlog gets its quantum of cost once a round, and what it does
// not use it keeps for the next round, as long as it has a backlog.
//
// Units:   cost and quantum in bytes, as Job::cost_bytes.
// Threads: thread-compatible; the Reactor makes every call.
// Nothing allocates after the constructor. Enqueue() and Next() are O(1) as
// long as no job costs more than its flow's quantum; a dearer job is still
// served, after as many rounds as it takes.
#ifndef UACCED_DAEMON_SCHED_DRR_SCHEDULER_H_
#define UACCED_DAEMON_SCHED_DRR_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "daemon/core/job.h"
#include "daemon/core/job_list.h"

namespace uacced {

class DrrScheduler {
 public:
  // One flow for each tenant id below quanta_bytes.size(), with that quantum:
  // shares are in proportion to the quanta. REQUIRES: every quantum > 0.
  explicit DrrScheduler(const std::vector<uint64_t>& quanta_bytes);

  // Appends to the flow of job->tenant. REQUIRES: the tenant has a flow.
  void Enqueue(std::unique_ptr<Job> job);

  // The next job in fair order; null when there is none. Call it only with a
  // place for the job in hand: there is no way to put it back.
  std::unique_ptr<Job> Next();

  size_t size() const { return size_; }

 private:
  struct Flow {
    JobList backlog;
    uint64_t quantum_bytes = 0;
    uint64_t deficit_bytes = 0;  // 0 whenever the backlog is empty.
    bool has_quantum = false;    // This round's quantum was already added.
    Flow* next_active = nullptr;
  };

  void Activate(Flow& flow);
  void MoveFrontToBack();
  void RetireFront();

  std::vector<Flow> flows_;
  // Flows with a backlog, in the order of their turns.
  Flow* active_head_ = nullptr;
  Flow* active_tail_ = nullptr;
  size_t size_ = 0;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_SCHED_DRR_SCHEDULER_H_
