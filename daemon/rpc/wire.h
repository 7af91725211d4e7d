// Messages to and from gRPC's buffers. The payload of a response is not copied
// into the message and from there into the buffer: it goes as a slice of its
// own, with the few other fields in front.
//
// Threads: pure functions.
#ifndef UACCED_DAEMON_RPC_WIRE_H_
#define UACCED_DAEMON_RPC_WIRE_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <cstddef>

#include "hw/dma_buffer.h"
#include "hw/request.h"

namespace uacced {

// Every response that carries a payload has it as this field, of type bytes.
inline constexpr int kPayloadField = 1;

// Fields that a message may have beside those we know, and their size: for
// clients newer than this daemon. They would be kept in memory that no limit
// counts, up to 16 times as large as they came.
inline constexpr size_t kMaxUnknownFields = 32;
inline constexpr size_t kMaxUnknownBytes = 4096;
// Of all repeated fields together; for an empty element that is 2 bytes long
// the parser takes 40 and more.
inline constexpr size_t kMaxElements = 256;

// Whether `wire` is well-formed on the outside and has no more unknown fields
// and elements than that, those of messages within it included.
bool IsCheapToParse(hw::Bytes wire,
                    const google::protobuf::Descriptor& descriptor);

// The whole of `buffer` in one piece, copied only if it came in several. False
// when there is no message at all, as from a client that broke off within it.
bool MakeContiguous(grpc::ByteBuffer& buffer, grpc::Slice& out);

inline hw::Bytes AsBytes(const grpc::Slice& slice) {
  return {slice.begin(), slice.size()};
}

// False when `buffer` is no such message, or is not cheap to parse.
bool ParseMessage(grpc::ByteBuffer& buffer, google::protobuf::Message& message);

// `message` plus the first `payload_bytes` of `payload` as field
// kPayloadField. REQUIRES: that field is not set in `message`.
grpc::ByteBuffer SerializeWithPayload(
    const google::protobuf::MessageLite& message, hw::DmaBuffer payload,
    size_t payload_bytes);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_WIRE_H_
