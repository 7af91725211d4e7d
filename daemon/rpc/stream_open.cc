#include "daemon/rpc/stream_open.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/core/field_error.h"
#include "daemon/rpc/algorithm_proto.h"
#include "daemon/rpc/convert.h"
#include "daemon/rpc/execution_proto.h"
#include "daemon/stream/block_stream.h"
#include "daemon/stream/compress_blocks.h"
#include "daemon/stream/file_stream.h"
#include "daemon/stream/serial_stream.h"

namespace uacced {
namespace {

using Opened = absl::StatusOr<std::unique_ptr<ByteStream>>;

// Hashing is fast: small pieces would cost more than what is in them.
constexpr size_t kDigestPieceBytes = 1 << 20;

absl::Status CheckParallel(const v1::CompressStreamOptions& options,
                           uint32_t block_bytes) {
  if (block_bytes >= kMinBlockBytes && block_bytes <= kMaxBlockBytes) {
    return absl::OkStatus();
  }
  return FieldError("block_bytes", "BLOCK_BYTES_OUT_OF_RANGE",
                    absl::StrCat(options.block_bytes(), " is not in ",
                                 kMinBlockBytes, "..", kMaxBlockBytes));
}

absl::Status CheckSerial(const v1::CompressStreamOptions& options) {
  if (options.verify()) {
    return FieldError("verify", "VERIFY_NOT_SERIAL",
                      "needs blocks: take DIVISION_PARALLEL, or decompress "
                      "the output and compare");
  }
  if (options.block_bytes() != 0) {
    return FieldError("block_bytes", "BLOCK_BYTES_NOT_SERIAL",
                      "is for DIVISION_PARALLEL");
  }
  return absl::OkStatus();
}

Opened Open(const v1::CompressStreamOptions& options, const StreamPath& path,
            const ConvertContext& context) {
  v1::CompressRequest whole;
  whole.set_format(options.format());
  if (options.has_level()) whole.set_level(options.level());
  Step step;
  UACCED_RETURN_IF_ERROR(Convert(whole, context, step));
  const hw::Request& request = step.request;
  if (!v1::CompressStreamOptions::Division_IsValid(options.division())) {
    return FieldError("division", "DIVISION_UNKNOWN",
                      "is not PARALLEL or SERIAL");
  }
  if (options.division() == v1::CompressStreamOptions::DIVISION_SERIAL) {
    UACCED_RETURN_IF_ERROR(CheckSerial(options));
    return std::make_unique<SerialStream>(
        path, SerialStream::Options{.spec = {.operation = request.operation,
                                             .algorithm = request.algorithm,
                                             .level = request.level}});
  }
  const uint32_t block_bytes = options.block_bytes() != 0
                                   ? options.block_bytes()
                                   : DefaultBlockBytes(request.algorithm);
  UACCED_RETURN_IF_ERROR(CheckParallel(options, block_bytes));
  return std::make_unique<BlockStream>(
      path, std::make_unique<CompressBlocks>(
                CompressBlocks::Options{.format = request.algorithm,
                                        .level = request.level,
                                        .block_bytes = block_bytes,
                                        .verify = options.verify()}));
}

Opened Open(const v1::DecompressStreamOptions& options, const StreamPath& path,
            const ConvertContext& context) {
  v1::DecompressRequest whole;
  whole.set_format(options.format());
  Step step;
  UACCED_RETURN_IF_ERROR(Convert(whole, context, step));
  SerialStream::Options serial;
  serial.spec.operation = step.request.operation;
  serial.spec.algorithm = step.request.algorithm;
  if (options.max_output_bytes() != 0) {
    serial.max_output_bytes = options.max_output_bytes();
  }
  return std::make_unique<SerialStream>(path, serial);
}

absl::StatusOr<std::shared_ptr<const Key>> FindFileKeyByName(
    const std::string& name, uint32_t version, const KeyStore& keys) {
  UACCED_ASSIGN_OR_RETURN(std::shared_ptr<const Key> key,
                          FindKey(name, version, keys));
  const hw::AlgorithmInfo& info = hw::Info(key->algorithm());
  if (info.family != hw::Family::kAead) {
    return FieldError("key", "KEY_WRONG_USE",
                      absl::StrCat("is for ", info.name,
                                   "; files take a key for an authenticated "
                                   "algorithm (AEAD)"));
  }
  return key;
}

Opened Open(const v1::EncryptStreamOptions& options, const StreamPath& path,
            const ConvertContext& context) {
  UACCED_ASSIGN_OR_RETURN(const std::shared_ptr<const Key> key,
                          FindFileKeyByName(options.key(), 0, context.keys));
  if (key->caller_nonce()) {
    return FieldError("key", "KEY_WRONG_USE",
                      "was made with caller_nonce; in files the daemon makes "
                      "the nonces");
  }
  if (options.algorithm() != v1::CIPHER_ALGORITHM_UNSPECIFIED &&
      FromProto(options.algorithm()) != key->algorithm()) {
    return FieldError(
        "algorithm", "ALGORITHM_MISMATCH",
        absl::StrCat("the key is for ", hw::Info(key->algorithm()).name));
  }
  const uint32_t chunk_bytes =
      options.chunk_bytes() == 0 ? kDefaultChunkBytes : options.chunk_bytes();
  if (chunk_bytes < kMinChunkBytes || chunk_bytes > kMaxChunkBytes) {
    return FieldError("chunk_bytes", "CHUNK_BYTES_OUT_OF_RANGE",
                      absl::StrCat(chunk_bytes, " is not in ", kMinChunkBytes,
                                   "..", kMaxChunkBytes));
  }
  return MakeEncryptStream(path, *key, chunk_bytes);
}

Opened Open(const v1::DecryptStreamOptions& options, const StreamPath& path,
            const ConvertContext& context) {
  return MakeDecryptStream(
      path,
      [name = options.key(), &keys = context.keys](const FileHeader& header)
          -> absl::StatusOr<std::shared_ptr<const Key>> {
        UACCED_ASSIGN_OR_RETURN(
            std::shared_ptr<const Key> key,
            FindFileKeyByName(name.empty() ? header.key : name,
                              header.key_version, keys));
        if (key->algorithm() == header.algorithm) return key;
        return FieldError(
            "key", "ALGORITHM_MISMATCH",
            absl::StrCat("is for ", hw::Info(key->algorithm()).name,
                         ", the file for ", hw::Info(header.algorithm).name));
      });
}

Opened Open(const v1::DigestStreamOptions& options, const StreamPath& path,
            const ConvertContext& context) {
  v1::DigestRequest whole;
  whole.set_algorithm(options.algorithm());
  whole.set_key(options.key());
  whole.set_key_version(options.key_version());
  Step step;
  UACCED_RETURN_IF_ERROR(Convert(whole, context, step));
  SerialStream::Options serial;
  serial.spec.operation = step.request.operation;
  serial.spec.algorithm = step.request.algorithm;
  serial.spec.key = step.request.key;
  serial.key = step.key;
  serial.input_piece_bytes = kDigestPieceBytes;
  serial.output_piece_bytes = hw::kMaxDigestBytes;
  return std::make_unique<SerialStream>(path, serial);
}

template <typename Options>
Opened ParseAndOpen(const std::optional<std::string>& options,
                    const StreamPath& path, const ConvertContext& context) {
  Options message;
  if (options.has_value() && !message.ParseFromString(*options)) {
    return FieldError("options", "MALFORMED_MESSAGE", "is malformed");
  }
  StreamPath chosen = path;
  UACCED_ASSIGN_OR_RETURN(chosen.mode,
                          ModeFromProto(message.mode(), path.mode));
  return Open(message, chosen, context);
}

}  // namespace

Opened OpenByteStream(StreamKind kind,
                      const std::optional<std::string>& options,
                      const StreamPath& path, const KeyStore& keys) {
  const ConvertContext context{.keys = keys, .max_output_bytes = UINT64_MAX};
  switch (kind) {
    case StreamKind::kCompress:
      return ParseAndOpen<v1::CompressStreamOptions>(options, path, context);
    case StreamKind::kDecompress:
      return ParseAndOpen<v1::DecompressStreamOptions>(options, path, context);
    case StreamKind::kEncrypt:
      return ParseAndOpen<v1::EncryptStreamOptions>(options, path, context);
    case StreamKind::kDecrypt:
      return ParseAndOpen<v1::DecryptStreamOptions>(options, path, context);
    case StreamKind::kDigest:
      break;
  }
  return ParseAndOpen<v1::DigestStreamOptions>(options, path, context);
}

void FillSummary(StreamKind kind, const StreamTotals& totals,
                 const Placement& placement, v1::StreamSummary& out) {
  out.set_input_bytes(totals.input_bytes);
  out.set_output_bytes(totals.output_bytes);
  out.set_block_count(totals.piece_count);
  for (const StreamTotals::Device& worked : totals.devices) {
    v1::Execution& execution = *out.add_executions();
    FillExecution(placement.targets()[worked.index].info(), worked.fallback,
                  execution);
    execution.set_queue_wait_ns(worked.queue_wait_ns);
    execution.set_service_time_ns(worked.service_time_ns);
  }
  if (kind == StreamKind::kDecompress) {
    out.set_format(ToFormat(totals.algorithm));
  }
  out.set_key(totals.key);
  out.set_key_version(totals.key_version);
  out.set_algorithm(ToCipher(totals.algorithm));
}

}  // namespace uacced
