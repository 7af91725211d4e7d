// KeyStore holds the daemon's keys by name, in memory only. Key bytes stand in
// a SecretArena and never leave it but to be used.
//
// Units:    max_keys counts keys, those destroyed and still in use included.
// Threads:  thread-safe. Find() takes a shared lock for one look-up.
// Lifetime: a Key lives until its last user lets go, even after Destroy() and
//           after ~KeyStore(); then its bytes are zeroed.
#ifndef UACCED_DAEMON_KEYS_KEY_STORE_H_
#define UACCED_DAEMON_KEYS_KEY_STORE_H_

#include <cstddef>
#include <memory>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/keys/secret_arena.h"
#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced {

struct KeySpec {
  // 1..64 characters of a-z A-Z 0-9 . _ -, not starting with "." or "-".
  std::string name;
  hw::Algorithm algorithm = hw::Algorithm::kNone;  // A cipher or an HMAC.
  // Each encryption brings its own nonce. REQUIRED false for HMAC.
  bool caller_nonce = false;
};

// Immutable.
class Key {
 public:
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  const std::string& name() const { return spec_.name; }
  hw::Algorithm algorithm() const { return spec_.algorithm; }
  bool caller_nonce() const { return spec_.caller_nonce; }
  bool imported() const { return imported_; }
  absl::Time create_time() const { return create_time_; }
  // The secret, as long as the algorithm wants it. Lives as long as the Key.
  hw::Bytes bytes() const { return slot_.bytes().first(size_bytes_); }

 private:
  friend class KeyStore;
  Key(KeySpec spec, bool imported, SecretSlot slot, size_t size_bytes);

  const KeySpec spec_;
  const bool imported_;
  const absl::Time create_time_;
  const SecretSlot slot_;
  const size_t size_bytes_;
};

class KeyStore {
 public:
  static constexpr size_t kMaxKeys = 100'000;
  static constexpr size_t kMaxNameBytes = 64;

  // Locks about max_keys * kSecretSlotBytes bytes of memory.
  // INVALID_ARGUMENT: max_keys is not in 1..kMaxKeys. Else see SecretArena.
  static absl::StatusOr<std::unique_ptr<KeyStore>> Create(size_t max_keys);

  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  // Makes a key of random bytes.
  // INVALID_ARGUMENT: `spec` breaks a rule above. ALREADY_EXISTS: the name is
  // taken. RESOURCE_EXHAUSTED: max_keys is reached. Nothing changed then.
  absl::StatusOr<std::shared_ptr<const Key>> CreateKey(const KeySpec& spec);

  // Copies `material`, which must be Info(algorithm).key_bytes long, for HMAC
  // 1..kMaxHmacKeyBytes; the halves of an XTS key must differ. Zeroing
  // `material` afterwards is the caller's. Errors as CreateKey().
  absl::StatusOr<std::shared_ptr<const Key>> ImportKey(const KeySpec& spec,
                                                       hw::Bytes material);

  // Null when there is none.
  std::shared_ptr<const Key> Find(absl::string_view name) const;

  // Sorted by name.
  std::vector<std::shared_ptr<const Key>> List() const;

  // NOT_FOUND: there is none. Who has found the key before may go on using it.
  absl::Status Destroy(absl::string_view name);

  // Keys that can be found.
  size_t size() const;
  size_t max_keys() const { return max_keys_; }

 private:
  KeyStore(size_t max_keys, std::shared_ptr<SecretArena> arena)
      : max_keys_(max_keys), arena_(std::move(arena)) {}

  // A slot for a key `spec`, or why there may be none.
  absl::StatusOr<SecretSlot> TakeSlot(const KeySpec& spec);
  absl::StatusOr<std::shared_ptr<const Key>> Insert(
      std::shared_ptr<const Key> key);

  // Constant after construction.
  const size_t max_keys_;
  const std::shared_ptr<SecretArena> arena_;

  mutable std::shared_mutex mutex_;
  // Guarded by mutex_.
  absl::flat_hash_map<std::string, std::shared_ptr<const Key>> keys_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_KEYS_KEY_STORE_H_
