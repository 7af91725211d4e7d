// Encrypt, Decrypt and Digest.
#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "daemon/core/field_error.h"
#include "daemon/rpc/algorithm_proto.h"
#include "daemon/rpc/convert.h"
#include "daemon/rpc/execution_proto.h"

namespace uacced {
namespace {

using absl::StatusCode;
using hw::Algorithm;
using hw::Family;

// No key has a longer name.
constexpr size_t kMaxShownNameBytes = 64;

hw::Bytes AsBytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// What EncryptRequest and DecryptRequest have in common.
template <typename Message>
absl::Status ConvertCipher(const Message& message, uint32_t key_version,
                           const ConvertContext& context, Step& out) {
  UACCED_ASSIGN_OR_RETURN(out.mode,
                          ModeFromProto(message.mode(), context.mode));
  UACCED_ASSIGN_OR_RETURN(out.key,
                          FindKey(message.key(), key_version, context.keys));
  const Algorithm algorithm = out.key->algorithm();
  const hw::AlgorithmInfo& info = hw::Info(algorithm);
  if (info.family == Family::kHmac) {
    return FieldError("key", "KEY_WRONG_USE",
                      absl::StrCat("is for ", info.name, ", not for a cipher"));
  }
  if (message.algorithm() != v1::CIPHER_ALGORITHM_UNSPECIFIED &&
      FromProto(message.algorithm()) != algorithm) {
    return FieldError("algorithm", "ALGORITHM_MISMATCH",
                      absl::StrCat("the key is for ", info.name));
  }
  if (info.family != Family::kAead && !message.allow_unauthenticated()) {
    return FieldError(
        "allow_unauthenticated", "UNAUTHENTICATED_NOT_ALLOWED",
        absl::StrCat(info.name,
                     " does not detect changed ciphertext; set "
                     "allow_unauthenticated to use it all the same"),
        StatusCode::kPermissionDenied);
  }
  if (info.family != Family::kAead && !message.associated_data().empty()) {
    return FieldError("associated_data", "ASSOCIATED_DATA_NOT_ALLOWED",
                      absl::StrCat(info.name, " authenticates nothing"));
  }
  if (message.associated_data().size() > kMaxAssociatedDataBytes) {
    return FieldError(
        "associated_data", "ASSOCIATED_DATA_TOO_LONG",
        absl::StrCat(message.associated_data().size(), " bytes are more than ",
                     kMaxAssociatedDataBytes));
  }
  if (!v1::Padding_IsValid(message.padding())) {
    return FieldError("padding", "PADDING_UNKNOWN", "is not PKCS7 or NONE");
  }
  out.request.algorithm = algorithm;
  out.request.key = out.key->bytes();
  out.request.associated_data = AsBytes(message.associated_data());
  out.request.pkcs7_padding =
      hw::IsCbc(algorithm) && message.padding() != v1::PADDING_NONE;
  return absl::OkStatus();
}

absl::Status CheckNonceLength(Algorithm algorithm, size_t bytes) {
  const hw::AlgorithmInfo& info = hw::Info(algorithm);
  if (bytes >= info.min_nonce_bytes && bytes <= info.max_nonce_bytes) {
    return absl::OkStatus();
  }
  return FieldError(
      "nonce", "NONCE_LENGTH",
      absl::StrCat(bytes, " bytes; ", info.name, " takes ",
                   info.min_nonce_bytes, "..", info.max_nonce_bytes));
}

absl::Status CheckTagLength(absl::string_view field, Algorithm algorithm,
                            size_t bytes) {
  if (hw::IsMacLengthAllowed(algorithm, bytes)) return absl::OkStatus();
  return FieldError(
      field, "TAG_LENGTH",
      absl::StrCat(hw::Info(algorithm).name, " does not take tags of ", bytes,
                   " bytes: GCM 12..16; CCM 8, 10, 12, 14, 16; "
                   "ChaCha20-Poly1305 and XAES 16; others none"));
}

// OpenSSL's generator takes three locks, which all threads share, for each
// call: asked for many nonces at once it is asked seldom. Nonces are no secret.
bool FillNonce(hw::MutableBytes nonce) {
  constexpr size_t kReserveBytes = 3072;
  struct Reserve {
    std::array<uint8_t, kReserveBytes> bytes;
    size_t used = kReserveBytes;
  };
  thread_local Reserve reserve;
  if (nonce.size() > kReserveBytes - reserve.used) {
    if (RAND_bytes(reserve.bytes.data(), kReserveBytes) != 1) return false;
    reserve.used = 0;
  }
  std::memcpy(nonce.data(), reserve.bytes.data() + reserve.used, nonce.size());
  reserve.used += nonce.size();
  return true;
}

// The caller's nonce for keys that say so, else random bytes.
absl::Status ChooseNonce(const v1::EncryptRequest& message, Step& out) {
  const hw::AlgorithmInfo& info = hw::Info(out.request.algorithm);
  if (out.key->caller_nonce()) {
    if (message.nonce().empty()) {
      return FieldError("nonce", "NONCE_REQUIRED",
                        "the key was made with caller_nonce: each request "
                        "must bring a fresh one");
    }
    out.request.nonce = AsBytes(message.nonce());
    return CheckNonceLength(out.request.algorithm, message.nonce().size());
  }
  if (!message.nonce().empty()) {
    return FieldError("nonce", "NONCE_NOT_ALLOWED",
                      "the daemon makes the nonces of this key; only keys "
                      "made with caller_nonce take the caller's",
                      StatusCode::kPermissionDenied);
  }
  if (!FillNonce(hw::MutableBytes(out.made_nonce).first(info.nonce_bytes))) {
    return FieldError("nonce", "RANDOM_FAILED",
                      "the system's random generator failed",
                      StatusCode::kInternal);
  }
  out.request.nonce = hw::Bytes(out.made_nonce).first(info.nonce_bytes);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Key>> FindKey(const std::string& name,
                                                   uint32_t version,
                                                   const KeyStore& keys) {
  if (name.empty()) {
    return FieldError("key", "KEY_REQUIRED", "must name a key");
  }
  std::shared_ptr<const Key> key = keys.Find(name, version);
  if (key != nullptr) return key;
  if (version != 0 && keys.Find(name) != nullptr) {
    return FieldError("key_version", "KEY_VERSION_NOT_FOUND",
                      absl::StrCat("the key has no version ", version),
                      StatusCode::kNotFound);
  }
  // Whoever decrypts a file mostly has not named the key.
  return FieldError("key", "KEY_NOT_FOUND",
                    name.size() > kMaxShownNameBytes
                        ? "there is no key of this name"
                        : absl::StrCat("there is no key \"",
                                       absl::Utf8SafeCEscape(name), "\""),
                    StatusCode::kNotFound);
}

absl::Status Convert(const v1::EncryptRequest& message,
                     const ConvertContext& context, Step& out) {
  // Only the newest version encrypts.
  UACCED_RETURN_IF_ERROR(ConvertCipher(message, 0, context, out));
  out.request.operation = hw::Operation::kEncrypt;
  UACCED_RETURN_IF_ERROR(ChooseNonce(message, out));
  const bool aead = hw::Info(out.request.algorithm).family == Family::kAead;
  const size_t tag_bytes =
      aead && message.tag_bytes() == 0 ? hw::kMaxMacBytes : message.tag_bytes();
  UACCED_RETURN_IF_ERROR(
      CheckTagLength("tag_bytes", out.request.algorithm, tag_bytes));
  out.request.mac = hw::MutableBytes(out.made_mac).first(tag_bytes);
  return out.key->CountMessage();
}

absl::Status Convert(const v1::DecryptRequest& message,
                     const ConvertContext& context, Step& out) {
  UACCED_RETURN_IF_ERROR(
      ConvertCipher(message, message.key_version(), context, out));
  out.request.operation = hw::Operation::kDecrypt;
  out.request.nonce = AsBytes(message.nonce());
  UACCED_RETURN_IF_ERROR(
      CheckNonceLength(out.request.algorithm, message.nonce().size()));
  UACCED_RETURN_IF_ERROR(
      CheckTagLength("tag", out.request.algorithm, message.tag().size()));
  out.request.expected_mac = AsBytes(message.tag());
  return absl::OkStatus();
}

absl::Status Convert(const v1::DigestRequest& message,
                     const ConvertContext& context, Step& out) {
  UACCED_ASSIGN_OR_RETURN(out.mode,
                          ModeFromProto(message.mode(), context.mode));
  out.request.operation = hw::Operation::kDigest;
  const Algorithm hash = FromProto(message.algorithm());
  if (message.key().empty()) {
    if (hash == Algorithm::kNone) {
      return FieldError("algorithm", "ALGORITHM_REQUIRED",
                        "must be one of sha1, sha224, sha256, sha384, sha512, "
                        "sm3");
    }
    out.request.algorithm = hash;
    return absl::OkStatus();
  }
  UACCED_ASSIGN_OR_RETURN(
      out.key, FindKey(message.key(), message.key_version(), context.keys));
  const Algorithm hmac = out.key->algorithm();
  if (hw::Info(hmac).family != Family::kHmac) {
    return FieldError(
        "key", "KEY_WRONG_USE",
        absl::StrCat("is for ", hw::Info(hmac).name, ", not for HMAC"));
  }
  if (message.algorithm() != v1::HASH_ALGORITHM_UNSPECIFIED &&
      hash != hw::HashOfHmac(hmac)) {
    return FieldError("algorithm", "ALGORITHM_MISMATCH",
                      absl::StrCat("the key is for ", hw::Info(hmac).name));
  }
  out.request.algorithm = hmac;
  out.request.key = out.key->bytes();
  return out.key->CountMessage();
}

}  // namespace uacced
