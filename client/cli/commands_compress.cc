// compress, decompress and copy.
#include <memory>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "client/cli/files.h"
#include "client/cli/session.h"

namespace uacced::cli {
namespace {

double Ratio(size_t plain_bytes, size_t compressed_bytes) {
  if (compressed_bytes == 0) return 0;
  return static_cast<double>(plain_bytes) /
         static_cast<double>(compressed_bytes);
}

std::string NameOf(const std::string& path) {
  return std::string(InputName(path));
}

}  // namespace

absl::Status RunCompress(const Session& session) {
  const Options& options = session.options;
  const std::string& in = options.arguments[0];
  UACCED_ASSIGN_OR_RETURN(auto out, OutputFile::Open(options.output));
  if (!options.force && out->IsTerminal()) {
    return Fail(ExitCode::kFailure,
                "compress: compressed data is not for a terminal; -o FILE "
                "writes a file, --force writes it all the same");
  }
  v1::CompressRequest request;
  UACCED_ASSIGN_OR_RETURN(*request.mutable_input(),
                          ReadInput(in, kMaxInputBytes));
  request.set_format(options.format == v1::COMPRESSION_FORMAT_UNSPECIFIED
                         ? v1::COMPRESSION_FORMAT_GZIP
                         : options.format);
  if (options.level) request.set_level(*options.level);
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(request, InputName(in)));
  UACCED_RETURN_IF_ERROR(out->Commit(response.output()));
  const size_t in_bytes = request.input().size();
  const size_t out_bytes = response.output().size();
  ReportExecution(
      options, response.execution(),
      {NameOf(in), in_bytes, out_bytes, Ratio(in_bytes, out_bytes)});
  return absl::OkStatus();
}

absl::Status RunDecompress(const Session& session) {
  const Options& options = session.options;
  const std::string& in = options.arguments[0];
  UACCED_ASSIGN_OR_RETURN(auto out, OutputFile::Open(options.output));
  v1::DecompressRequest request;
  UACCED_ASSIGN_OR_RETURN(*request.mutable_input(),
                          ReadInput(in, kMaxInputBytes));
  request.set_format(options.format);
  request.set_max_output_bytes(options.max_output_bytes);
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(request, InputName(in)));
  UACCED_RETURN_IF_ERROR(out->Commit(response.output()));
  const size_t in_bytes = request.input().size();
  const size_t out_bytes = response.output().size();
  ReportExecution(
      options, response.execution(),
      {NameOf(in), in_bytes, out_bytes, Ratio(out_bytes, in_bytes)});
  return absl::OkStatus();
}

absl::Status RunCopy(const Session& session) {
  const std::string& in = session.options.arguments[0];
  UACCED_ASSIGN_OR_RETURN(auto out, OutputFile::Open(session.options.output));
  v1::CopyRequest request;
  UACCED_ASSIGN_OR_RETURN(*request.mutable_input(),
                          ReadInput(in, kMaxInputBytes));
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(request, InputName(in)));
  UACCED_RETURN_IF_ERROR(out->Commit(response.output()));
  ReportExecution(
      session.options, response.execution(),
      {NameOf(in), request.input().size(), response.output().size()});
  return absl::OkStatus();
}

}  // namespace uacced::cli
