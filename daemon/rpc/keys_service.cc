#include "daemon/rpc/keys_service.h"

#include <openssl/crypto.h>

#include <memory>
#include <string>

#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/core/field_error.h"
#include "daemon/rpc/algorithm_proto.h"
#include "daemon/rpc/control_call.h"

namespace uacced {
namespace {

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

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  absl::Duration rest;
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(
      absl::IDivDuration(time - absl::UnixEpoch(), absl::Seconds(1), &rest));
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return timestamp;
}

// REQUIRES: there is a version.
void Describe(const KeyVersions& versions, v1::Key* out) {
  const Key& first = *versions.front();
  out->set_name(first.name());
  if (hw::Info(first.algorithm()).family == hw::Family::kHmac) {
    out->set_hmac(ToHash(first.algorithm()));
  } else {
    out->set_cipher(ToCipher(first.algorithm()));
  }
  out->set_caller_nonce(first.caller_nonce());
  *out->mutable_create_time() = ToTimestamp(first.create_time());
  out->set_imported(first.imported());
  out->set_newest_version(versions.back()->version());
  for (const std::shared_ptr<const Key>& key : versions) {
    v1::KeyVersion& version = *out->add_versions();
    version.set_version(key->version());
    *version.mutable_create_time() = ToTimestamp(key->create_time());
    version.set_imported(key->imported());
    version.set_messages(key->messages());
    version.set_max_messages(key->max_messages());
  }
}

// What of a key and of a version ListKeys answers with, rounded up.
constexpr uint64_t kListedKeyBytes = 128 + KeyStore::kMaxNameBytes;
constexpr uint64_t kListedVersionBytes = 128;

// Describes a new version, and leaves a line for whoever audits.
void AnswerNew(absl::string_view what, const KeyVersions& versions,
               v1::Key* out) {
  const Key& key = *versions.back();
  Describe(versions, out);
  Log(LogLevel::kInfo, "keys", what,
      {{"key", key.name()},
       {"algorithm", hw::Info(key.algorithm()).name},
       {"version", key.version()}});
}

// (The receive buffers below the message are gRPC's, not zeroed.)
class Cleanser {
 public:
  explicit Cleanser(std::string& secret) : secret_(secret) {}
  Cleanser(const Cleanser&) = delete;
  Cleanser& operator=(const Cleanser&) = delete;
  ~Cleanser() { OPENSSL_cleanse(secret_.data(), secret_.size()); }

  hw::Bytes bytes() const {
    return {reinterpret_cast<const uint8_t*>(secret_.data()), secret_.size()};
  }

 private:
  std::string& secret_;
};

}  // namespace

grpc::ServerUnaryReactor* KeysService::CreateKey(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::CreateKeyRequest, v1::CreateKeyResponse>(
      request, response,
      [this](const v1::CreateKeyRequest& message,
             v1::CreateKeyResponse& answer) -> absl::Status {
        UACCED_ASSIGN_OR_RETURN(const KeySpec spec, SpecOf(message));
        UACCED_ASSIGN_OR_RETURN(const auto key, keys_.CreateKey(spec));
        AnswerNew("key created", {key}, answer.mutable_key());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* KeysService::ImportKey(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::ImportKeyRequest, v1::ImportKeyResponse>(
      request, response,
      [this](v1::ImportKeyRequest& message,
             v1::ImportKeyResponse& answer) -> absl::Status {
        const Cleanser material(*message.mutable_material());
        UACCED_ASSIGN_OR_RETURN(const KeySpec spec, SpecOf(message));
        UACCED_ASSIGN_OR_RETURN(const auto key,
                                keys_.ImportKey(spec, material.bytes()));
        AnswerNew("key imported", {key}, answer.mutable_key());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* KeysService::ListKeys(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  absl::StatusOr<Ticket> ticket = path_.path.admission.Admit(
      TenantId{0}, keys_.key_count() * kListedKeyBytes +
                       keys_.version_count() * kListedVersionBytes);
  if (!ticket.ok()) return RefuseControlCall(ticket.status());
  return RunControlCall<v1::ListKeysRequest, v1::ListKeysResponse>(
      request, response,
      [this](const v1::ListKeysRequest& /*message*/,
             v1::ListKeysResponse& answer) {
        for (const KeyVersions& key : keys_.List()) {
          Describe(key, answer.add_keys());
        }
        return absl::OkStatus();
      },
      {.ticket = *std::move(ticket),
       .answers = &path_.answers,
       .context = context,
       .now_ns = path_.path.clock.NowNs()});
}

grpc::ServerUnaryReactor* KeysService::RotateKey(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::RotateKeyRequest, v1::RotateKeyResponse>(
      request, response,
      [this](v1::RotateKeyRequest& message,
             v1::RotateKeyResponse& answer) -> absl::Status {
        const Cleanser material(*message.mutable_material());
        UACCED_ASSIGN_OR_RETURN(const KeyVersions versions,
                                keys_.Rotate(message.name(), material.bytes()));
        AnswerNew("key rotated", versions, answer.mutable_key());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* KeysService::DestroyKey(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunControlCall<v1::DestroyKeyRequest, v1::DestroyKeyResponse>(
      request, response,
      [this](const v1::DestroyKeyRequest& message,
             v1::DestroyKeyResponse& /*answer*/) -> absl::Status {
        UACCED_RETURN_IF_ERROR(keys_.Destroy(message.name()));
        Log(LogLevel::kInfo, "keys", "key destroyed",
            {{"key", message.name()}});
        return absl::OkStatus();
      });
}

}  // namespace uacced
