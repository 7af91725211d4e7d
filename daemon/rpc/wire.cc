#include "daemon/rpc/wire.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace uacced {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormat;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

// Below this a copy costs less than a slice with a destructor.
constexpr size_t kCopyBytes = 4096;

// Field number and wire type 2 (length-delimited).
constexpr uint32_t kPayloadTag = (kPayloadField << 3) | 2;

// As the parser sees it: a field of another wire type is unknown to it too.
bool IsKnown(const google::protobuf::Descriptor& descriptor, uint32_t tag) {
  const FieldDescriptor* field =
      descriptor.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
  return field != nullptr && WireFormat::WireTypeForField(field) ==
                                 WireFormatLite::GetTagWireType(tag);
}

// Looks at the outermost fields alone: no request has messages inside.
bool HasFewUnknownFields(grpc::ByteBuffer& buffer,
                         const google::protobuf::Descriptor& descriptor) {
  grpc::ProtoBufferReader reader(&buffer);
  if (!reader.status().ok()) return false;
  CodedInputStream input(&reader);
  size_t fields = 0, bytes = 0;
  for (;;) {
    const int begin = input.CurrentPosition();
    const uint32_t tag = input.ReadTag();
    if (tag == 0) return input.ConsumedEntireMessage();
    if (!WireFormatLite::SkipField(&input, tag)) return false;
    if (IsKnown(descriptor, tag)) continue;
    bytes += static_cast<size_t>(input.CurrentPosition() - begin);
    if (++fields > kMaxUnknownFields || bytes > kMaxUnknownBytes) return false;
  }
}

}  // namespace

bool ParseMessage(grpc::ByteBuffer& buffer,
                  google::protobuf::Message& message) {
  // No message at all, as from a client that broke off within it: an empty
  // message is another thing.
  if (!buffer.Valid()) return false;
  if (buffer.Length() == 0) {
    message.Clear();
    return true;
  }
  if (!HasFewUnknownFields(buffer, *message.GetDescriptor())) return false;
  grpc::ProtoBufferReader reader(&buffer);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

grpc::ByteBuffer SerializeWithPayload(
    const google::protobuf::MessageLite& message, hw::DmaBuffer payload,
    size_t payload_bytes) {
  const size_t message_bytes = message.ByteSizeLong();
  // proto3 leaves an empty field out.
  const size_t header_bytes =
      payload_bytes == 0 ? 0
                         : CodedOutputStream::VarintSize32(kPayloadTag) +
                               CodedOutputStream::VarintSize64(payload_bytes);
  const bool copied = payload_bytes <= kCopyBytes;
  grpc::Slice head(message_bytes + header_bytes + (copied ? payload_bytes : 0));
  auto* out = const_cast<uint8_t*>(head.begin());
  out = message.SerializeWithCachedSizesToArray(out);
  if (payload_bytes > 0) {
    out = CodedOutputStream::WriteVarint32ToArray(kPayloadTag, out);
    out = CodedOutputStream::WriteVarint64ToArray(payload_bytes, out);
  }
  if (copied) {
    if (payload_bytes > 0) std::memcpy(out, payload.data(), payload_bytes);
    return grpc::ByteBuffer(&head, 1);
  }
  const grpc::Slice slices[] = {
      head, grpc::Slice(payload.release(), payload_bytes, std::free)};
  return grpc::ByteBuffer(slices, 2);
}

}  // namespace uacced
