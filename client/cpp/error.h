// What a failed call says beyond its code and text: the google.rpc details
// that the daemon puts into the "grpc-status-details-bin" trailer.
//
// Threads: pure functions.
// Errors:  details that are malformed or too many are left out; the code and
//          the text always arrive.
#ifndef UACCED_CLIENT_CPP_ERROR_H_
#define UACCED_CLIENT_CPP_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace uacced::client {

struct ErrorDetails {
  // google.rpc.ErrorInfo: UPPER_SNAKE_CASE, e.g. "CORRUPT_INPUT"; empty when
  // the failure did not come from the daemon (no connection, say).
  std::string reason;
  std::string domain;  // "uacced" from the daemon, or kLocalDomain
  std::map<std::string, std::string> metadata;
  // google.rpc.RetryInfo: wait at least this long before the next try.
  std::optional<absl::Duration> retry_delay;
  // google.rpc.QuotaFailure: "subject: description" of each limit reached.
  std::vector<std::string> quota_violations;
};

// A status of `code` (a canonical code's number; UNKNOWN when it is none) and
// `text`. `serialized_details` is a google.rpc.Status or empty; each of its
// details becomes a payload of the result under its type URL.
// REQUIRES: `code` != 0.
absl::Status MakeError(int code, absl::string_view text,
                       absl::string_view serialized_details);

// An error that the library itself makes, with an ErrorInfo of `reason` and
// this domain, so that programs decide by reason here, too.
inline constexpr char kLocalDomain[] = "uacced-client";
absl::Status MakeLocalError(absl::StatusCode code, absl::string_view reason,
                            absl::string_view text);

// Reads the payloads that MakeError() attached.
ErrorDetails GetErrorDetails(const absl::Status& status);

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_ERROR_H_
