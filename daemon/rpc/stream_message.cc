#include "daemon/rpc/stream_message.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/crc32c.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/rpc/wire.h"

namespace uacced {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr uint32_t Tag(int field, WireFormatLite::WireType type) {
  return static_cast<uint32_t>(field) << 3 | type;
}
constexpr uint32_t kInputTag =
    Tag(kPayloadField, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
constexpr uint32_t kOptionsTag =
    Tag(2, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
constexpr uint32_t kCrcTag = Tag(15, WireFormatLite::WIRETYPE_FIXED32);
constexpr size_t kCrcFieldBytes = 1 + sizeof(uint32_t);

static_assert(v1::CompressStreamRequest::kInputFieldNumber == kPayloadField);
static_assert(v1::DecompressStreamRequest::kInputFieldNumber == kPayloadField);
static_assert(v1::EncryptStreamRequest::kInputFieldNumber == kPayloadField);
static_assert(v1::DecryptStreamRequest::kInputFieldNumber == kPayloadField);
static_assert(v1::DigestStreamRequest::kInputFieldNumber == kPayloadField);
static_assert(v1::CompressStreamRequest::kOptionsFieldNumber == 2);
static_assert(v1::DecompressStreamRequest::kOptionsFieldNumber == 2);
static_assert(v1::EncryptStreamRequest::kOptionsFieldNumber == 2);
static_assert(v1::DecryptStreamRequest::kOptionsFieldNumber == 2);
static_assert(v1::DigestStreamRequest::kOptionsFieldNumber == 2);
static_assert(v1::CompressStreamRequest::kPayloadCrc32CFieldNumber == 15);
static_assert(v1::StreamResponse::kOutputFieldNumber == kPayloadField);
static_assert(v1::StreamResponse::kPayloadCrc32CFieldNumber == 15);

// Of options, unknown fields in them included.
constexpr uint32_t kMaxOptionsBytes = kMaxUnknownBytes;

// Below this a copy costs less than a slice of its own.
constexpr size_t kCopyBytes = 4096;

absl::Status Malformed() {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   "the stream carried a malformed message",
                   {.reason = "MALFORMED_MESSAGE"});
}

// Where a message has what.
struct Layout {
  size_t input_begin = 0;
  size_t input_bytes = 0;
  std::optional<uint32_t> crc;
};

bool Scan(CodedInputStream& wire, Layout& layout,
          std::optional<std::string>& options) {
  size_t unknown_fields = 0, unknown_bytes = 0;
  for (;;) {
    const int begin = wire.CurrentPosition();
    const uint32_t tag = wire.ReadTag();
    uint32_t value = 0;
    if (tag == 0) return wire.ConsumedEntireMessage();
    if (tag == kInputTag) {
      if (!wire.ReadVarint32(&value)) return false;
      layout.input_begin = static_cast<size_t>(wire.CurrentPosition());
      layout.input_bytes = value;
      if (value > INT_MAX || !wire.Skip(static_cast<int>(value))) return false;
    } else if (tag == kOptionsTag) {
      if (options.has_value() || !wire.ReadVarint32(&value) ||
          value > kMaxOptionsBytes ||
          !wire.ReadString(&options.emplace(), static_cast<int>(value))) {
        return false;
      }
    } else if (tag == kCrcTag) {
      if (!wire.ReadLittleEndian32(&value)) return false;
      layout.crc = value;
    } else {
      if (!WireFormatLite::SkipField(&wire, tag)) return false;
      unknown_bytes += static_cast<size_t>(wire.CurrentPosition() - begin);
      if (++unknown_fields > kMaxUnknownFields ||
          unknown_bytes > kMaxUnknownBytes) {
        return false;
      }
    }
  }
}

uint8_t* WriteFieldHead(uint32_t tag, uint64_t bytes, uint8_t* out) {
  out = CodedOutputStream::WriteVarint32ToArray(tag, out);
  return CodedOutputStream::WriteVarint64ToArray(bytes, out);
}

}  // namespace

absl::Status StreamInput::Parse(grpc::ByteBuffer& message, Around& around) {
  Layout layout;
  // No message at all is another thing than an empty one.
  if (!message.Valid()) return Malformed();
  if (message.Length() > 0) {
    grpc::ProtoBufferReader reader(&message);
    if (!reader.status().ok()) return Malformed();
    CodedInputStream wire(&reader);
    if (!Scan(wire, layout, around.options)) return Malformed();
  }
  slices_.clear();
  if (!message.Dump(&slices_).ok()) return Malformed();
  message.Clear();
  slice_index_ = slice_offset_ = 0;
  left_bytes_ = layout.input_bytes;
  Walk(layout.input_begin, [](hw::Bytes) {});
  around.has_crc = layout.crc.has_value();
  if (!layout.crc.has_value()) return absl::OkStatus();
  const size_t index = slice_index_, offset = slice_offset_;
  uint32_t crc = 0;
  Walk(left_bytes_,
       [&](hw::Bytes part) { crc = Crc32c(part.data(), part.size(), crc); });
  slice_index_ = index;
  slice_offset_ = offset;
  if (crc == *layout.crc) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kDataLoss,
      "the payload changed on its way here: it does not have the "
      "CRC-32C of payload_crc32c; send it again",
      {.reason = "CRC32C_MISMATCH", .metadata = {{"field", "payload_crc32c"}}});
}

// Shows the next `bytes` to `use` and goes behind them. REQUIRES: they are
// there.
template <typename Use>
void StreamInput::Walk(size_t bytes, Use use) {
  while (bytes > 0) {
    const hw::Bytes rest =
        AsBytes(slices_[slice_index_]).subspan(slice_offset_);
    const hw::Bytes part = rest.first(std::min(bytes, rest.size()));
    use(part);
    bytes -= part.size();
    slice_offset_ += part.size();
    if (part.size() == rest.size()) {
      ++slice_index_;
      slice_offset_ = 0;
    }
  }
}

size_t StreamInput::CopyTo(hw::MutableBytes room) {
  const size_t bytes = std::min(room.size(), left_bytes_);
  uint8_t* out = room.data();
  Walk(bytes,
       [&](hw::Bytes part) { out = std::copy(part.begin(), part.end(), out); });
  left_bytes_ -= bytes;
  // Nothing keeps gRPC's memory longer than it is needed.
  if (left_bytes_ == 0) slices_.clear();
  return bytes;
}

void StreamReply::Set(StreamOutput output) {
  slices_.clear();
  slice_index_ = slice_offset_ = 0;
  left_bytes_ = output.size();
  const auto add_copy = [this](const std::vector<uint8_t>& part) {
    if (!part.empty()) slices_.emplace_back(part.data(), part.size());
  };
  add_copy(output.prefix);
  if (output.bytes > 0) {
    slices_.emplace_back(output.buffer.release(), output.bytes, std::free);
  }
  add_copy(output.suffix);
}

grpc::ByteBuffer StreamReply::NextMessage(bool with_crc) {
  const size_t bytes = std::min(left_bytes_, kMaxMessageBytes);
  left_bytes_ -= bytes;
  uint8_t head[16];
  const auto head_bytes =
      static_cast<size_t>(WriteFieldHead(kInputTag, bytes, head) - head);
  std::vector<grpc::Slice> message;
  message.emplace_back(head, head_bytes);
  uint32_t crc = 0;
  for (size_t left = bytes; left > 0;) {
    const grpc::Slice& slice = slices_[slice_index_];
    const size_t part_bytes = std::min(left, slice.size() - slice_offset_);
    if (with_crc) crc = Crc32c(slice.begin() + slice_offset_, part_bytes, crc);
    message.push_back(slice.sub(slice_offset_, slice_offset_ + part_bytes));
    left -= part_bytes;
    slice_offset_ += part_bytes;
    if (slice_offset_ == slice.size()) {
      ++slice_index_;
      slice_offset_ = 0;
    }
  }
  if (left_bytes_ == 0) slices_.clear();
  if (with_crc) {
    uint8_t tail[kCrcFieldBytes];
    CodedOutputStream::WriteLittleEndian32ToArray(
        crc, CodedOutputStream::WriteVarint32ToArray(kCrcTag, tail));
    message.emplace_back(tail, sizeof(tail));
  }
  if (bytes > kCopyBytes) {
    return grpc::ByteBuffer(message.data(), message.size());
  }
  size_t total = 0;
  for (const grpc::Slice& part : message) total += part.size();
  grpc::Slice whole(total);
  auto* out = const_cast<uint8_t*>(whole.begin());
  for (const grpc::Slice& part : message) {
    out = std::copy(part.begin(), part.end(), out);
  }
  return grpc::ByteBuffer(&whole, 1);
}

grpc::ByteBuffer SummaryMessage(const v1::StreamSummary& summary) {
  v1::StreamResponse response;
  *response.mutable_summary() = summary;
  const grpc::Slice slice(response.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace uacced
