#include "daemon/keys/key_store.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <mutex>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"

namespace uacced {
namespace {

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' ||
         c == '_' || c == '-';
}

bool IsName(absl::string_view name) {
  return !name.empty() && name.size() <= KeyStore::kMaxNameBytes &&
         name[0] != '.' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), IsNameCharacter);
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

absl::Status CheckSpec(const KeySpec& spec) {
  // The name is not repeated: it may be anything, of any length.
  if (!IsName(spec.name)) {
    return absl::InvalidArgumentError(
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
      return absl::InvalidArgumentError(
          "caller_nonce is for ciphers; an HMAC has no nonce");
    default:
      return absl::InvalidArgumentError(absl::StrCat(
          "a key is for a cipher or an HMAC, not for ", info.name));
  }
}

absl::Status CheckMaterial(hw::Algorithm algorithm, hw::Bytes material) {
  const hw::AlgorithmInfo& info = hw::Info(algorithm);
  if (info.family == hw::Family::kHmac) {
    if (material.empty() || material.size() > hw::kMaxHmacKeyBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("a key for ", info.name, " has 1..",
                       hw::kMaxHmacKeyBytes, " bytes, not ", material.size()));
    }
    return absl::OkStatus();
  }
  if (material.size() != info.key_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a key for ", info.name, " has ", info.key_bytes,
                     " bytes, not ", material.size()));
  }
  if (IsXts(algorithm) && !HalvesDiffer(material)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the two halves of a key for ", info.name, " must differ"));
  }
  return absl::OkStatus();
}

absl::Status NameTaken(absl::string_view name) {
  return absl::AlreadyExistsError(
      absl::StrCat("there is already a key \"", name, "\""));
}

}  // namespace

Key::Key(KeySpec spec, bool imported, SecretSlot slot, size_t size_bytes)
    : spec_(std::move(spec)),
      imported_(imported),
      create_time_(absl::Now()),
      slot_(std::move(slot)),
      size_bytes_(size_bytes) {}

absl::StatusOr<std::unique_ptr<KeyStore>> KeyStore::Create(size_t max_keys) {
  if (max_keys == 0 || max_keys > kMaxKeys) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_keys must be in 1..", kMaxKeys, ", not ", max_keys));
  }
  UACCED_ASSIGN_OR_RETURN(std::shared_ptr<SecretArena> arena,
                          SecretArena::Create(max_keys));
  return std::unique_ptr<KeyStore>(new KeyStore(max_keys, std::move(arena)));
}

absl::StatusOr<std::shared_ptr<const Key>> KeyStore::CreateKey(
    const KeySpec& spec) {
  UACCED_RETURN_IF_ERROR(CheckSpec(spec));
  UACCED_ASSIGN_OR_RETURN(SecretSlot slot, TakeSlot(spec));
  const size_t size_bytes = hw::Info(spec.algorithm).key_bytes;
  const hw::MutableBytes secret = slot.bytes().first(size_bytes);
  do {
    if (RAND_priv_bytes(secret.data(), static_cast<int>(size_bytes)) != 1) {
      return absl::InternalError("OpenSSL's random generator failed");
    }
  } while (IsXts(spec.algorithm) && !HalvesDiffer(secret));
  return Insert(std::shared_ptr<const Key>(
      new Key(spec, /*imported=*/false, std::move(slot), size_bytes)));
}

absl::StatusOr<std::shared_ptr<const Key>> KeyStore::ImportKey(
    const KeySpec& spec, hw::Bytes material) {
  UACCED_RETURN_IF_ERROR(CheckSpec(spec));
  UACCED_RETURN_IF_ERROR(CheckMaterial(spec.algorithm, material));
  UACCED_ASSIGN_OR_RETURN(SecretSlot slot, TakeSlot(spec));
  std::copy(material.begin(), material.end(), slot.bytes().begin());
  return Insert(std::shared_ptr<const Key>(
      new Key(spec, /*imported=*/true, std::move(slot), material.size())));
}

std::shared_ptr<const Key> KeyStore::Find(absl::string_view name) const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto found = keys_.find(name);
  return found == keys_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const Key>> KeyStore::List() const {
  std::vector<std::shared_ptr<const Key>> keys;
  {
    std::shared_lock<std::shared_mutex> lock(mutex_);
    keys.reserve(keys_.size());
    for (const auto& [name, key] : keys_) keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end(),
            [](const auto& a, const auto& b) { return a->name() < b->name(); });
  return keys;
}

absl::Status KeyStore::Destroy(absl::string_view name) {
  // Let go after the lock: it may be the last reference.
  std::shared_ptr<const Key> key;
  std::lock_guard<std::shared_mutex> lock(mutex_);
  const auto found = keys_.find(name);
  if (found == keys_.end()) {
    return absl::NotFoundError(
        IsName(name) ? absl::StrCat("there is no key \"", name, "\"")
                     : "there is no key of that name");
  }
  key = std::move(found->second);
  keys_.erase(found);
  return absl::OkStatus();
}

size_t KeyStore::size() const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  return keys_.size();
}

absl::StatusOr<SecretSlot> KeyStore::TakeSlot(const KeySpec& spec) {
  // Known first, so that a full store still says what is wrong with the name.
  if (Find(spec.name) != nullptr) return NameTaken(spec.name);
  SecretSlot slot = arena_->Take();
  if (!slot) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "keys.max_keys, ", max_keys_,
        ", is reached (destroyed keys count until their last use ends)"));
  }
  return slot;
}

absl::StatusOr<std::shared_ptr<const Key>> KeyStore::Insert(
    std::shared_ptr<const Key> key) {
  std::lock_guard<std::shared_mutex> lock(mutex_);
  if (!keys_.try_emplace(key->name(), key).second) {
    return NameTaken(key->name());
  }
  return key;
}

}  // namespace uacced
