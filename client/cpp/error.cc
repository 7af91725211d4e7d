#include "client/cpp/error.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace uacced::client {
namespace {

constexpr int kMaxDetails = 16;
// The longest delay of a well-formed google.protobuf.Duration is 10,000 years;
// nobody waits longer than a day, and sums must not overflow.
constexpr int64_t kMaxRetryDelaySeconds = int64_t{24} * 3600;

constexpr char kTypeUrlPrefix[] = "type.googleapis.com/";

template <typename Detail>
std::optional<Detail> FindDetail(const absl::Status& status) {
  const auto payload = status.GetPayload(
      absl::StrCat(kTypeUrlPrefix, Detail::descriptor()->full_name()));
  Detail detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return detail;
}

std::optional<absl::Duration> RetryDelay(const google::rpc::RetryInfo& info) {
  if (!info.has_retry_delay()) return std::nullopt;
  const auto& delay = info.retry_delay();
  if (delay.seconds() < 0 || delay.nanos() < 0) return std::nullopt;
  return absl::Seconds(std::min(delay.seconds(), kMaxRetryDelaySeconds)) +
         absl::Nanoseconds(std::min(delay.nanos(), 999'999'999));
}

}  // namespace

absl::Status MakeError(int code, absl::string_view text,
                       absl::string_view serialized_details) {
  const bool canonical = code > 0 && code <= 16;
  absl::Status status(canonical ? static_cast<absl::StatusCode>(code)
                                : absl::StatusCode::kUnknown,
                      text);
  google::rpc::Status details;
  if (!details.ParseFromArray(serialized_details.data(),
                              static_cast<int>(serialized_details.size()))) {
    return status;
  }
  const int count = std::min(details.details_size(), kMaxDetails);
  for (int i = 0; i < count; ++i) {
    const auto& detail = details.details(i);
    status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return status;
}

absl::Status MakeLocalError(absl::StatusCode code, absl::string_view reason,
                            absl::string_view text) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(kLocalDomain);
  absl::Status status(code, text);
  status.SetPayload(
      absl::StrCat(kTypeUrlPrefix, info.GetDescriptor()->full_name()),
      absl::Cord(info.SerializeAsString()));
  return status;
}

ErrorDetails GetErrorDetails(const absl::Status& status) {
  ErrorDetails result;
  if (const auto info = FindDetail<google::rpc::ErrorInfo>(status)) {
    result.reason = info->reason();
    result.domain = info->domain();
    result.metadata.insert(info->metadata().begin(), info->metadata().end());
  }
  if (const auto info = FindDetail<google::rpc::RetryInfo>(status)) {
    result.retry_delay = RetryDelay(*info);
  }
  if (const auto quota = FindDetail<google::rpc::QuotaFailure>(status)) {
    for (const auto& violation : quota->violations()) {
      result.quota_violations.push_back(
          absl::StrCat(violation.subject(), ": ", violation.description()));
    }
  }
  return result;
}

}  // namespace uacced::client
