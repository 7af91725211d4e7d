#include "daemon/rpc/response_writer.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "daemon/rpc/wire.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {
namespace {

using google::protobuf::io::CodedOutputStream;

// Below this a copy costs less than a slice of its own.
constexpr size_t kCopyBytes = 4096;
constexpr size_t kChunkBytes = 32'768;

constexpr uint32_t BytesTag(int field) {
  return static_cast<uint32_t>(field) << 3 | 2;
}
constexpr uint32_t kIdTag = v1::OperationResult::kIdFieldNumber << 3;

size_t VarintSize(uint64_t value) {
  return CodedOutputStream::VarintSize64(value);
}

uint8_t* WriteBytesHeader(int field, size_t bytes, uint8_t* out) {
  out = CodedOutputStream::WriteVarint32ToArray(BytesTag(field), out);
  return CodedOutputStream::WriteVarint64ToArray(bytes, out);
}

// Tags of fields below 16 are one byte long.
size_t BytesHeaderSize(size_t bytes) { return 1 + VarintSize(bytes); }

}  // namespace

void ResponseWriter::Add(uint64_t id, int field,
                         const google::protobuf::MessageLite& head,
                         hw::DmaBuffer payload, size_t payload_bytes) {
  const size_t head_bytes = head.ByteSizeLong();
  const size_t payload_header_bytes =
      payload_bytes == 0 ? 0 : BytesHeaderSize(payload_bytes);
  const size_t body_bytes = head_bytes + payload_header_bytes + payload_bytes;
  const size_t id_bytes = id == 0 ? 0 : 1 + VarintSize(id);
  const size_t result_bytes =
      id_bytes + BytesHeaderSize(body_bytes) + body_bytes;
  const size_t total_bytes = BytesHeaderSize(result_bytes) + result_bytes;
  const bool copied = payload_bytes <= kCopyBytes;

  const size_t room_bytes = total_bytes - (copied ? 0 : payload_bytes);
  uint8_t* out = Room(room_bytes);
  out = WriteBytesHeader(v1::ProcessResponse::kResultsFieldNumber, result_bytes,
                         out);
  if (id != 0) {
    out = CodedOutputStream::WriteVarint32ToArray(kIdTag, out);
    out = CodedOutputStream::WriteVarint64ToArray(id, out);
  }
  out = WriteBytesHeader(field, body_bytes, out);
  out = head.SerializeWithCachedSizesToArray(out);
  if (payload_bytes > 0) {
    out = WriteBytesHeader(kPayloadField, payload_bytes, out);
    if (copied) std::memcpy(out, payload.data(), payload_bytes);
  }
  used_bytes_ += room_bytes;
  size_bytes_ += total_bytes;
  if (!copied) {
    Seal();
    slices_.emplace_back(payload.release(), payload_bytes, std::free);
  }
}

// Where the next `bytes` of the message go.
uint8_t* ResponseWriter::Room(size_t bytes) {
  if (chunk_.size() - used_bytes_ < bytes) {
    Seal();
    chunk_ = hw::DmaBuffer::Allocate(std::max(bytes, kChunkBytes));
    // As with operator new: a daemon out of memory for this cannot go on.
    if (chunk_.size() == 0) throw std::bad_alloc();
  }
  return chunk_.data() + used_bytes_;
}

void ResponseWriter::Seal() {
  if (used_bytes_ > 0) {
    slices_.emplace_back(chunk_.release(), std::exchange(used_bytes_, 0),
                         std::free);
  }
  chunk_ = hw::DmaBuffer();
}

grpc::ByteBuffer ResponseWriter::Finish() {
  Seal();
  grpc::ByteBuffer buffer(slices_.data(), slices_.size());
  slices_.clear();
  size_bytes_ = 0;
  return buffer;
}

}  // namespace uacced
