// The messages of a Process stream, results one after the other. Small payloads
// are copied together with what is around them; a large one goes as a slice of
// its own.
//
// Threads: thread-compatible.
#ifndef UACCED_DAEMON_RPC_RESPONSE_WRITER_H_
#define UACCED_DAEMON_RPC_RESPONSE_WRITER_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hw/dma_buffer.h"

namespace uacced {

class ResponseWriter {
 public:
  ResponseWriter() = default;
  ResponseWriter(const ResponseWriter&) = delete;
  ResponseWriter& operator=(const ResponseWriter&) = delete;

  // An OperationResult with `id` and, as field `field`, `head` plus the first
  // `payload_bytes` of `payload` (see SerializeWithPayload()).
  void Add(uint64_t id, int field, const google::protobuf::MessageLite& head,
           hw::DmaBuffer payload, size_t payload_bytes);

  size_t size_bytes() const { return size_bytes_; }

  // The message; this is empty then.
  grpc::ByteBuffer Finish();

 private:
  uint8_t* Room(size_t bytes);
  void Seal();

  std::vector<grpc::Slice> slices_;
  hw::DmaBuffer chunk_;  // Being filled.
  size_t used_bytes_ = 0;
  size_t size_bytes_ = 0;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_RESPONSE_WRITER_H_
