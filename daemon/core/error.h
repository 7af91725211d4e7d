// Errors that leave the daemon say what a program needs beside the text: a
// reason, facts, when to retry, which limit. They travel in absl::Status as
// payloads, so that no layer below rpc needs to know google.rpc.
//
// Threads: pure functions.
#ifndef UACCED_DAEMON_CORE_ERROR_H_
#define UACCED_DAEMON_CORE_ERROR_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace uacced {

struct ErrorDetail {
  // UPPER_SNAKE_CASE; docs/errors.md lists all. Empty: the code's name.
  std::string reason;
  std::vector<std::pair<std::string, std::string>> metadata;
  // Zero: no advice.
  absl::Duration retry_after;
  // Empty: no limit was reached.
  std::string quota_subject;
  std::string quota_description;
};

// REQUIRES: code is not kOk.
absl::Status MakeError(absl::StatusCode code, absl::string_view message,
                       const ErrorDetail& detail);

// What MakeError() was given; empty fields for other statuses.
ErrorDetail GetErrorDetail(const absl::Status& status);

}  // namespace uacced

#endif  // UACCED_DAEMON_CORE_ERROR_H_
