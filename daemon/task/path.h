// What a task needs on its way, all of which outlives every task.
#ifndef UACCED_DAEMON_TASK_PATH_H_
#define UACCED_DAEMON_TASK_PATH_H_

#include <cstdint>

#include "base/clock.h"
#include "daemon/admission/admission.h"
#include "daemon/core/verify_policy.h"
#include "daemon/metrics/metrics.h"
#include "daemon/reactor/placement.h"
#include "daemon/task/reply_pool.h"

namespace uacced {

struct Path {
  Admission& admission;
  const Placement& placement;
  Metrics& metrics;
  ReplyPool& reply_pool;
  const Clock& clock;
  uint64_t max_payload_bytes = 0;  // Of requests.
  uint64_t max_output_bytes = 0;
  // Results up to this size are dealt with on the polling thread: a change of
  // threads costs more than that.
  uint64_t inline_reply_bytes = 0;
  VerifyPolicy verify = {};
};

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_PATH_H_
