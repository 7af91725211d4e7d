// digest: the lines of sha256sum, for any hash or HMAC.
#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "client/cli/input_file.h"
#include "client/cli/names.h"
#include "client/cli/output_file.h"
#include "client/cli/print.h"
#include "client/cli/session.h"
#include "client/cli/transfer.h"

namespace uacced::cli {
namespace {

// As sha256sum of coreutils 9: a name that would break the line is escaped,
// and a backslash in front of the line says so.
std::string DigestLine(const std::string& hex, const std::string& name) {
  const std::string escaped =
      absl::StrReplaceAll(name, {{"\\", "\\\\"}, {"\n", "\\n"}, {"\r", "\\r"}});
  const char* const mark = escaped == name ? "" : "\\";
  return absl::StrCat(mark, hex, "  ", escaped, "\n");
}

absl::Status DigestOne(const Session& session, const std::string& in) {
  const Options& options = session.options;
  v1::DigestStreamOptions stream;
  stream.set_algorithm(ChosenHash(options));
  stream.set_key(options.key);
  stream.set_mode(options.mode);
  UACCED_ASSIGN_OR_RETURN(const auto input, InputFile::Open(in));
  std::string digest;
  UACCED_ASSIGN_OR_RETURN(
      const v1::StreamSummary summary,
      Transfer(session, StreamOf(session, stream),
               {.input = *input,
                .text = &digest,
                .describe = session.DescribeFor(input->name())}));
  const std::string hex = absl::BytesToHexString(digest);
  if (options.json) {
    JsonObject json;
    json.Add("name", in);
    if (!options.algorithm.empty() || options.key.empty()) {
      json.Add("algorithm",
               options.algorithm.empty() ? "sha256" : options.algorithm);
    }
    if (!options.key.empty()) json.Add("key", options.key);
    json.Add("digest", hex);
    UACCED_RETURN_IF_ERROR(
        WriteStandardOutput(absl::StrCat(json.ToString(), "\n")));
  } else {
    UACCED_RETURN_IF_ERROR(WriteStandardOutput(DigestLine(hex, in)));
  }
  ReportSummary(options, summary, {.name = std::string(input->name())});
  return absl::OkStatus();
}

}  // namespace

// One bad input does not keep the others from being hashed; the exit code is
// the last failure's. An unreachable daemon ends it at once.
absl::Status RunDigest(const Session& session) {
  absl::Status failure;
  for (const std::string& in : session.options.arguments) {
    absl::Status status = DigestOne(session, in);
    if (status.ok()) continue;
    if (!failure.ok()) {
      absl::FPrintF(stderr, "uaccectl: %s\n", OneLine(failure.message()));
    }
    failure = std::move(status);
    const ExitCode code = ExitCodeOf(failure);
    if (code == ExitCode::kUnavailable || failure.message().empty()) break;
  }
  return failure;
}

}  // namespace uacced::cli
