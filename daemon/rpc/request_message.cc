#include "daemon/rpc/request_message.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message.h>
#include <google/protobuf/wire_format_lite.h>

#include <climits>

#include "daemon/rpc/wire.h"

namespace uacced {
namespace {

using google::protobuf::Message;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr uint32_t BytesTag(int field) {
  return static_cast<uint32_t>(field) << 3 | 2;
}
constexpr uint32_t VarintTag(int field) {
  return static_cast<uint32_t>(field) << 3;
}

// What a length-delimited field holds; reads past it.
bool ReadBytes(CodedInputStream& input, hw::Bytes wire, hw::Bytes& out) {
  uint32_t size = 0;
  if (!input.ReadVarint32(&size) || size > INT_MAX) return false;
  const auto begin = static_cast<size_t>(input.CurrentPosition());
  if (!input.Skip(static_cast<int>(size))) return false;
  out = wire.subspan(begin, size);
  return true;
}

bool Merge(hw::Bytes part, Message& message) {
  if (part.empty()) return true;
  CodedInputStream input(part.data(), static_cast<int>(part.size()));
  return message.MergePartialFromCodedStream(&input) &&
         input.ConsumedEntireMessage();
}

// What is around the payload goes into `message`. As with every parser, of
// several payloads the last one counts.
bool ParseAround(hw::Bytes wire, Message& message, hw::Bytes& payload) {
  CodedInputStream input(wire.data(), static_cast<int>(wire.size()));
  size_t rest_begin = 0;
  for (;;) {
    const auto begin = static_cast<size_t>(input.CurrentPosition());
    const uint32_t tag = input.ReadTag();
    if (tag == BytesTag(kPayloadField)) {
      if (!Merge(wire.subspan(rest_begin, begin - rest_begin), message) ||
          !ReadBytes(input, wire, payload)) {
        return false;
      }
      rest_begin = static_cast<size_t>(input.CurrentPosition());
    } else if (tag == 0) {
      return input.ConsumedEntireMessage() &&
             Merge(wire.subspan(rest_begin), message);
    } else if (!WireFormatLite::SkipField(&input, tag)) {
      return false;
    }
  }
}

void Emplace(OperationKind kind, RequestFields& fields) {
  switch (kind) {
    case OperationKind::kCompress:
      fields.emplace<v1::CompressRequest>();
      break;
    case OperationKind::kDecompress:
      fields.emplace<v1::DecompressRequest>();
      break;
    case OperationKind::kEncrypt:
      fields.emplace<v1::EncryptRequest>();
      break;
    case OperationKind::kDecrypt:
      fields.emplace<v1::DecryptRequest>();
      break;
    case OperationKind::kDigest:
      fields.emplace<v1::DigestRequest>();
      break;
    case OperationKind::kCopy:
      fields.emplace<v1::CopyRequest>();
      break;
    case OperationKind::kChain:
      fields.emplace<v1::ChainRequest>();
      break;
  }
}

bool ReadOperation(hw::Bytes wire, OperationHeader& out) {
  CodedInputStream input(wire.data(), static_cast<int>(wire.size()));
  for (;;) {
    const uint32_t tag = input.ReadTag();
    const int kind = WireFormatLite::GetTagFieldNumber(tag) - kFirstKindField;
    bool ok = true;
    if (tag == 0) {
      return input.ConsumedEntireMessage();
    }
    if (tag == VarintTag(v1::Operation::kIdFieldNumber)) {
      ok = input.ReadVarint64(&out.id);
    } else if (tag == VarintTag(v1::Operation::kTimeoutNsFieldNumber)) {
      ok = input.ReadVarint64(&out.timeout_ns);
    } else if (kind >= 0 && kind < kOperationKindCount &&
               tag == BytesTag(kind + kFirstKindField)) {
      // Nobody sends a oneof twice; to merge the two, as the rules have it,
      // would need a copy. The last one counts.
      out.has_kind = true;
      out.kind = static_cast<OperationKind>(kind);
      ok = ReadBytes(input, wire, out.wire);
    } else {
      ok = WireFormatLite::SkipField(&input, tag);
    }
    if (!ok) return false;
  }
}

}  // namespace

bool ParseRequest(OperationKind kind, hw::Bytes wire, RequestMessage& out) {
  if (wire.size() > INT_MAX) return false;
  Emplace(kind, out.fields);
  return std::visit(
      [&](auto& message) {
        return IsCheapToParse(wire, *message.GetDescriptor()) &&
               ParseAround(wire, message, out.payload);
      },
      out.fields);
}

bool TakeOperation(hw::Bytes& message, OperationHeader& out, bool* malformed) {
  *malformed = false;
  out = OperationHeader();
  if (message.empty()) return false;
  CodedInputStream input(message.data(), static_cast<int>(message.size()));
  hw::Bytes operation;
  while (const uint32_t tag = input.ReadTag()) {
    if (tag == BytesTag(v1::ProcessRequest::kOperationsFieldNumber)) {
      if (!ReadBytes(input, message, operation)) break;
      message = message.subspan(static_cast<size_t>(input.CurrentPosition()));
      *malformed = !ReadOperation(operation, out);
      return !*malformed;
    }
    if (!WireFormatLite::SkipField(&input, tag)) break;
  }
  *malformed = !input.ConsumedEntireMessage();
  message = {};
  return false;
}

}  // namespace uacced
