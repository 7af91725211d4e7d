#include "client/cli/exit_code.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "client/cpp/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

constexpr char kServer[] = "unix:/run/none.sock";

absl::Status FromDaemon(absl::StatusCode code, const std::string& reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  google::rpc::Status status;
  status.add_details()->PackFrom(info);
  return client::MakeError(static_cast<int>(code), "text",
                           status.SerializeAsString());
}

ExitCode CodeFor(absl::StatusCode code, const std::string& reason) {
  return ExitCodeOf(DescribeCallError(FromDaemon(code, reason), "w", kServer));
}

TEST(ExitCodeTest, EachKindOfFailureHasItsOwn) {
  using enum absl::StatusCode;
  EXPECT_EQ(CodeFor(kUnavailable, "OVERLOADED"), ExitCode::kUnavailable);
  EXPECT_EQ(CodeFor(kInvalidArgument, "CORRUPT_INPUT"), ExitCode::kCorrupt);
  EXPECT_EQ(CodeFor(kInvalidArgument, "DECRYPT_FAILED"), ExitCode::kCorrupt);
  EXPECT_EQ(CodeFor(kInvalidArgument, "INVALID_FIELD"), ExitCode::kFailure);
  EXPECT_EQ(CodeFor(kDataLoss, "VERIFY"), ExitCode::kCorrupt);
  EXPECT_EQ(CodeFor(kOutOfRange, "OUTPUT"), ExitCode::kLimit);
  EXPECT_EQ(CodeFor(kResourceExhausted, "SIZE"), ExitCode::kLimit);
  EXPECT_EQ(CodeFor(kNotFound, "KEY"), ExitCode::kNotFound);
  EXPECT_EQ(CodeFor(kAlreadyExists, "KEY"), ExitCode::kFailure);
  EXPECT_EQ(CodeFor(kPermissionDenied, "NO"), ExitCode::kPermission);
  EXPECT_EQ(CodeFor(kUnauthenticated, "NO"), ExitCode::kPermission);
  EXPECT_EQ(CodeFor(kDeadlineExceeded, ""), ExitCode::kDeadline);
  EXPECT_EQ(CodeFor(kUnimplemented, "NO_DEVICE"), ExitCode::kFailure);
  EXPECT_EQ(CodeFor(kInternal, ""), ExitCode::kFailure);
}

TEST(ExitCodeTest, TextSaysWhatWhyAndWhatToDo) {
  EXPECT_EQ(
      DescribeCallError(FromDaemon(absl::StatusCode::kDeadlineExceeded, "LATE"),
                        "file.txt", kServer)
          .message(),
      "file.txt: text; --timeout gives it longer");
  EXPECT_EQ(DescribeCallError(absl::InternalError(""), "w", kServer).message(),
            "w: INTERNAL");
  const auto not_found = [](const char* reason) {
    return std::string(
        DescribeCallError(FromDaemon(absl::StatusCode::kNotFound, reason), "w",
                          kServer)
            .message());
  };
  EXPECT_EQ(not_found("KEY_NOT_FOUND"), "w: text; see uaccectl keys list");
  EXPECT_EQ(not_found("DEVICE_NOT_FOUND"), "w: text; see uaccectl devices");
}

TEST(ExitCodeTest, NobodyAtTheSocketIsUnavailable) {
  const absl::Status described = DescribeCallError(
      absl::UnavailableError("no connection"), "status", kServer);
  EXPECT_EQ(ExitCodeOf(described), ExitCode::kUnavailable);
  EXPECT_NE(described.message().find("is uacced running there?"),
            std::string::npos);
}

TEST(ExitCodeTest, AStreamWithoutADaemonIsExplainedLikeACall) {
  const absl::Status described = DescribeCallError(
      FromDaemon(absl::StatusCode::kUnavailable, "STREAM_LOST"), "in", kServer);
  EXPECT_EQ(ExitCodeOf(described), ExitCode::kUnavailable);
  EXPECT_NE(described.message().find("is uacced running there?"),
            std::string::npos);
}

TEST(ExitCodeTest, StatusesOfFilesAreOrdinaryFailures) {
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("file")), ExitCode::kFailure);
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), ExitCode::kOk);
  EXPECT_EQ(ExitCodeOf(UsageError("x")), ExitCode::kUsage);
}

TEST(ExitCodeTest, OneLineDisarmsControlCharacters) {
  EXPECT_EQ(OneLine("a\nb\x1b[31m\tc\x7f\xc3\xa4"), "a?b?[31m?c?\xc3\xa4");
}

}  // namespace
}  // namespace uacced::cli
