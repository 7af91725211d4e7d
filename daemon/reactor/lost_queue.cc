#include "daemon/reactor/lost_queue.h"

#include <utility>

#include "absl/status/status.h"

namespace uacced {

void EndLostQueue(LostQueue lost, Cause cause, DeferredList& deferred) {
  lost.queue.reset();
  while (!lost.jobs.empty()) {
    Answer(lost.jobs.PopFront(), {absl::StatusCode::kUnavailable, cause, 0},
           deferred);
  }
}

}  // namespace uacced
