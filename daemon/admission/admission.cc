#include "daemon/admission/admission.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"

namespace uacced {
namespace {

// Long enough not to be asked again by every refused client at once, short
// against what the work in flight takes.
constexpr absl::Duration kRetryAfter = absl::Milliseconds(20);

absl::Status OverLimit(absl::string_view reason, absl::string_view limit,
                       uint64_t value) {
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("too much in flight: ", limit, " is ", value,
                   "; retry after a short wait, with fewer requests at once"),
      {.reason = std::string(reason),
       .metadata = {{"limit", std::string(limit)},
                    {"value", absl::StrCat(value)}},
       .retry_after = kRetryAfter,
       .quota_subject = "daemon",
       .quota_description = absl::StrCat(limit, " = ", value)});
}

}  // namespace

absl::StatusOr<Ticket> Admission::Admit(TenantId /*tenant*/, uint64_t bytes) {
  if (closed()) {
    return MakeError(
        absl::StatusCode::kUnavailable,
        "the daemon is shutting down; connect again and retry",
        {.reason = "SHUTTING_DOWN", .retry_after = absl::Milliseconds(200)});
  }
  // Count first, then look: two racing requests may both be refused at the
  // limit, but never both be let past it.
  if (usage_.jobs.fetch_add(1, std::memory_order_relaxed) >=
      options_.max_jobs) {
    usage_.jobs.fetch_sub(1, std::memory_order_relaxed);
    return OverLimit("JOBS_LIMIT", "limits.max_jobs", options_.max_jobs);
  }
  if (absl::Status status = ReserveBytes(bytes); !status.ok()) {
    usage_.jobs.fetch_sub(1, std::memory_order_relaxed);
    return status;
  }
  return Ticket(&usage_, /*jobs=*/1, bytes);
}

absl::StatusOr<Ticket> Admission::AdmitBytes(uint64_t bytes) {
  UACCED_RETURN_IF_ERROR(ReserveBytes(bytes));
  return Ticket(&usage_, /*jobs=*/0, bytes);
}

absl::Status Admission::Grow(Ticket& ticket, uint64_t bytes) {
  UACCED_RETURN_IF_ERROR(ReserveBytes(bytes));
  ticket.AddBytes(bytes);
  return absl::OkStatus();
}

absl::Status Admission::ReserveBytes(uint64_t bytes) {
  // Alone over the limit: must not even be added for a moment, or the sum
  // could overflow and let others past.
  if (bytes <= options_.max_bytes) {
    const uint64_t before =
        usage_.bytes.fetch_add(bytes, std::memory_order_relaxed);
    if (before + bytes <= options_.max_bytes) return absl::OkStatus();
    usage_.bytes.fetch_sub(bytes, std::memory_order_relaxed);
  }
  // (The configuration sees to it that one request alone never is.)
  return OverLimit("BYTES_LIMIT", "limits.max_bytes", options_.max_bytes);
}

}  // namespace uacced
