#include "daemon/rpc/wire.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format.h>
#include <google/protobuf/wire_format_lite.h>

#include <climits>
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

// Requests nest three deep: ChainRequest, ChainStep, CompressRequest.
constexpr int kMaxDepth = 4;

struct Excess {
  size_t unknown_fields = 0;
  size_t unknown_bytes = 0;
  size_t elements = 0;  // Of repeated fields.
};

// As the parser sees it: a field of another wire type is unknown to it too.
const FieldDescriptor* KnownField(const google::protobuf::Descriptor& type,
                                  uint32_t tag) {
  const FieldDescriptor* field =
      type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
  return field != nullptr && WireFormat::WireTypeForField(field) ==
                                 WireFormatLite::GetTagWireType(tag)
             ? field
             : nullptr;
}

bool CountExcess(hw::Bytes wire, const google::protobuf::Descriptor& type,
                 int depth, Excess& excess) {
  CodedInputStream input(wire.data(), static_cast<int>(wire.size()));
  for (;;) {
    const int begin = input.CurrentPosition();
    const uint32_t tag = input.ReadTag();
    if (tag == 0) return input.ConsumedEntireMessage();
    const int value_at = input.CurrentPosition();
    if (!WireFormatLite::SkipField(&input, tag)) return false;
    // The payload above all: the look-up is for what is rare.
    if (tag == kPayloadTag && depth == 0) continue;
    const FieldDescriptor* field = KnownField(type, tag);
    if (field == nullptr) {
      excess.unknown_bytes +=
          static_cast<size_t>(input.CurrentPosition() - begin);
      if (++excess.unknown_fields > kMaxUnknownFields ||
          excess.unknown_bytes > kMaxUnknownBytes) {
        return false;
      }
      continue;
    }
    if (field->is_repeated() && ++excess.elements > kMaxElements) return false;
    if (field->message_type() != nullptr) {
      CodedInputStream value(wire.data() + value_at,
                             input.CurrentPosition() - value_at);
      uint32_t size = 0;
      if (depth >= kMaxDepth || !value.ReadVarint32(&size) ||
          !CountExcess(
              wire.subspan(static_cast<size_t>(value_at) +
                               static_cast<size_t>(value.CurrentPosition()),
                           size),
              *field->message_type(), depth + 1, excess)) {
        return false;
      }
    }
  }
}

}  // namespace

bool IsCheapToParse(hw::Bytes wire,
                    const google::protobuf::Descriptor& descriptor) {
  Excess excess;
  return wire.size() <= INT_MAX && CountExcess(wire, descriptor, 0, excess);
}

bool MakeContiguous(grpc::ByteBuffer& buffer, grpc::Slice& out) {
  // (An empty message is another thing than none.)
  if (!buffer.Valid()) return false;
  if (buffer.TrySingleSlice(&out).ok()) return true;
  return buffer.DumpToSingleSlice(&out).ok();
}

bool ParseMessage(grpc::ByteBuffer& buffer,
                  google::protobuf::Message& message) {
  grpc::Slice slice;
  if (!MakeContiguous(buffer, slice)) return false;
  const hw::Bytes wire = AsBytes(slice);
  return IsCheapToParse(wire, *message.GetDescriptor()) &&
         message.ParseFromArray(wire.data(), static_cast<int>(wire.size()));
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
