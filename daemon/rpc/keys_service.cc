#include "daemon/rpc/keys_service.h"

#include <openssl/crypto.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/rpc/algorithm_proto.h"
#include "daemon/rpc/control_call.h"
#include "daemon/rpc/field_error.h"

namespace uacced {
namespace {

using absl::StatusCode;

// The store knows codes and words; programs want a reason too.
absl::Status WithReason(const absl::Status& status, size_t max_keys) {
  std::string reason;
  switch (status.code()) {
    case StatusCode::kAlreadyExists:
      reason = "KEY_EXISTS";
      break;
    case StatusCode::kNotFound:
      reason = "KEY_NOT_FOUND";
      break;
    case StatusCode::kInvalidArgument:
      reason = "KEY_INVALID";
      break;
    case StatusCode::kResourceExhausted:
      return MakeError(
          status.code(), status.message(),
          {.reason = "KEYS_LIMIT",
           .quota_subject = "daemon",
           .quota_description = absl::StrCat("keys.max_keys = ", max_keys)});
    default:
      break;
  }
  return MakeError(status.code(), status.message(), {.reason = reason});
}

// CreateKeyRequest and ImportKeyRequest name the key's use alike.
template <typename Request>
absl::StatusOr<KeySpec> SpecOf(const Request& request) {
  KeySpec spec;
  spec.name = request.name();
  spec.caller_nonce = request.caller_nonce();
  switch (request.use_case()) {
    case Request::kCipher:
      spec.algorithm = FromProto(request.cipher());
      break;
    case Request::kHmac: {
      const hw::Algorithm hash = FromProto(request.hmac());
      if (hash != hw::Algorithm::kNone) spec.algorithm = hw::HmacOfHash(hash);
      break;
    }
    default:
      break;
  }
  if (spec.algorithm == hw::Algorithm::kNone) {
    return FieldError("use", "ALGORITHM_REQUIRED",
                      "set cipher or hmac to an algorithm of this daemon");
  }
  return spec;
}

void Describe(const Key& key, v1::Key* out) {
  out->set_name(key.name());
  if (hw::Info(key.algorithm()).family == hw::Family::kHmac) {
    out->set_hmac(ToHash(key.algorithm()));
  } else {
    out->set_cipher(ToCipher(key.algorithm()));
  }
  out->set_caller_nonce(key.caller_nonce());
  out->set_imported(key.imported());
  const absl::Duration since_epoch = key.create_time() - absl::UnixEpoch();
  absl::Duration rest;
  out->mutable_create_time()->set_seconds(
      absl::IDivDuration(since_epoch, absl::Seconds(1), &rest));
  out->mutable_create_time()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
}

// What of a key is not its name, in ListKeys' answer, rounded up.
constexpr uint64_t kListedKeyBytes = 128;

using MaybeKey = absl::StatusOr<std::shared_ptr<const Key>>;

// Describes the new key, and leaves a line for whoever audits.
absl::Status AnswerNew(const MaybeKey& key, size_t max_keys, v1::Key* out) {
  if (!key.ok()) return WithReason(key.status(), max_keys);
  Describe(**key, out);
  Log(LogLevel::kInfo, "keys",
      (*key)->imported() ? "key imported" : "key created",
      {{"key", (*key)->name()},
       {"algorithm", hw::Info((*key)->algorithm()).name}});
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* KeysService::CreateKey(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::CreateKeyRequest, v1::CreateKeyResponse>(
      request, response,
      [this](const v1::CreateKeyRequest& message,
             v1::CreateKeyResponse& answer) -> absl::Status {
        UACCED_ASSIGN_OR_RETURN(const KeySpec spec, SpecOf(message));
        return AnswerNew(keys_.CreateKey(spec), keys_.max_keys(),
                         answer.mutable_key());
      });
}

grpc::ServerUnaryReactor* KeysService::ImportKey(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::ImportKeyRequest, v1::ImportKeyResponse>(
      request, response,
      [this](v1::ImportKeyRequest& message,
             v1::ImportKeyResponse& answer) -> absl::Status {
        std::string& material = *message.mutable_material();
        const absl::StatusOr<KeySpec> spec = SpecOf(message);
        const MaybeKey key =
            spec.ok()
                ? keys_.ImportKey(
                      *spec, {reinterpret_cast<const uint8_t*>(material.data()),
                              material.size()})
                : MaybeKey(spec.status());
        // (The receive buffers below the message are gRPC's, not zeroed.)
        OPENSSL_cleanse(material.data(), material.size());
        if (!spec.ok()) return spec.status();
        return AnswerNew(key, keys_.max_keys(), answer.mutable_key());
      });
}

grpc::ServerUnaryReactor* KeysService::ListKeys(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  absl::StatusOr<Ticket> ticket = admission_.Admit(
      TenantId{0}, keys_.size() * (kListedKeyBytes + KeyStore::kMaxNameBytes));
  if (!ticket.ok()) return RefuseControlCall(ticket.status());
  return RunControlCall<v1::ListKeysRequest, v1::ListKeysResponse>(
      request, response,
      [this](const v1::ListKeysRequest& /*message*/,
             v1::ListKeysResponse& answer) {
        for (const auto& key : keys_.List()) Describe(*key, answer.add_keys());
        return absl::OkStatus();
      },
      *std::move(ticket));
}

grpc::ServerUnaryReactor* KeysService::DestroyKey(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::DestroyKeyRequest, v1::DestroyKeyResponse>(
      request, response,
      [this](const v1::DestroyKeyRequest& message,
             v1::DestroyKeyResponse& /*answer*/) -> absl::Status {
        if (absl::Status status = keys_.Destroy(message.name()); !status.ok()) {
          return WithReason(status, keys_.max_keys());
        }
        Log(LogLevel::kInfo, "keys", "key destroyed",
            {{"key", message.name()}});
        return absl::OkStatus();
      });
}

}  // namespace uacced
