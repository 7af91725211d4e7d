#include "daemon/task/payload.h"

#include "absl/strings/str_cat.h"
#include "daemon/core/field_error.h"
#include "daemon/task/format_detect.h"

namespace uacced {
namespace {

using hw::Algorithm;

// SP 800-38E: at most 2^20 blocks under one tweak.
constexpr size_t kMaxXtsBytes = size_t{16} << 20;

bool IsXts(Algorithm algorithm) {
  return algorithm == Algorithm::kAes128Xts ||
         algorithm == Algorithm::kAes256Xts || algorithm == Algorithm::kSm4Xts;
}

bool IsCcm(Algorithm algorithm) {
  return algorithm == Algorithm::kAes128Ccm ||
         algorithm == Algorithm::kAes256Ccm;
}

absl::Status CheckCompressed(hw::Request& request) {
  if (request.source.empty()) return EmptyInput();
  if (request.algorithm != Algorithm::kNone) return absl::OkStatus();
  request.algorithm = DetectFormat(request.source);
  return request.algorithm != Algorithm::kNone ? absl::OkStatus()
                                               : FormatNotDetected();
}

absl::Status CheckCbc(absl::string_view field, const hw::Request& request) {
  const size_t bytes = request.source.size();
  if (request.pkcs7_padding && request.operation == hw::Operation::kEncrypt) {
    return absl::OkStatus();
  }
  if (bytes % hw::kCipherBlockBytes != 0) {
    return FieldError(field, "INPUT_LENGTH",
                      "CBC without padding takes whole blocks of 16 bytes");
  }
  if (request.pkcs7_padding && bytes == 0) {
    return FieldError(field, "INPUT_LENGTH",
                      "padded CBC is at least one block of 16 bytes");
  }
  return absl::OkStatus();
}

absl::Status CheckCcm(absl::string_view field, const hw::Request& request) {
  const size_t bytes = request.source.size();
  // The length field has what the nonce leaves of 15 bytes.
  const size_t length_bytes = 15 - request.nonce.size();
  if (length_bytes >= 4 || bytes >> (8 * length_bytes) == 0) {
    return absl::OkStatus();
  }
  return FieldError(
      field, "INPUT_LENGTH",
      absl::StrCat("CCM with a nonce of ", request.nonce.size(),
                   " bytes takes less than 2^", 8 * length_bytes, " bytes"));
}

absl::Status CheckCipherPayload(const hw::Request& request) {
  const absl::string_view field = PayloadField(request.operation);
  const size_t bytes = request.source.size();
  if (IsXts(request.algorithm) && (bytes < 16 || bytes > kMaxXtsBytes)) {
    return FieldError(field, "INPUT_LENGTH",
                      absl::StrCat("XTS takes 16..", kMaxXtsBytes,
                                   " bytes at once, not ", bytes));
  }
  if (hw::IsCbc(request.algorithm)) return CheckCbc(field, request);
  if (IsCcm(request.algorithm)) return CheckCcm(field, request);
  return absl::OkStatus();
}

}  // namespace

absl::Status EmptyInput() {
  return FieldError("input", "CORRUPT_INPUT",
                    "is empty, which no compressed format is");
}

absl::Status FormatNotDetected() {
  return FieldError("input", "FORMAT_NOT_DETECTED",
                    "begins like none of gzip, zlib, zstd, lz4; name the "
                    "format if it is raw deflate");
}

absl::string_view PayloadField(hw::Operation operation) {
  switch (operation) {
    case hw::Operation::kEncrypt:
      return "plaintext";
    case hw::Operation::kDecrypt:
      return "ciphertext";
    default:
      return "input";
  }
}

absl::Status BindSource(hw::Bytes source, hw::Request& request) {
  request.source = source;
  // The pieces of a stream are looked at by the stream.
  if (request.stream != nullptr) return absl::OkStatus();
  switch (request.operation) {
    case hw::Operation::kDecompress:
      return CheckCompressed(request);
    case hw::Operation::kEncrypt:
    case hw::Operation::kDecrypt:
      return CheckCipherPayload(request);
    default:
      return absl::OkStatus();
  }
}

}  // namespace uacced
