// Encrypted files as streams: EncryptStream and DecryptStream without gRPC.
//
// The functions give streams that were not started.
#ifndef UACCED_DAEMON_STREAM_FILE_STREAM_H_
#define UACCED_DAEMON_STREAM_FILE_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "daemon/keys/key.h"
#include "daemon/stream/byte_stream.h"
#include "daemon/stream/encrypted_file.h"
#include "daemon/stream/stream_path.h"

namespace uacced {

// Counts one message of `key`, whatever the length: the file has a key of its
// own. Errors of Key::CountMessage(); INTERNAL when OpenSSL fails.
// REQUIRES: `key` is an AEAD's without caller_nonce, chunk_bytes is in range.
absl::StatusOr<std::unique_ptr<ByteStream>> MakeEncryptStream(
    const StreamPath& path, const Key& key, uint32_t chunk_bytes);

// Finds the key that a header wants. NOT_FOUND, INVALID_ARGUMENT: why not.
using FindFileKey = std::function<absl::StatusOr<std::shared_ptr<const Key>>(
    const FileHeader&)>;

std::unique_ptr<ByteStream> MakeDecryptStream(const StreamPath& path,
                                              FindFileKey find_key);

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_FILE_STREAM_H_
