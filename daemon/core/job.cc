#include "daemon/core/job.h"

#include <utility>

namespace uacced {

Job::~Job() {
  if (reply != nullptr) reply->Lost();
}

void Answer(std::unique_ptr<Job> job, Outcome outcome, DeferredList& deferred) {
  job->outcome = outcome;
  Reply* reply = std::exchange(job->reply, nullptr);
  reply->Complete(std::move(job), deferred);
}

void Answer(std::unique_ptr<Job> job, Outcome outcome) {
  DeferredList deferred;
  Answer(std::move(job), outcome, deferred);
  deferred.RunAll();
}

}  // namespace uacced
