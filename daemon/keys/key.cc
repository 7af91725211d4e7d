#include "daemon/keys/key.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"

namespace uacced {
namespace {

absl::Status Invalid(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, message,
                   {.reason = "KEY_INVALID"});
}

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' ||
         c == '_' || c == '-';
}

bool IsXts(hw::Algorithm algorithm) {
  switch (algorithm) {
    case hw::Algorithm::kAes128Xts:
    case hw::Algorithm::kAes256Xts:
    case hw::Algorithm::kSm4Xts:
      return true;
    default:
      return false;
  }
}

// XTS with equal halves does not keep what it encrypts secret.
bool HalvesDiffer(hw::Bytes key) {
  const size_t half = key.size() / 2;
  return CRYPTO_memcmp(key.data(), key.data() + half, half) != 0;
}

}  // namespace

bool IsKeyName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxKeyNameBytes && name[0] != '.' &&
         name[0] != '-' &&
         std::all_of(name.begin(), name.end(), IsNameCharacter);
}

absl::Status CheckKeySpec(const KeySpec& spec) {
  // The name is not repeated: it may be anything, of any length.
  if (!IsKeyName(spec.name)) {
    return Invalid(
        "a key's name is 1..64 characters of a-z A-Z 0-9 . _ - and does not "
        "start with \".\" or \"-\"");
  }
  const hw::AlgorithmInfo& info = hw::Info(spec.algorithm);
  switch (info.family) {
    case hw::Family::kAead:
    case hw::Family::kCipher:
      return absl::OkStatus();
    case hw::Family::kHmac:
      if (!spec.caller_nonce) return absl::OkStatus();
      return Invalid("caller_nonce is for ciphers; an HMAC has no nonce");
    default:
      return Invalid(absl::StrCat("a key is for a cipher or an HMAC, not for ",
                                  info.name));
  }
}

absl::Status CheckKeyMaterial(hw::Algorithm algorithm, hw::Bytes material) {
  const hw::AlgorithmInfo& info = hw::Info(algorithm);
  if (info.family == hw::Family::kHmac) {
    if (material.empty() || material.size() > hw::kMaxHmacKeyBytes) {
      return Invalid(absl::StrCat("a key for ", info.name, " has 1..",
                                  hw::kMaxHmacKeyBytes, " bytes, not ",
                                  material.size()));
    }
    return absl::OkStatus();
  }
  if (material.size() != info.key_bytes) {
    return Invalid(absl::StrCat("a key for ", info.name, " has ",
                                info.key_bytes, " bytes, not ",
                                material.size()));
  }
  if (IsXts(algorithm) && !HalvesDiffer(material)) {
    return Invalid(absl::StrCat("the two halves of a key for ", info.name,
                                " must differ"));
  }
  return absl::OkStatus();
}

bool HasMessageLimit(const KeySpec& spec) {
  const hw::AlgorithmInfo& info = hw::Info(spec.algorithm);
  return info.family == hw::Family::kAead && info.nonce_bytes <= 12 &&
         !spec.caller_nonce;
}

Key::Key(KeySpec spec, const Origin& origin, SecretSlot slot, size_t size_bytes,
         uint64_t message_limit, std::shared_ptr<UsageBooks> books)
    : spec_(std::move(spec)),
      origin_(origin),
      slot_(std::move(slot)),
      size_bytes_(size_bytes),
      books_(std::move(books)),
      counter_(HasMessageLimit(spec_) ? message_limit : UsageCounter::kNoLimit,
               origin.messages,
               books_ == nullptr ? UsageCounter::kNoLimit : origin.messages) {}

uint64_t Key::max_messages() const {
  return counter_.limit() == UsageCounter::kNoLimit ? 0 : counter_.limit();
}

absl::Status Key::CountMessage() const {
  while (true) {
    switch (counter_.TryCount()) {
      case UsageCounter::Outcome::kCounted:
        return absl::OkStatus();
      case UsageCounter::Outcome::kLimitReached:
        return MakeError(
            absl::StatusCode::kFailedPrecondition,
            absl::StrCat("key ", name(), " version ", version(),
                         " has encrypted ", counter_.limit(),
                         " messages, the most it may; rotate it: uaccectl "
                         "keys rotate ",
                         name()),
            {.reason = "KEY_EXHAUSTED", .metadata = {{"key", name()}}});
      case UsageCounter::Outcome::kNotReserved:
        UACCED_RETURN_IF_ERROR(books_->ReserveMore(*this));
    }
  }
}

}  // namespace uacced
