#include "daemon/core/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace uacced {
namespace {

constexpr absl::string_view kReason = "uacced/reason";
constexpr absl::string_view kRetryAfter = "uacced/retry_after";
constexpr absl::string_view kQuotaSubject = "uacced/quota_subject";
constexpr absl::string_view kQuotaDescription = "uacced/quota_description";
constexpr absl::string_view kMetadata = "uacced/metadata/";

void Put(absl::Status& status, absl::string_view url, absl::string_view value) {
  if (!value.empty()) status.SetPayload(url, absl::Cord(value));
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, absl::string_view message,
                       const ErrorDetail& detail) {
  absl::Status status(code, message);
  Put(status, kReason, detail.reason);
  Put(status, kQuotaSubject, detail.quota_subject);
  Put(status, kQuotaDescription, detail.quota_description);
  if (detail.retry_after > absl::ZeroDuration()) {
    Put(status, kRetryAfter, absl::FormatDuration(detail.retry_after));
  }
  for (const auto& [key, value] : detail.metadata) {
    Put(status, absl::StrCat(kMetadata, key), value);
  }
  return status;
}

ErrorDetail GetErrorDetail(const absl::Status& status) {
  ErrorDetail detail;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    std::string value(payload);
    if (url == kReason) {
      detail.reason = std::move(value);
    } else if (url == kQuotaSubject) {
      detail.quota_subject = std::move(value);
    } else if (url == kQuotaDescription) {
      detail.quota_description = std::move(value);
    } else if (url == kRetryAfter) {
      absl::ParseDuration(value, &detail.retry_after);
    } else if (absl::ConsumePrefix(&url, kMetadata)) {
      detail.metadata.emplace_back(std::string(url), std::move(value));
    }
  });
  return detail;
}

}  // namespace uacced
