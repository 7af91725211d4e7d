// Compress, Decompress and Copy.
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/rpc/algorithm_proto.h"
#include "daemon/rpc/convert.h"
#include "daemon/rpc/field_error.h"
#include "daemon/rpc/format_detect.h"

namespace uacced {
namespace {

hw::Bytes AsBytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

absl::Status Convert(const v1::CompressRequest& message,
                     const ConvertContext& /*context*/, Conversion& out) {
  const hw::Algorithm algorithm = FromProto(message.format());
  if (algorithm == hw::Algorithm::kNone) {
    return FieldError("format", "FORMAT_REQUIRED",
                      "must be one of gzip, zlib, deflate, zstd, lz4");
  }
  const hw::AlgorithmInfo& info = hw::Info(algorithm);
  const int level = message.has_level() ? message.level() : info.default_level;
  if (level < info.min_level || level > info.max_level) {
    return FieldError(
        "level", "LEVEL_OUT_OF_RANGE",
        absl::StrCat(level, " is not in ", info.min_level, "..", info.max_level,
                     ", the range of ", info.name));
  }
  out.request.operation = hw::Operation::kCompress;
  out.request.algorithm = algorithm;
  out.request.level = static_cast<int8_t>(level);
  out.request.source = AsBytes(message.input());
  return absl::OkStatus();
}

absl::Status Convert(const v1::DecompressRequest& message,
                     const ConvertContext& context, Conversion& out) {
  if (message.max_output_bytes() > context.max_output_bytes) {
    return MakeError(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("max_output_bytes: ", message.max_output_bytes(),
                     " is more than this daemon's limits.max_output_bytes, ",
                     context.max_output_bytes),
        {.reason = "OUTPUT_LIMIT_TOO_LARGE",
         .metadata = {{"field", "max_output_bytes"}},
         .quota_subject = "daemon",
         .quota_description = absl::StrCat("limits.max_output_bytes = ",
                                           context.max_output_bytes)});
  }
  const hw::Bytes input = AsBytes(message.input());
  if (input.empty()) {
    return FieldError("input", "CORRUPT_INPUT",
                      "is empty, which no compressed format is");
  }
  hw::Algorithm algorithm = FromProto(message.format());
  if (message.format() == v1::COMPRESSION_FORMAT_UNSPECIFIED) {
    algorithm = DetectFormat(input);
    if (algorithm == hw::Algorithm::kNone) {
      return FieldError("input", "FORMAT_NOT_DETECTED",
                        "begins like none of gzip, zlib, zstd, lz4; name the "
                        "format if it is raw deflate");
    }
  }
  if (algorithm == hw::Algorithm::kNone) {
    return FieldError("format", "FORMAT_REQUIRED",
                      "is not a format that this daemon knows");
  }
  out.request.operation = hw::Operation::kDecompress;
  out.request.algorithm = algorithm;
  out.request.source = input;
  out.output_limit_bytes = message.max_output_bytes() == 0
                               ? context.max_output_bytes
                               : message.max_output_bytes();
  return absl::OkStatus();
}

absl::Status Convert(const v1::CopyRequest& message,
                     const ConvertContext& /*context*/, Conversion& out) {
  out.request.operation = hw::Operation::kCopy;
  out.request.source = AsBytes(message.input());
  return absl::OkStatus();
}

}  // namespace uacced
