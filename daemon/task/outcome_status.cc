#include "daemon/task/outcome_status.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/core/error.h"

namespace uacced {
namespace {

using absl::StatusCode;

absl::Status FromDevice(const Outcome& outcome, hw::Operation operation,
                        uint64_t output_limit_bytes) {
  switch (outcome.code) {
    case StatusCode::kInvalidArgument:
      // One error for everything a decryption can fail on, or it would tell
      // an attacker how far a forgery got.
      if (operation == hw::Operation::kDecrypt) {
        return MakeError(outcome.code, "decryption failed",
                         {.reason = "DECRYPT_FAILED"});
      }
      return MakeError(outcome.code,
                       "the input is corrupt, truncated or not of this format",
                       {.reason = "CORRUPT_INPUT"});
    case StatusCode::kOutOfRange:
      return MakeError(
          outcome.code,
          absl::StrCat("the output is larger than max_output_bytes, ",
                       output_limit_bytes),
          {.reason = "OUTPUT_TOO_LARGE",
           .metadata = {
               {"max_output_bytes", absl::StrCat(output_limit_bytes)}}});
    case StatusCode::kUnavailable:
      return MakeError(
          outcome.code, "the device failed; retry",
          {.reason = "DEVICE_FAILED", .retry_after = absl::Milliseconds(20)});
    default:
      return MakeError(outcome.code, "the device failed",
                       {.reason = "DEVICE_FAILED"});
  }
}

}  // namespace

absl::Status OutcomeStatus(const Outcome& outcome, hw::Operation operation,
                           uint64_t output_limit_bytes) {
  if (outcome.code == StatusCode::kOk) return absl::OkStatus();
  switch (outcome.cause) {
    case Cause::kDevice:
      return FromDevice(outcome, operation, output_limit_bytes);
    case Cause::kExpired:
      return MakeError(outcome.code,
                       "the deadline passed while the request was waiting for "
                       "a device; nothing was done",
                       {.reason = "EXPIRED_IN_QUEUE"});
    case Cause::kCancelled:
      return MakeError(outcome.code, "the client cancelled the request",
                       {.reason = "CANCELLED_BY_CLIENT"});
    case Cause::kShuttingDown:
      return MakeError(
          outcome.code, "the daemon is shutting down; connect again and retry",
          {.reason = "SHUTTING_DOWN", .retry_after = absl::Milliseconds(200)});
    case Cause::kDeviceLost:
      return MakeError(
          outcome.code, "the device was lost under the request; retry",
          {.reason = "DEVICE_LOST", .retry_after = absl::Milliseconds(200)});
    case Cause::kUnsupported:
      return MakeError(outcome.code, "the device refused the operation",
                       {.reason = "OPERATION_NOT_SUPPORTED"});
  }
  return MakeError(StatusCode::kInternal, "unknown outcome",
                   {.reason = "INTERNAL"});
}

absl::Status AcceleratorFailed(absl::string_view name) {
  return MakeError(
      StatusCode::kUnavailable,
      absl::StrCat(name, " failed this request; retry, or see `uaccectl ",
                   "devices`"),
      {.reason = "DEVICE_FAILED", .retry_after = absl::Milliseconds(20)});
}

absl::Status InputNotConfirmed(absl::string_view name) {
  return MakeError(
      StatusCode::kUnavailable,
      absl::StrCat(name,
                   " calls the input corrupt, which nothing confirms in "
                   "a stream that it makes: the input or the device is bad; "
                   "PREFER_HARDWARE tells for certain"),
      {.reason = "INPUT_NOT_CONFIRMED"});
}

}  // namespace uacced
