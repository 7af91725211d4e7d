// A request of one operation as it came: its payload where it stands in the
// receive buffer, everything else parsed. Payload is thus never copied into a
// message.
//
// Threads: thread-compatible.
// What is hostile: unknown fields are bounded (wire.h), wherever they are.
#ifndef UACCED_DAEMON_RPC_REQUEST_MESSAGE_H_
#define UACCED_DAEMON_RPC_REQUEST_MESSAGE_H_

#include <cstdint>
#include <variant>

#include "hw/request.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {

// In the order of the fields of Operation and of OperationResult.
enum class OperationKind : uint8_t {
  kCompress,
  kDecompress,
  kEncrypt,
  kDecrypt,
  kDigest,
  kCopy,
  kChain,
};
inline constexpr int kOperationKindCount = 7;
// Number of the first kind's field there.
inline constexpr int kFirstKindField = 3;
static_assert(v1::Operation::kCompressFieldNumber == kFirstKindField);
static_assert(v1::Operation::kChainFieldNumber ==
              kFirstKindField + kOperationKindCount - 1);
static_assert(v1::OperationResult::kChainFieldNumber ==
              kFirstKindField + kOperationKindCount - 1);

// Indices are those of OperationKind.
using RequestFields =
    std::variant<v1::CompressRequest, v1::DecompressRequest, v1::EncryptRequest,
                 v1::DecryptRequest, v1::DigestRequest, v1::CopyRequest,
                 v1::ChainRequest>;

struct RequestMessage {
  RequestFields fields;  // Without the payload.
  hw::Bytes payload;     // In the bytes that were parsed.
};

// False when `wire` is no such message, or is not cheap to parse (wire.h).
bool ParseRequest(OperationKind kind, hw::Bytes wire, RequestMessage& out);

// One operation of a ProcessRequest.
struct OperationHeader {
  uint64_t id = 0;
  uint64_t timeout_ns = 0;
  // The operation itself; no kind is an error of the operation, not of the
  // message: a newer client may know more.
  bool has_kind = false;
  OperationKind kind = OperationKind::kCopy;
  hw::Bytes wire;
};

// Takes the next operation off the front of a ProcessRequest. False at the end
// of the message, or when it is malformed: then `*malformed` is set.
bool TakeOperation(hw::Bytes& message, OperationHeader& out, bool* malformed);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_REQUEST_MESSAGE_H_
