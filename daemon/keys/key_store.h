// KeyStore holds the daemon's keys by name and version: in memory only, or in a
// sealed file too. Key bytes stand in a SecretArena and never leave it but to
// be used or sealed.
//
// Units:    max_keys counts versions, those destroyed and still in use
// included. Threads:  thread-safe. Find() takes a shared lock for one look-up
// and never
//           waits for the disk; changes do, one after another.
// Lifetime: a Key lives until its last user lets go, even after Destroy() and
//           after ~KeyStore(); then its bytes are zeroed.
// Errors:   carry reasons (daemon/core/error.h). With a sealed file, changes
//           return OK only once they are on the disk. INTERNAL, reason
//           KEY_STORE_WRITE_FAILED: it could not be written. UNAVAILABLE,
//           reason SHUTTING_DOWN: after HandOver(). After any error nothing
//           changed.
#ifndef UACCED_DAEMON_KEYS_KEY_STORE_H_
#define UACCED_DAEMON_KEYS_KEY_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/keys/key.h"
#include "daemon/keys/sealed_file.h"
#include "daemon/keys/secret_arena.h"
#include "hw/request.h"

namespace uacced {

class KeyStore {
 public:
  static constexpr size_t kMaxKeys = 100'000;
  static constexpr size_t kMaxNameBytes = kMaxKeyNameBytes;

  struct Options {
    size_t max_keys = 1024;
    // For versions that have a limit at all. 1..kMaxRandomNonceMessages.
    uint64_t max_messages_per_version = kMaxRandomNonceMessages;
    // Null: in memory only.
    std::unique_ptr<SealedFile> sealed_file;
  };

  // Locks about max_keys * kSecretSlotBytes bytes of memory, and loads what is
  // in the file. INVALID_ARGUMENT: an option is out of its range. Else see
  // SecretArena, SealedFile::Read() and DecodeKeyRecords(); the file is then as
  // it was.
  static absl::StatusOr<std::unique_ptr<KeyStore>> Create(Options options);

  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;
  ~KeyStore();

  // Makes version 1 of a key, of random bytes.
  // INVALID_ARGUMENT: see CheckKeySpec(). ALREADY_EXISTS, KEY_EXISTS: the name
  // is taken. RESOURCE_EXHAUSTED, KEYS_LIMIT: max_keys is reached.
  absl::StatusOr<std::shared_ptr<const Key>> CreateKey(const KeySpec& spec);

  // Copies `material`; zeroing it afterwards is the caller's. Errors as
  // CreateKey(), and INVALID_ARGUMENT of CheckKeyMaterial().
  absl::StatusOr<std::shared_ptr<const Key>> ImportKey(const KeySpec& spec,
                                                       hw::Bytes material);

  // Makes the next version, of random bytes when `material` is empty. Gives all
  // versions. NOT_FOUND, KEY_NOT_FOUND: there is no such key.
  // RESOURCE_EXHAUSTED: max_keys as above; VERSIONS_LIMIT: it has
  // kMaxKeyVersions. INVALID_ARGUMENT, KEY_INVALID: of CheckKeyMaterial(), or
  // the material is that of an older version.
  absl::StatusOr<KeyVersions> Rotate(absl::string_view name,
                                     hw::Bytes material = {});

  // `version` 0: the newest, the one to encrypt with. Null when there is none.
  std::shared_ptr<const Key> Find(absl::string_view name,
                                  uint32_t version = 0) const;

  // Sorted by name; at least one version each.
  std::vector<KeyVersions> List() const;

  // All versions. NOT_FOUND, KEY_NOT_FOUND: there is none. Who has found the
  // key before may go on using it.
  absl::Status Destroy(absl::string_view name);

  // Lets another daemon have the sealed file: from now on every change is
  // refused. Keys go on being used, as often as was reserved before.
  void Release();

  // What can be found: names, and versions of them.
  size_t key_count() const;
  size_t version_count() const;
  size_t max_keys() const { return options_.max_keys; }

 private:
  class Books;

  KeyStore(Options options, std::shared_ptr<SecretArena> arena);

  absl::Status Load();

  // The rest: with the change lock held.
  absl::StatusOr<std::shared_ptr<const Key>> Add(const KeySpec& spec,
                                                 hw::Bytes material);
  // A new version, not yet to be found. `older` may be null.
  absl::StatusOr<std::shared_ptr<const Key>> Make(const KeySpec& spec,
                                                  hw::Bytes material,
                                                  const KeyVersions* older);
  // Makes `versions` what there is under that name, or takes the name out when
  // they are null.
  absl::Status Commit(const std::string& name,
                      std::shared_ptr<const KeyVersions> versions);
  absl::Status ReserveMore(const Key& key);
  // Writes all keys but those under `changed`, for which `versions` stand
  // (null: none), and counts `reserving` as used `reserved` times.
  absl::Status Save(absl::string_view changed, const KeyVersions* versions,
                    const Key* reserving = nullptr, uint64_t reserved = 0);

  // Constant after construction.
  const Options options_;
  const std::shared_ptr<SecretArena> arena_;
  const std::shared_ptr<Books> books_;  // Has the change lock.

  mutable std::shared_mutex mutex_;
  // Changed with both the change lock and mutex_, read with either.
  absl::flat_hash_map<std::string, std::shared_ptr<const KeyVersions>> keys_;
  size_t version_count_ = 0;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_KEYS_KEY_STORE_H_
