#include "daemon/rpc/stream_operation.h"

#include <algorithm>

#include "base/clock.h"
#include "daemon/core/field_error.h"

namespace uacced {

void StreamOperation::Start(int64_t now_ns, int64_t deadline_ns,
                            const std::atomic<bool>* cancelled,
                            Placement::Batch& batch) {
  if (!header_.has_kind) {
    return Refuse(
        FieldError("operation", "OPERATION_REQUIRED",
                   "is missing, or one that this daemon does not know",
                   absl::StatusCode::kUnimplemented));
  }
  const absl::Status status = Prepare(header_.wire);
  if (!status.ok()) return Refuse(status);
  LaunchOptions options;
  options.source = payload();
  options.now_ns = now_ns;
  options.deadline_ns = deadline_ns;
  if (header_.timeout_ns > 0 &&
      header_.timeout_ns < static_cast<uint64_t>(kInfiniteFutureNs - now_ns)) {
    options.deadline_ns = std::min(
        deadline_ns, now_ns + static_cast<int64_t>(header_.timeout_ns));
  }
  options.cancelled = cancelled;
  options.source_is_counted = true;
  Launch(std::move(options), batch);
}

void StreamOperation::Refuse(const absl::Status& status) {
  RecordRefused(status.code());
  Ended(status, nullptr);
}

}  // namespace uacced
