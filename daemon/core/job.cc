#include "daemon/core/job.h"

#include <utility>

namespace uacced {

Job::~Job() {
  if (reply != nullptr) reply->Lost();
}

void Answer(std::unique_ptr<Job> job, Outcome outcome) {
  job->outcome = outcome;
  Reply* reply = std::exchange(job->reply, nullptr);
  reply->Complete(std::move(job));
}

}  // namespace uacced
