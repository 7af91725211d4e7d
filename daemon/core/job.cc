#include "daemon/core/job.h"

#include <utility>

namespace uacced {

Job::~Job() {
  if (reply != nullptr) reply->Lost();
}

void Answer(std::unique_ptr<Job> job, const Outcome& outcome) {
  DeferredList deferred;
  Answer(std::move(job), outcome, deferred);
  deferred.RunAll();
}

}  // namespace uacced
