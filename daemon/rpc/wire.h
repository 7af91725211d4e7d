// Messages to and from gRPC's buffers. The payload of a response is not copied
// into the message and from there into the buffer: it goes as a slice of its
// own, with the few other fields in front.
//
// Threads: pure functions.
#ifndef UACCED_DAEMON_RPC_WIRE_H_
#define UACCED_DAEMON_RPC_WIRE_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>

#include "hw/dma_buffer.h"

namespace uacced {

// Every response that carries a payload has it as this field, of type bytes.
inline constexpr int kPayloadField = 1;

// False when `buffer` is no such message.
bool ParseMessage(grpc::ByteBuffer& buffer,
                  google::protobuf::MessageLite& message);

// `message` plus the first `payload_bytes` of `payload` as field
// kPayloadField. REQUIRES: that field is not set in `message`.
grpc::ByteBuffer SerializeWithPayload(
    const google::protobuf::MessageLite& message, hw::DmaBuffer payload,
    size_t payload_bytes);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_WIRE_H_
