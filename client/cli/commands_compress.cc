// compress and decompress.
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "client/cli/input_file.h"
#include "client/cli/output_file.h"
#include "client/cli/session.h"
#include "client/cli/transfer.h"

namespace uacced::cli {
namespace {

double Ratio(uint64_t plain_bytes, uint64_t compressed_bytes) {
  if (compressed_bytes == 0) return 0;
  return static_cast<double>(plain_bytes) /
         static_cast<double>(compressed_bytes);
}

v1::CompressStreamOptions CompressOptions(const Options& options) {
  v1::CompressStreamOptions stream;
  stream.set_format(options.format == v1::COMPRESSION_FORMAT_UNSPECIFIED
                        ? v1::COMPRESSION_FORMAT_GZIP
                        : options.format);
  if (options.level) stream.set_level(*options.level);
  if (options.serial) {
    stream.set_division(v1::CompressStreamOptions::DIVISION_SERIAL);
  }
  stream.set_block_bytes(static_cast<uint32_t>(options.block_bytes));
  stream.set_verify(options.verify);
  stream.set_mode(options.mode);
  return stream;
}

// Without a limit on the output only a window can be out of range: some zstd
// files (--long, --ultra) need more than a stream keeps.
bool NeedsWhole(const absl::Status& error, const Options& options) {
  return absl::IsOutOfRange(error) && options.max_output_bytes == 0;
}

// What a stream cannot do, in one request.
absl::Status DecompressWhole(const Session& session, InputFile& input,
                             OutputFile& out) {
  v1::DecompressRequest request;
  request.set_format(session.options.format);
  request.set_mode(session.options.mode);
  UACCED_RETURN_IF_ERROR(ReadRest(
      input, kMaxInputBytes,
      "it needs a window of more than 8 MiB, which is given only to less",
      *request.mutable_input()));
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(request, input.name()));
  UACCED_RETURN_IF_ERROR(out.Append(response.output()));
  UACCED_RETURN_IF_ERROR(out.Commit());
  const size_t in_bytes = request.input().size();
  const size_t out_bytes = response.output().size();
  ReportExecution(session.options, response.execution(),
                  {.name = std::string(input.name()),
                   .input_bytes = in_bytes,
                   .output_bytes = out_bytes,
                   .ratio = Ratio(out_bytes, in_bytes)});
  return absl::OkStatus();
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
  UACCED_ASSIGN_OR_RETURN(const auto input, InputFile::Open(in));
  UACCED_ASSIGN_OR_RETURN(
      const v1::StreamSummary summary,
      Transfer(session, StreamOf(session, CompressOptions(options)),
               {.input = *input,
                .output = out.get(),
                .describe = session.DescribeFor(input->name())}));
  UACCED_RETURN_IF_ERROR(out->Commit());
  ReportSummary(
      options, summary,
      {.name = std::string(input->name()),
       .ratio = Ratio(summary.input_bytes(), summary.output_bytes())});
  return absl::OkStatus();
}

absl::Status RunDecompress(const Session& session) {
  const Options& options = session.options;
  UACCED_ASSIGN_OR_RETURN(auto out, OutputFile::Open(options.output));
  UACCED_ASSIGN_OR_RETURN(const auto input,
                          InputFile::Open(options.arguments[0]));
  v1::DecompressStreamOptions stream;
  stream.set_format(options.format);
  stream.set_max_output_bytes(options.max_output_bytes);
  stream.set_mode(options.mode);
  bool needs_whole = false;
  const auto describe = [&](const absl::Status& error) {
    needs_whole = NeedsWhole(error, options);
    return session.DescribeFor(input->name())(error);
  };
  const auto summary =
      Transfer(session, StreamOf(session, stream),
               {.input = *input, .output = out.get(), .describe = describe});
  if (needs_whole && out->Discard() && input->Rewind()) {
    return DecompressWhole(session, *input, *out);
  }
  if (!summary.ok()) return summary.status();
  UACCED_RETURN_IF_ERROR(out->Commit());
  ReportSummary(
      options, *summary,
      {.name = std::string(input->name()),
       .ratio = Ratio(summary->output_bytes(), summary->input_bytes())});
  return absl::OkStatus();
}

}  // namespace uacced::cli
