// The encrypted file, version 1 (docs/encrypted-file.md): its header, the key
// of one file, and the nonce of each chunk. The STREAM construction (Hoang,
// Reyhanitabar, Rogaway, Vizar: "Online Authenticated-Encryption and its
// Nonce-Reuse Misuse-Resistance", 2015) over an AEAD algorithm.
//
// Units:   bytes; chunks are counted from 0.
// Threads: pure functions; a FileKey is thread-compatible, const calls are
// safe. Errors:  a header is hostile until the first chunk was authenticated.
#ifndef UACCED_DAEMON_STREAM_ENCRYPTED_FILE_H_
#define UACCED_DAEMON_STREAM_ENCRYPTED_FILE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced {

inline constexpr uint32_t kMinChunkBytes = 4096;
inline constexpr uint32_t kMaxChunkBytes = 4'194'304;
inline constexpr uint32_t kDefaultChunkBytes = 262'144;
inline constexpr size_t kChunkTagBytes = 16;
inline constexpr size_t kChunkNonceBytes = 12;
inline constexpr uint64_t kMaxChunks = uint64_t{1} << 32;

struct FileHeader {
  hw::Algorithm algorithm = hw::Algorithm::kNone;  // The key's: an AEAD.
  std::string key;                                 // Its name, 1..64 bytes.
  uint32_t key_version = 0;
  uint32_t chunk_bytes = 0;  // Of plaintext.
  std::array<uint8_t, 32> salt{};
};

// Magic, version, algorithm, key name, key version, chunk bytes and salt.
inline constexpr size_t kMaxFileHeaderBytes =
    4 + 1 + (1 + 32) + (1 + 64) + 4 + 4 + 32;

std::vector<uint8_t> SerializeFileHeader(const FileHeader& header);

// How many bytes of a file belong to its header for certain, having seen the
// first `seen.size()` of them: more than that until the header is whole, equal
// when it is. At most kMaxFileHeaderBytes, whatever the input.
size_t FileHeaderBytesNeeded(hw::Bytes seen);

// INVALID_ARGUMENT: not exactly one header, another version, or a field out of
// range.
absl::StatusOr<FileHeader> ParseFileHeader(hw::Bytes header);

// What the chunks of one file are encrypted with: derived from the key, the
// salt and every byte of the header. Wiped at its end.
class FileKey {
 public:
  // `key`: the secret of Info(algorithm).key_bytes. `header`: as it stands in
  // the file. INTERNAL: OpenSSL failed.
  static absl::StatusOr<std::unique_ptr<FileKey>> Derive(
      hw::Algorithm algorithm, hw::Bytes key, hw::Bytes header);

  FileKey(const FileKey&) = delete;
  FileKey& operator=(const FileKey&) = delete;
  ~FileKey();

  // What devices do a chunk with: the key's algorithm, but for xaes-256-gcm,
  // whose long nonces a key for one file does not need, aes-256-gcm.
  hw::Algorithm chunk_algorithm() const { return chunk_algorithm_; }
  hw::Bytes bytes() const { return hw::Bytes(material_).first(key_bytes_); }

  // REQUIRES: index < kMaxChunks.
  std::array<uint8_t, kChunkNonceBytes> Nonce(uint64_t index, bool last) const;

 private:
  static constexpr size_t kPrefixBytes = 7;

  FileKey(hw::Algorithm chunk_algorithm, size_t key_bytes)
      : chunk_algorithm_(chunk_algorithm), key_bytes_(key_bytes) {}

  const hw::Algorithm chunk_algorithm_;
  const size_t key_bytes_;
  // The key, and behind it what every nonce begins with.
  std::array<uint8_t, 32 + kPrefixBytes> material_{};
};

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_ENCRYPTED_FILE_H_
