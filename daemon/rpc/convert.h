// From request messages to steps of a task. Together with daemon/task/payload,
// which looks at the payload, all validation of what clients send is here,
// once: whatever leaves with OK is safe for every device.
//
// Ownership: a Step points into the message, into itself and to its key; the
//            call keeps message and Step together until answered.
// Threads:   pure functions of their arguments; the KeyStore is thread-safe.
// Errors:    INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED,
//            FAILED_PRECONDITION, RESOURCE_EXHAUSTED, with
//            daemon/core/error.h details.
#ifndef UACCED_DAEMON_RPC_CONVERT_H_
#define UACCED_DAEMON_RPC_CONVERT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/core/execution_mode.h"
#include "daemon/keys/key_store.h"
#include "daemon/task/step.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {

inline constexpr size_t kMaxAssociatedDataBytes = 65'536;

struct ConvertContext {
  const KeyStore& keys;
  uint64_t max_output_bytes;
  // Of messages that have none of their own.
  ExecutionMode mode = ExecutionMode::kPreferHardware;
};

// `out` must be fresh; on error its content is unspecified. The payload fields
// of the messages are not looked at.
absl::Status Convert(const v1::CompressRequest& message,
                     const ConvertContext& context, Step& out);
absl::Status Convert(const v1::DecompressRequest& message,
                     const ConvertContext& context, Step& out);
absl::Status Convert(const v1::EncryptRequest& message,
                     const ConvertContext& context, Step& out);
absl::Status Convert(const v1::DecryptRequest& message,
                     const ConvertContext& context, Step& out);
absl::Status Convert(const v1::DigestRequest& message,
                     const ConvertContext& context, Step& out);
absl::Status Convert(const v1::CopyRequest& message,
                     const ConvertContext& context, Step& out);

// What a message means by `key` and `key_version`; version 0 is the newest.
absl::StatusOr<std::shared_ptr<const Key>> FindKey(const std::string& name,
                                                   uint32_t version,
                                                   const KeyStore& keys);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_CONVERT_H_
