// How uaccectl ends, and the one line it says when it fails:
//
//   uaccectl: WHAT: WHY; what to do
//
// A failure is an absl::Status whose text is that line without "uaccectl: ";
// the exit code travels with it.
#ifndef UACCED_CLIENT_CLI_EXIT_CODE_H_
#define UACCED_CLIENT_CLI_EXIT_CODE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace uacced::cli {

// Part of the interface: documented in help.cc and uaccectl.1.
enum class ExitCode {
  kOk = 0,
  kFailure = 1,
  kUsage = 2,
  kUnavailable = 3,
  kCorrupt = 4,
  kLimit = 5,
  kNotFound = 6,
  kPermission = 7,
  kDeadline = 8,
};

// `text` is empty to end without a word.
absl::Status Fail(ExitCode code, absl::string_view text);

// A wrong command line.
absl::Status UsageError(absl::string_view text);

// kOk for OK; kFailure for statuses that Fail() and DescribeCallError() did
// not make, e.g. those of files.
ExitCode ExitCodeOf(const absl::Status& status);

// What a failed call of the daemon means to the user. `what` is the command or
// file, `server` the address that was called.
absl::Status DescribeCallError(const absl::Status& error,
                               absl::string_view what,
                               absl::string_view server);

// `text` with control characters, which could fool a terminal, as '?'.
std::string OneLine(absl::string_view text);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_EXIT_CODE_H_
