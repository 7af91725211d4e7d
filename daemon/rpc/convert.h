// From request messages to hw::Request. All validation of what clients send is
// here, once: whatever leaves with OK is safe for every device.
//
// Ownership: a Conversion points into the message, into itself and to its key;
//            the call keeps message and Conversion together until answered.
// Threads:   pure functions of their arguments; the KeyStore is thread-safe.
// Errors:    INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED,
//            RESOURCE_EXHAUSTED, with daemon/core/error.h details.
#ifndef UACCED_DAEMON_RPC_CONVERT_H_
#define UACCED_DAEMON_RPC_CONVERT_H_

#include <array>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "daemon/keys/key_store.h"
#include "hw/request.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {

inline constexpr size_t kMaxAssociatedDataBytes = 65'536;

struct Conversion {
  Conversion() = default;
  Conversion(const Conversion&) = delete;
  Conversion& operator=(const Conversion&) = delete;

  hw::Request request;  // Without destination.
  // The destination is never made larger than this.
  uint64_t output_limit_bytes = UINT64_MAX;
  std::shared_ptr<const Key> key;
  // What the daemon itself puts beside the payload.
  std::array<uint8_t, hw::kCipherBlockBytes> made_nonce{};
  std::array<uint8_t, hw::kMaxMacBytes> made_mac{};
};

struct ConvertContext {
  const KeyStore& keys;
  uint64_t max_output_bytes;
};

// `out` must be fresh; on error its content is unspecified.
absl::Status Convert(const v1::CompressRequest& message,
                     const ConvertContext& context, Conversion& out);
absl::Status Convert(const v1::DecompressRequest& message,
                     const ConvertContext& context, Conversion& out);
absl::Status Convert(const v1::EncryptRequest& message,
                     const ConvertContext& context, Conversion& out);
absl::Status Convert(const v1::DecryptRequest& message,
                     const ConvertContext& context, Conversion& out);
absl::Status Convert(const v1::DigestRequest& message,
                     const ConvertContext& context, Conversion& out);
absl::Status Convert(const v1::CopyRequest& message,
                     const ConvertContext& context, Conversion& out);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_CONVERT_H_
