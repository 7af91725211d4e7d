// The header of an encrypted file, version 0, and as much of version 1 as
// uaccectl looks at (the daemon reads and writes that): docs/encrypted-file.md.
//
// Threads: pure functions.
// Errors:  everything in a file is hostile until Decrypt succeeded. Parsing
//          is bounded: it looks at no more than the first
//          kMaxEncryptedHeaderBytes.
#ifndef UACCED_CLIENT_CLI_ENCRYPTED_FILE_H_
#define UACCED_CLIENT_CLI_ENCRYPTED_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace uacced::cli {

// Magic, version, and four fields with a byte of length each: an algorithm
// name, a key name of at most 64 bytes, a nonce of at most 128 and a tag of at
// most 16.
inline constexpr size_t kMaxEncryptedHeaderBytes =
    4 + 1 + (1 + 32) + (1 + 64) + (1 + 128) + (1 + 16);

struct EncryptedFile {
  std::string algorithm;  // e.g. "aes-256-gcm"
  std::string key;        // name of the key that encrypted it
  std::string nonce;
  std::string tag;               // empty for unauthenticated algorithms
  absl::string_view ciphertext;  // not part of the header
};

// What is the same in both versions.
struct EncryptedFileHead {
  int version;            // 0 or 1
  std::string algorithm;  // of version 1, a valid cipher's; else empty
};

// Looks at the beginning of a file: its first kMaxEncryptedHeaderBytes, or all
// of it. INVALID_ARGUMENT as ParseEncryptedFile().
absl::StatusOr<EncryptedFileHead> ParseEncryptedFileHead(
    absl::string_view beginning);

// The header's first part, magic to key name: what AEAD algorithms
// authenticate as associated data. (They bind nonce and tag by themselves.)
// REQUIRES: both names are valid ones, as Parse demands.
std::string AssociatedData(absl::string_view algorithm, absl::string_view key);

// The whole header; the ciphertext follows it.
std::string SerializeHeader(const EncryptedFile& file);

// Takes `file` apart; the ciphertext points into it. INVALID_ARGUMENT: not
// such a file, or of another version, or a field that no algorithm allows.
absl::StatusOr<EncryptedFile> ParseEncryptedFile(absl::string_view file);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_ENCRYPTED_FILE_H_
