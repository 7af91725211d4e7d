// Key is one version of a named key: what it is for, its bytes, and how often
// it has been used. Who holds one may use it, even after its destruction.
//
// Threads:  immutable but for the count, which is thread-safe.
// Lifetime: shared; the bytes are zeroed when the last holder lets go.
#ifndef UACCED_DAEMON_KEYS_KEY_H_
#define UACCED_DAEMON_KEYS_KEY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/keys/secret_arena.h"
#include "daemon/keys/usage_counter.h"
#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced {

inline constexpr size_t kMaxKeyNameBytes = 64;
inline constexpr uint32_t kMaxKeyVersions = 1024;

// SP 800-38D section 8.3, for random nonces of 12 bytes.
inline constexpr uint64_t kMaxRandomNonceMessages = uint64_t{1} << 32;

struct KeySpec {
  // 1..64 characters of a-z A-Z 0-9 . _ -, not starting with "." or "-".
  std::string name;
  hw::Algorithm algorithm = hw::Algorithm::kNone;  // A cipher or an HMAC.
  // Each encryption brings its own nonce. REQUIRED false for HMAC.
  bool caller_nonce = false;
};

bool IsKeyName(absl::string_view name);

// INVALID_ARGUMENT, reason KEY_INVALID: `spec` breaks a rule above.
absl::Status CheckKeySpec(const KeySpec& spec);

// INVALID_ARGUMENT, reason KEY_INVALID: `material` is not
// Info(algorithm).key_bytes long, for HMAC 1..kMaxHmacKeyBytes; or the halves
// of an XTS key are equal.
absl::Status CheckKeyMaterial(hw::Algorithm algorithm, hw::Bytes material);

// Whether the daemon's nonces are so short that they limit how many messages
// one version may encrypt.
bool HasMessageLimit(const KeySpec& spec);

class Key;

// Whoever keeps the books that a count must be in before it is used.
class UsageBooks {
 public:
  virtual ~UsageBooks() = default;
  // Writes down that `key` is used more often, and lets it. May block on a
  // disk. Errors: nothing was reserved.
  virtual absl::Status ReserveMore(const Key& key) = 0;
};

class Key {
 public:
  struct Origin {
    uint32_t version = 1;
    bool imported = false;
    absl::Time create_time;
    uint64_t messages = 0;  // Used, or perhaps used, before.
  };

  // `books` null: the count is nobody's business but this object's.
  // REQUIRES: the spec and the first `size_bytes` of `slot` were checked.
  Key(KeySpec spec, const Origin& origin, SecretSlot slot, size_t size_bytes,
      uint64_t message_limit, std::shared_ptr<UsageBooks> books);
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  const KeySpec& spec() const { return spec_; }
  const std::string& name() const { return spec_.name; }
  hw::Algorithm algorithm() const { return spec_.algorithm; }
  bool caller_nonce() const { return spec_.caller_nonce; }
  uint32_t version() const { return origin_.version; }
  bool imported() const { return origin_.imported; }
  absl::Time create_time() const { return origin_.create_time; }
  // The secret, as long as the algorithm wants it. Lives as long as the Key.
  hw::Bytes bytes() const { return slot_.bytes().first(size_bytes_); }

  // Messages counted, those that an earlier process may have used included.
  uint64_t messages() const { return counter_.used(); }
  // 0: no limit.
  uint64_t max_messages() const;

  // Counts one message, before it is encrypted or authenticated. Takes no lock
  // but once in up to 2^20 messages of a key that is kept on disk, when it
  // waits for the disk: not for the polling thread.
  // FAILED_PRECONDITION, reason KEY_EXHAUSTED: max_messages() have been.
  // UNAVAILABLE, INTERNAL: the count could not be written down. NOT_FOUND: the
  // key was destroyed meanwhile. Not counted then.
  absl::Status CountMessage() const;

 private:
  friend class KeyStore;

  const KeySpec spec_;
  const Origin origin_;
  const SecretSlot slot_;
  const size_t size_bytes_;
  const std::shared_ptr<UsageBooks> books_;
  mutable UsageCounter counter_;
};

// All versions of one key, oldest first: version v is at index v - 1.
using KeyVersions = std::vector<std::shared_ptr<const Key>>;

}  // namespace uacced

#endif  // UACCED_DAEMON_KEYS_KEY_H_
