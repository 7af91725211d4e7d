// Compress, Decompress and Copy.
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "daemon/core/field_error.h"
#include "daemon/rpc/algorithm_proto.h"
#include "daemon/rpc/convert.h"
#include "daemon/rpc/execution_proto.h"

namespace uacced {

absl::Status Convert(const v1::CompressRequest& message,
                     const ConvertContext& context, Step& out) {
  UACCED_ASSIGN_OR_RETURN(out.mode,
                          ModeFromProto(message.mode(), context.mode));
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
  out.verify = message.verify();
  return absl::OkStatus();
}

absl::Status Convert(const v1::DecompressRequest& message,
                     const ConvertContext& context, Step& out) {
  UACCED_ASSIGN_OR_RETURN(out.mode,
                          ModeFromProto(message.mode(), context.mode));
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
  const hw::Algorithm algorithm = FromProto(message.format());
  if (algorithm == hw::Algorithm::kNone &&
      message.format() != v1::COMPRESSION_FORMAT_UNSPECIFIED) {
    return FieldError("format", "FORMAT_REQUIRED",
                      "is not a format that this daemon knows");
  }
  out.request.operation = hw::Operation::kDecompress;
  out.request.algorithm = algorithm;
  out.output_limit_bytes = message.max_output_bytes() == 0
                               ? context.max_output_bytes
                               : message.max_output_bytes();
  return absl::OkStatus();
}

absl::Status Convert(const v1::CopyRequest& message,
                     const ConvertContext& context, Step& out) {
  UACCED_ASSIGN_OR_RETURN(out.mode,
                          ModeFromProto(message.mode(), context.mode));
  out.request.operation = hw::Operation::kCopy;
  return absl::OkStatus();
}

}  // namespace uacced
