// The body of a sealed key store: one record for each version of each key, as
// docs/key-store.md has them.
//
// Threads: pure functions.
#ifndef UACCED_DAEMON_KEYS_KEY_RECORDS_H_
#define UACCED_DAEMON_KEYS_KEY_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/keys/key.h"
#include "hw/request.h"

namespace uacced {

struct KeyRecord {
  KeySpec spec;
  Key::Origin origin;
  hw::Bytes material;  // Borrowed.
};

// Of EncodeKeyRecords().
size_t EncodedBytes(std::span<const KeyRecord> records);

// The most that `max_keys` records take.
size_t MaxEncodedBytes(size_t max_keys);

// REQUIRES: `out` has EncodedBytes(records) bytes.
void EncodeKeyRecords(std::span<const KeyRecord> records, hw::MutableBytes out);

// The records borrow their material from `body`. All rules of CheckKeySpec()
// and CheckKeyMaterial() hold; the versions of a key follow each other from 1
// and agree on what it is for; no name is there twice. FAILED_PRECONDITION:
// more than `max_keys`, or an algorithm that this version does not have.
// DATA_LOSS: anything else that is not so.
absl::StatusOr<std::vector<KeyRecord>> DecodeKeyRecords(hw::Bytes body,
                                                        size_t max_keys);

}  // namespace uacced

#endif  // UACCED_DAEMON_KEYS_KEY_RECORDS_H_
