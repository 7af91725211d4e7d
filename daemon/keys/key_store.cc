#include "daemon/keys/key_store.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/keys/key_records.h"

namespace uacced {
namespace {

absl::Status NotFound(absl::string_view name) {
  return MakeError(absl::StatusCode::kNotFound,
                   IsKeyName(name)
                       ? absl::StrCat("there is no key \"", name, "\"")
                       : "there is no key of that name",
                   {.reason = "KEY_NOT_FOUND"});
}

absl::Status KeysLimit(size_t max_keys) {
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("keys.max_keys, ", max_keys,
                   ", is reached (each version counts, and destroyed ones "
                   "until their last use ends)"),
      {.reason = "KEYS_LIMIT",
       .quota_subject = "daemon",
       .quota_description = absl::StrCat("keys.max_keys = ", max_keys)});
}

absl::Status VersionsLimit(absl::string_view name) {
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("key \"", name, "\" has ", kMaxKeyVersions,
                   " versions, the most there may be; create another key"),
      {.reason = "VERSIONS_LIMIT",
       .quota_subject = "daemon",
       .quota_description =
           absl::StrCat("versions of one key = ", kMaxKeyVersions)});
}

absl::Status ShuttingDown() {
  return MakeError(
      absl::StatusCode::kUnavailable,
      "the daemon is shutting down; its key store is closed",
      {.reason = "SHUTTING_DOWN", .retry_after = absl::Milliseconds(200)});
}

// Used again, the same bytes would be counted from 0.
absl::Status CheckFresh(hw::Bytes material, const KeyVersions& older) {
  for (const std::shared_ptr<const Key>& key : older) {
    const hw::Bytes bytes = key->bytes();
    if (bytes.size() == material.size() &&
        CRYPTO_memcmp(bytes.data(), material.data(), bytes.size()) == 0) {
      return MakeError(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("these bytes are version ", key->version(),
                                    " already; a new version needs new ones"),
                       {.reason = "KEY_INVALID"});
    }
  }
  return absl::OkStatus();
}

}  // namespace

// What keys share with their store, and may outlive it with.
class KeyStore::Books final : public UsageBooks {
 public:
  absl::Status ReserveMore(const Key& key) override {
    std::lock_guard<std::mutex> lock(mutex);
    return store == nullptr ? ShuttingDown() : store->ReserveMore(key);
  }

  std::mutex mutex;  // The change lock.
  KeyStore* store = nullptr;
};

absl::StatusOr<std::unique_ptr<KeyStore>> KeyStore::Create(Options options) {
  if (options.max_keys == 0 || options.max_keys > kMaxKeys) {
    return absl::InvalidArgumentError(absl::StrCat(
        "max_keys must be in 1..", kMaxKeys, ", not ", options.max_keys));
  }
  if (options.max_messages_per_version == 0 ||
      options.max_messages_per_version > kMaxRandomNonceMessages) {
    return absl::InvalidArgumentError(absl::StrCat(
        "max_messages_per_version must be in 1..", kMaxRandomNonceMessages,
        ", not ", options.max_messages_per_version));
  }
  UACCED_ASSIGN_OR_RETURN(std::shared_ptr<SecretArena> arena,
                          SecretArena::Create(options.max_keys));
  std::unique_ptr<KeyStore> store(
      new KeyStore(std::move(options), std::move(arena)));
  if (store->options_.sealed_file != nullptr) {
    UACCED_RETURN_IF_ERROR(store->Load());
  }
  return store;
}

KeyStore::KeyStore(Options options, std::shared_ptr<SecretArena> arena)
    : options_(std::move(options)),
      arena_(std::move(arena)),
      books_(std::make_shared<Books>()) {
  books_->store = this;
}

absl::Status KeyStore::Load() {
  const SealedFile& file = *options_.sealed_file;
  UACCED_ASSIGN_OR_RETURN(const auto contents,
                          file.Read(MaxEncodedBytes(options_.max_keys)));
  if (!contents.has_value()) return absl::OkStatus();
  const auto records = DecodeKeyRecords(contents->body, options_.max_keys);
  if (!records.ok()) {
    return absl::Status(records.status().code(),
                        absl::StrCat("key store ", file.path(), ": ",
                                     records.status().message()));
  }
  absl::flat_hash_map<std::string, std::shared_ptr<KeyVersions>> keys;
  for (const KeyRecord& record : *records) {
    // There is one for each of max_keys records.
    SecretSlot slot = arena_->Take();
    std::copy(record.material.begin(), record.material.end(),
              slot.bytes().begin());
    std::shared_ptr<KeyVersions>& versions = keys[record.spec.name];
    if (versions == nullptr) versions = std::make_shared<KeyVersions>();
    versions->push_back(std::make_shared<const Key>(
        record.spec, record.origin, std::move(slot), record.material.size(),
        options_.max_messages_per_version, books_));
  }
  std::lock_guard<std::mutex> lock(books_->mutex);
  std::lock_guard<std::shared_mutex> table_lock(mutex_);
  keys_.insert(keys.begin(), keys.end());
  version_count_ = records->size();
  return absl::OkStatus();
}

KeyStore::~KeyStore() {
  std::lock_guard<std::mutex> lock(books_->mutex);
  books_->store = nullptr;
}

absl::StatusOr<std::shared_ptr<const Key>> KeyStore::CreateKey(
    const KeySpec& spec) {
  UACCED_RETURN_IF_ERROR(CheckKeySpec(spec));
  std::lock_guard<std::mutex> lock(books_->mutex);
  return Add(spec, {});
}

absl::StatusOr<std::shared_ptr<const Key>> KeyStore::ImportKey(
    const KeySpec& spec, hw::Bytes material) {
  UACCED_RETURN_IF_ERROR(CheckKeySpec(spec));
  UACCED_RETURN_IF_ERROR(CheckKeyMaterial(spec.algorithm, material));
  std::lock_guard<std::mutex> lock(books_->mutex);
  return Add(spec, material);
}

absl::StatusOr<std::shared_ptr<const Key>> KeyStore::Add(const KeySpec& spec,
                                                         hw::Bytes material) {
  // Known first, so that a full store still says what is wrong with the name.
  if (keys_.contains(spec.name)) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     absl::StrCat("there is already a key \"", spec.name, "\""),
                     {.reason = "KEY_EXISTS"});
  }
  UACCED_ASSIGN_OR_RETURN(std::shared_ptr<const Key> key,
                          Make(spec, material, nullptr));
  UACCED_RETURN_IF_ERROR(
      Commit(spec.name, std::make_shared<KeyVersions>(KeyVersions{key})));
  return key;
}

absl::StatusOr<KeyVersions> KeyStore::Rotate(absl::string_view name,
                                             hw::Bytes material) {
  std::lock_guard<std::mutex> lock(books_->mutex);
  const auto found = keys_.find(name);
  if (found == keys_.end()) return NotFound(name);
  const KeyVersions& older = *found->second;
  const KeySpec& spec = older.front()->spec();
  if (older.size() >= kMaxKeyVersions) return VersionsLimit(name);
  if (!material.empty()) {
    UACCED_RETURN_IF_ERROR(CheckKeyMaterial(spec.algorithm, material));
    UACCED_RETURN_IF_ERROR(CheckFresh(material, older));
  }
  UACCED_ASSIGN_OR_RETURN(std::shared_ptr<const Key> key,
                          Make(spec, material, &older));
  auto versions = std::make_shared<KeyVersions>(older);
  versions->push_back(std::move(key));
  UACCED_RETURN_IF_ERROR(Commit(spec.name, versions));
  return *versions;
}

absl::StatusOr<std::shared_ptr<const Key>> KeyStore::Make(
    const KeySpec& spec, hw::Bytes material, const KeyVersions* older) {
  SecretSlot slot = arena_->Take();
  if (!slot) return KeysLimit(options_.max_keys);
  const bool imported = !material.empty();
  const size_t size_bytes =
      imported ? material.size() : hw::Info(spec.algorithm).key_bytes;
  const hw::MutableBytes secret = slot.bytes().first(size_bytes);
  if (imported) {
    std::copy(material.begin(), material.end(), secret.begin());
  } else {
    do {
      if (RAND_priv_bytes(secret.data(), static_cast<int>(size_bytes)) != 1) {
        return MakeError(absl::StatusCode::kInternal,
                         "OpenSSL's random generator failed", {});
      }
    } while (!CheckKeyMaterial(spec.algorithm, secret).ok());
  }
  const Key::Origin origin = {
      .version = older == nullptr ? 1 : older->back()->version() + 1,
      .imported = imported,
      .create_time = absl::Now()};
  const bool saved = options_.sealed_file != nullptr;
  auto key = std::make_shared<const Key>(
      spec, origin, std::move(slot), size_bytes,
      options_.max_messages_per_version, saved ? books_ : nullptr);
  // It will be saved with its first reservation.
  if (saved) key->counter_.Reserve(key->counter_.NextReserved());
  return key;
}

std::shared_ptr<const Key> KeyStore::Find(absl::string_view name,
                                          uint32_t version) const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto found = keys_.find(name);
  if (found == keys_.end()) return nullptr;
  const KeyVersions& versions = *found->second;
  if (version == 0) return versions.back();
  return version <= versions.size() ? versions[version - 1] : nullptr;
}

std::vector<KeyVersions> KeyStore::List() const {
  std::vector<std::shared_ptr<const KeyVersions>> found;
  {
    std::shared_lock<std::shared_mutex> lock(mutex_);
    found.reserve(keys_.size());
    for (const auto& [name, versions] : keys_) found.push_back(versions);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a->front()->name() < b->front()->name();
  });
  std::vector<KeyVersions> keys;
  keys.reserve(found.size());
  for (const auto& versions : found) keys.push_back(*versions);
  return keys;
}

absl::Status KeyStore::Destroy(absl::string_view name) {
  // Let go after the lock: they may be the last references.
  std::shared_ptr<const KeyVersions> destroyed;
  std::lock_guard<std::mutex> lock(books_->mutex);
  const auto found = keys_.find(name);
  if (found == keys_.end()) return NotFound(name);
  destroyed = found->second;
  return Commit(std::string(name), nullptr);
}

size_t KeyStore::key_count() const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  return keys_.size();
}

size_t KeyStore::version_count() const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  return version_count_;
}

void KeyStore::Release() {
  std::lock_guard<std::mutex> lock(books_->mutex);
  if (options_.sealed_file != nullptr) options_.sealed_file->Release();
}

absl::Status KeyStore::Commit(const std::string& name,
                              std::shared_ptr<const KeyVersions> versions) {
  UACCED_RETURN_IF_ERROR(Save(name, versions.get()));
  std::lock_guard<std::shared_mutex> lock(mutex_);
  std::shared_ptr<const KeyVersions>& place = keys_[name];
  version_count_ -= place == nullptr ? 0 : place->size();
  version_count_ += versions == nullptr ? 0 : versions->size();
  place = std::move(versions);
  if (place == nullptr) keys_.erase(name);
  return absl::OkStatus();
}

absl::Status KeyStore::ReserveMore(const Key& key) {
  // Somebody else may have waited for the lock with the same wish.
  if (key.messages() < key.counter_.reserved()) return absl::OkStatus();
  const auto found = keys_.find(key.name());
  if (found == keys_.end() || key.version() > found->second->size() ||
      (*found->second)[key.version() - 1].get() != &key) {
    return NotFound(key.name());
  }
  const uint64_t reserved = key.counter_.NextReserved();
  UACCED_RETURN_IF_ERROR(Save(key.name(), found->second.get(), &key, reserved));
  key.counter_.Reserve(reserved);
  return absl::OkStatus();
}

absl::Status KeyStore::Save(absl::string_view changed,
                            const KeyVersions* versions, const Key* reserving,
                            uint64_t reserved) {
  if (options_.sealed_file == nullptr) return absl::OkStatus();
  SealedFile& file = *options_.sealed_file;
  if (file.released()) return ShuttingDown();

  std::vector<KeyRecord> records;
  records.reserve(version_count_ + 1);
  const auto add = [&](const KeyVersions& all) {
    for (const std::shared_ptr<const Key>& key : all) {
      KeyRecord& record = records.emplace_back(
          KeyRecord{key->spec(), key->origin_, key->bytes()});
      record.origin.messages =
          key.get() == reserving ? reserved : key->counter_.reserved();
    }
  };
  for (const auto& [name, all] : keys_) {
    if (name != changed) add(*all);
  }
  if (versions != nullptr) add(*versions);

  absl::Status status;
  if (auto image = SealedFile::NewImage(EncodedBytes(records)); image.ok()) {
    EncodeKeyRecords(records, SealedFile::BodyOf(*image));
    status = file.Write(*image);
  } else {
    status = image.status();
  }
  if (status.ok()) return status;
  Log(LogLevel::kError, "keys", "key store not written",
      {{"error", status.message()}});
  return MakeError(absl::StatusCode::kInternal, status.message(),
                   {.reason = "KEY_STORE_WRITE_FAILED"});
}

}  // namespace uacced
