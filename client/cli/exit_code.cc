#include "client/cli/exit_code.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cpp/error.h"

namespace uacced::cli {
namespace {

constexpr char kPayloadUrl[] = "uaccectl/exit-code";

struct Explanation {
  ExitCode code;
  const char* advice;
};

// Nobody listens at a Unix socket, or we may not connect: gRPC's own text is
// about "all addresses" and says neither.
Explanation ExplainNoConnection(absl::string_view server) {
  constexpr Explanation kUnreachable = {
      ExitCode::kUnavailable,
      "is uacced running there? --server or UACCED_SERVER names another"};
  if (!absl::ConsumePrefix(&server, "unix:")) return kUnreachable;
  const std::string path(server);
  if (access(path.c_str(), W_OK) == 0) return kUnreachable;
  if (errno == EACCES) {
    return {ExitCode::kPermission,
            "this user may not write to the socket; ask for its group"};
  }
  return kUnreachable;
}

Explanation Explain(const absl::Status& error, absl::string_view server) {
  const client::ErrorDetails details = client::GetErrorDetails(error);
  switch (error.code()) {
    case absl::StatusCode::kUnavailable:
      if (details.reason.empty() || details.reason == "STREAM_LOST") {
        return ExplainNoConnection(server);
      }
      return {ExitCode::kUnavailable, "try again later"};
    case absl::StatusCode::kInvalidArgument:
      if (details.reason == "CORRUPT_INPUT") {
        return {ExitCode::kCorrupt, "the input is damaged or of another kind"};
      }
      if (details.reason == "LEVEL_OUT_OF_RANGE") return {ExitCode::kUsage, ""};
      if (details.reason == "FORMAT_NOT_DETECTED") {
        return {ExitCode::kCorrupt, "-f names the format of raw deflate"};
      }
      if (details.reason == "DECRYPT_FAILED") {
        return {ExitCode::kCorrupt,
                "the file was changed or this is not its key"};
      }
      return {ExitCode::kFailure, ""};
    case absl::StatusCode::kDataLoss:
      if (details.reason == "CRC32C_MISMATCH" ||
          details.reason == "STREAM_TRUNCATED") {
        return {ExitCode::kCorrupt, "lost or changed on its way: try again"};
      }
      return {ExitCode::kCorrupt, "tell the operator of the daemon"};
    case absl::StatusCode::kOutOfRange:
      return {ExitCode::kLimit, "raise --max-output if that is expected"};
    case absl::StatusCode::kResourceExhausted:
      return {ExitCode::kLimit,
              "use less at a time, or ask the operator for higher limits"};
    case absl::StatusCode::kNotFound:
      if (details.reason == "DEVICE_NOT_FOUND") {
        return {ExitCode::kNotFound, "see uaccectl devices"};
      }
      return {ExitCode::kNotFound, "see uaccectl keys list"};
    case absl::StatusCode::kAlreadyExists:
      return {ExitCode::kFailure, "choose another name"};
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return {ExitCode::kPermission, ""};
    case absl::StatusCode::kDeadlineExceeded:
      return {ExitCode::kDeadline, "--timeout gives it longer"};
    case absl::StatusCode::kUnimplemented:
      return {ExitCode::kFailure,
              "uaccectl devices shows what this daemon can do"};
    default:
      return {ExitCode::kFailure, ""};
  }
}

}  // namespace

absl::Status Fail(ExitCode code, absl::string_view text) {
  absl::Status status(absl::StatusCode::kUnknown, text);
  status.SetPayload(kPayloadUrl,
                    absl::Cord(absl::StrCat(static_cast<int>(code))));
  return status;
}

absl::Status UsageError(absl::string_view text) {
  return Fail(ExitCode::kUsage, text);
}

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return ExitCode::kOk;
  const auto payload = status.GetPayload(kPayloadUrl);
  int code;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &code)) {
    return ExitCode::kFailure;
  }
  return static_cast<ExitCode>(code);
}

absl::Status DescribeCallError(const absl::Status& error,
                               absl::string_view what,
                               absl::string_view server) {
  const Explanation explanation = Explain(error, server);
  std::string why(error.message());
  if (why.empty()) why = absl::StatusCodeToString(error.code());
  if (explanation.code == ExitCode::kUnavailable ||
      explanation.code == ExitCode::kPermission) {
    absl::StrAppend(&why, " (", server, ")");
  }
  const char* const separator = *explanation.advice == '\0' ? "" : "; ";
  return Fail(explanation.code,
              absl::StrCat(what, ": ", why, separator, explanation.advice));
}

std::string OneLine(absl::string_view text) {
  std::string line(text);
  for (char& c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  return line;
}

}  // namespace uacced::cli
