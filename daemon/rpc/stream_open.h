// From the options of CompressStream and its like to a ByteStream, and from
// what it did to the summary. All validation of options is here.
//
// Threads: pure functions of their arguments; the KeyStore is thread-safe.
// Errors:  as convert.h.
#ifndef UACCED_DAEMON_RPC_STREAM_OPEN_H_
#define UACCED_DAEMON_RPC_STREAM_OPEN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "daemon/keys/key_store.h"
#include "daemon/reactor/placement.h"
#include "daemon/stream/byte_stream.h"
#include "daemon/stream/stream_path.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {

enum class StreamKind : uint8_t {
  kCompress,
  kDecompress,
  kEncrypt,
  kDecrypt,
  kDigest,
};

// `path` has the mode of options that have none.
// `options`: the field's bytes, if the first message had it. The stream is not
// started; what it needs of the options is copied.
absl::StatusOr<std::unique_ptr<ByteStream>> OpenByteStream(
    StreamKind kind, const std::optional<std::string>& options,
    const StreamPath& path, const KeyStore& keys);

void FillSummary(StreamKind kind, const StreamTotals& totals,
                 const Placement& placement, v1::StreamSummary& out);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_STREAM_OPEN_H_
