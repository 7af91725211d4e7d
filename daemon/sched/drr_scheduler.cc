#include "daemon/sched/drr_scheduler.h"

#include <utility>

namespace uacced {

DrrScheduler::DrrScheduler(const std::vector<uint64_t>& quanta_bytes)
    : flows_(quanta_bytes.size()) {
  for (size_t i = 0; i < quanta_bytes.size(); ++i) {
    flows_[i].quantum_bytes = quanta_bytes[i];
  }
}

void DrrScheduler::Enqueue(std::unique_ptr<Job> job) {
  Flow& flow = flows_[static_cast<size_t>(job->tenant)];
  if (flow.backlog.empty()) Activate(flow);
  flow.backlog.PushBack(std::move(job));
  ++size_;
}

std::unique_ptr<Job> DrrScheduler::Next() {
  while (active_head_ != nullptr) {
    Flow& flow = *active_head_;
    if (!flow.has_quantum) {
      flow.deficit_bytes += flow.quantum_bytes;
      flow.has_quantum = true;
    }
    const uint64_t cost = flow.backlog.front().cost_bytes;
    if (cost > flow.deficit_bytes) {
      MoveFrontToBack();
      continue;
    }
    flow.deficit_bytes -= cost;
    std::unique_ptr<Job> job = flow.backlog.PopFront();
    --size_;
    if (flow.backlog.empty()) RetireFront();
    return job;
  }
  return nullptr;
}

void DrrScheduler::Activate(Flow& flow) {
  flow.next_active = nullptr;
  flow.has_quantum = false;
  if (active_head_ == nullptr) {
    active_head_ = &flow;
  } else {
    active_tail_->next_active = &flow;
  }
  active_tail_ = &flow;
}

void DrrScheduler::MoveFrontToBack() {
  Flow* flow = active_head_;
  active_head_ = flow->next_active;
  Activate(*flow);
}

// An idle flow keeps no deficit, or it could save up for a burst.
void DrrScheduler::RetireFront() {
  Flow* flow = active_head_;
  active_head_ = flow->next_active;
  flow->deficit_bytes = 0;
}

}  // namespace uacced
