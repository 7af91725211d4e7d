#include "daemon/rpc/keys_service.h"

#include <openssl/crypto.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/rpc/algorithm_proto.h"
#include "daemon/rpc/field_error.h"
#include "daemon/rpc/grpc_status.h"

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

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context,
                                 const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

// Answers with the new key, and leaves a line for whoever audits.
grpc::ServerUnaryReactor* AnswerNew(
    grpc::CallbackServerContext* context,
    const absl::StatusOr<std::shared_ptr<const Key>>& key, size_t max_keys,
    v1::Key* out) {
  if (!key.ok()) return Answer(context, WithReason(key.status(), max_keys));
  Describe(**key, out);
  Log(LogLevel::kInfo, "keys",
      (*key)->imported() ? "key imported" : "key created",
      {{"key", (*key)->name()},
       {"algorithm", hw::Info((*key)->algorithm()).name}});
  return Answer(context, absl::OkStatus());
}

}  // namespace

grpc::ServerUnaryReactor* KeysService::CreateKey(
    grpc::CallbackServerContext* context, const v1::CreateKeyRequest* request,
    v1::CreateKeyResponse* response) {
  const absl::StatusOr<KeySpec> spec = SpecOf(*request);
  if (!spec.ok()) return Answer(context, spec.status());
  return AnswerNew(context, keys_.CreateKey(*spec), keys_.max_keys(),
                   response->mutable_key());
}

grpc::ServerUnaryReactor* KeysService::ImportKey(
    grpc::CallbackServerContext* context, const v1::ImportKeyRequest* request,
    v1::ImportKeyResponse* response) {
  using MaybeKey = absl::StatusOr<std::shared_ptr<const Key>>;
  const std::string& material = request->material();
  const absl::StatusOr<KeySpec> spec = SpecOf(*request);
  const MaybeKey key =
      spec.ok() ? keys_.ImportKey(
                      *spec, {reinterpret_cast<const uint8_t*>(material.data()),
                              material.size()})
                : MaybeKey(spec.status());
  // gRPC made the message for this call alone; const is only the signature's.
  // (The receive buffers below it are gRPC's, and are not zeroed.)
  OPENSSL_cleanse(const_cast<char*>(material.data()), material.size());
  if (!spec.ok()) return Answer(context, spec.status());
  return AnswerNew(context, key, keys_.max_keys(), response->mutable_key());
}

grpc::ServerUnaryReactor* KeysService::ListKeys(
    grpc::CallbackServerContext* context,
    const v1::ListKeysRequest* /*request*/, v1::ListKeysResponse* response) {
  for (const auto& key : keys_.List()) Describe(*key, response->add_keys());
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* KeysService::DestroyKey(
    grpc::CallbackServerContext* context, const v1::DestroyKeyRequest* request,
    v1::DestroyKeyResponse* /*response*/) {
  const absl::Status status = keys_.Destroy(request->name());
  if (!status.ok()) {
    return Answer(context, WithReason(status, keys_.max_keys()));
  }
  Log(LogLevel::kInfo, "keys", "key destroyed", {{"key", request->name()}});
  return Answer(context, status);
}

}  // namespace uacced
