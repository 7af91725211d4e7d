#include "daemon/rpc/operation_task.h"

#include <string>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/crc32c.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/core/field_error.h"
#include "daemon/rpc/algorithm_proto.h"
#include "daemon/rpc/convert.h"
#include "daemon/rpc/execution_proto.h"

namespace uacced {
namespace {

std::string AsString(hw::Bytes bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

hw::Operation OperationOf(OperationKind kind) {
  switch (kind) {
    case OperationKind::kCompress:
      return hw::Operation::kCompress;
    case OperationKind::kDecompress:
      return hw::Operation::kDecompress;
    case OperationKind::kEncrypt:
      return hw::Operation::kEncrypt;
    case OperationKind::kDecrypt:
      return hw::Operation::kDecrypt;
    case OperationKind::kDigest:
      return hw::Operation::kDigest;
    case OperationKind::kCopy:
    case OperationKind::kChain:  // Before its steps are known.
      break;
  }
  return hw::Operation::kCopy;
}

// The steps of a chain get their payload from each other.
absl::string_view PayloadOf(const v1::CompressRequest& step) {
  return step.input();
}
absl::string_view PayloadOf(const v1::DecompressRequest& step) {
  return step.input();
}
absl::string_view PayloadOf(const v1::EncryptRequest& step) {
  return step.plaintext();
}
absl::string_view PayloadOf(const v1::DecryptRequest& step) {
  return step.ciphertext();
}
absl::string_view PayloadOf(const v1::DigestRequest& step) {
  return step.input();
}

template <typename Message>
absl::Status ConvertChainStep(const Message& message,
                              const ConvertContext& context, Step& out) {
  if (!PayloadOf(message).empty() || message.has_payload_crc32c()) {
    return FieldError("steps", "CHAIN_STEP_PAYLOAD",
                      "a step of a chain has no payload of its own, nor its "
                      "CRC: set the chain's input");
  }
  return Convert(message, context, out);
}

absl::Status ConvertChainStep(const v1::ChainStep& step,
                              const ConvertContext& context, Step& out) {
  switch (step.step_case()) {
    case v1::ChainStep::kCompress:
      return ConvertChainStep(step.compress(), context, out);
    case v1::ChainStep::kDecompress:
      return ConvertChainStep(step.decompress(), context, out);
    case v1::ChainStep::kEncrypt:
      return ConvertChainStep(step.encrypt(), context, out);
    case v1::ChainStep::kDecrypt:
      return ConvertChainStep(step.decrypt(), context, out);
    case v1::ChainStep::kDigest:
      return ConvertChainStep(step.digest(), context, out);
    case v1::ChainStep::STEP_NOT_SET:
      break;
  }
  return FieldError("steps", "CHAIN_STEP_UNKNOWN",
                    "a step is none of compress, decompress, encrypt, decrypt, "
                    "digest");
}

// What responses carry beside payload and execution.
void FillFields(const Step&, v1::CompressResponse&) {}
void FillFields(const Step&, v1::DecryptResponse&) {}
void FillFields(const Step&, v1::CopyResponse&) {}

void FillFields(const Step& step, v1::DigestResponse& response) {
  response.set_digest(AsString(step.request.destination));
  if (step.key != nullptr) response.set_key_version(step.key->version());
}

void FillFields(const Step& step, v1::DecompressResponse& response) {
  response.set_format(ToFormat(step.request.algorithm));
}

void FillFields(const Step& step, v1::EncryptResponse& response) {
  response.set_nonce(AsString(step.request.nonce));
  response.set_tag(AsString(step.request.mac));
  response.set_algorithm(ToCipher(step.request.algorithm));
  response.set_key_version(step.key->version());
}

}  // namespace

absl::Status OperationTask::Prepare(hw::Bytes wire) {
  if (!ParseRequest(kind_, wire, message_)) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "the request is not a valid protobuf message",
                     {.reason = "MALFORMED_MESSAGE"});
  }
  UACCED_RETURN_IF_ERROR(CheckCrc());
  return AddSteps();
}

absl::Status OperationTask::CheckCrc() const {
  return std::visit(
      [this](const auto& fields) {
        if (!fields.has_payload_crc32c() ||
            fields.payload_crc32c() ==
                Crc32c(message_.payload.data(), message_.payload.size())) {
          return absl::OkStatus();
        }
        return MakeError(
            absl::StatusCode::kDataLoss,
            "the payload changed on its way here: it does not have the CRC-32C "
            "of payload_crc32c; send it again",
            {.reason = "CRC32C_MISMATCH",
             .metadata = {{"field", "payload_crc32c"}}});
      },
      message_.fields);
}

absl::Status OperationTask::AddSteps() {
  const ConvertContext context = {request_path_.keys, path().max_output_bytes,
                                  request_path_.mode};
  return std::visit(
      [&](const auto& fields) {
        if constexpr (std::is_same_v<decltype(fields),
                                     const v1::ChainRequest&>) {
          return AddChain(fields);
        } else {
          return Convert(fields, context, AddStep());
        }
      },
      message_.fields);
}

absl::Status OperationTask::AddChain(const v1::ChainRequest& chain) {
  UACCED_ASSIGN_OR_RETURN(const ExecutionMode mode,
                          ModeFromProto(chain.mode(), request_path_.mode));
  const ConvertContext context = {request_path_.keys, path().max_output_bytes,
                                  mode};
  if (chain.steps_size() < 1 || chain.steps_size() > kMaxChainSteps) {
    return FieldError("steps", "CHAIN_LENGTH",
                      absl::StrCat("a chain has 1..", kMaxChainSteps,
                                   " steps, not ", chain.steps_size()));
  }
  bool has_output = false;
  for (const v1::ChainStep& step : chain.steps()) {
    UACCED_RETURN_IF_ERROR(ConvertChainStep(step, context, AddStep()));
    has_output |= !step.has_digest();
  }
  if (!has_output) {
    return FieldError("steps", "CHAIN_WITHOUT_OUTPUT",
                      "digests alone give no output; use Digest");
  }
  return absl::OkStatus();
}

void OperationTask::RecordRefused(absl::StatusCode code) {
  path().metrics.RecordRequest({.operation = OperationOf(kind_),
                                .algorithm = step_count() > 0
                                                 ? step(0).request.algorithm
                                                 : hw::Algorithm::kNone,
                                .code = code,
                                .bytes_in = message_.payload.size()});
}

void OperationTask::Describe(const Step& step, v1::Execution& out) const {
  FillExecution(path().placement.targets()[step.device_index].info(),
                step.fallback, out);
  out.set_queue_wait_ns(static_cast<uint64_t>(step.queue_wait_ns));
  out.set_service_time_ns(static_cast<uint64_t>(step.service_time_ns));
}

template <typename Response>
void OperationTask::Fill(size_t step_index, Response& response) {
  Describe(step(step_index), *response.mutable_execution());
  FillFields(step(step_index), response);
}

void OperationTask::Fill(v1::ChainResponse& response) {
  for (size_t i = 0; i < step_count(); ++i) {
    v1::ChainStepResult& result = *response.add_results();
    switch (step(i).request.operation) {
      case hw::Operation::kCompress:
        Fill(i, *result.mutable_compress());
        break;
      case hw::Operation::kDecompress:
        Fill(i, *result.mutable_decompress());
        break;
      case hw::Operation::kEncrypt:
        Fill(i, *result.mutable_encrypt());
        break;
      case hw::Operation::kDecrypt:
        Fill(i, *result.mutable_decrypt());
        break;
      case hw::Operation::kDigest:
        Fill(i, *result.mutable_digest());
        break;
      case hw::Operation::kCopy:
        break;
    }
  }
}

size_t OperationTask::payload_bytes() const {
  return kind_ == OperationKind::kDigest ? 0 : produced_bytes();
}

const google::protobuf::MessageLite& OperationTask::BuildResponse(
    ResponseFields& fields) {
  const auto build = [&](auto& response) {
    using Response = std::remove_reference_t<decltype(response)>;
    if constexpr (std::is_same_v<Response, v1::ChainResponse>) {
      Fill(response);
    } else {
      Fill(0, response);
    }
    const bool wants_crc = std::visit(
        [](const auto& request) { return request.has_payload_crc32c(); },
        message_.fields);
    if (wants_crc) {
      const hw::Bytes payload = kind_ == OperationKind::kDigest
                                    ? hw::Bytes(step(0).request.destination)
                                    : output();
      response.set_payload_crc32c(Crc32c(payload.data(), payload.size()));
    }
    return static_cast<const google::protobuf::MessageLite*>(&response);
  };
  switch (kind_) {
    case OperationKind::kCompress:
      return *build(fields.emplace<v1::CompressResponse>());
    case OperationKind::kDecompress:
      return *build(fields.emplace<v1::DecompressResponse>());
    case OperationKind::kEncrypt:
      return *build(fields.emplace<v1::EncryptResponse>());
    case OperationKind::kDecrypt:
      return *build(fields.emplace<v1::DecryptResponse>());
    case OperationKind::kDigest:
      return *build(fields.emplace<v1::DigestResponse>());
    case OperationKind::kChain:
      return *build(fields.emplace<v1::ChainResponse>());
    case OperationKind::kCopy:
      break;
  }
  return *build(fields.emplace<v1::CopyResponse>());
}

}  // namespace uacced
