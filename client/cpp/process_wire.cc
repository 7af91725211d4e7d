#include "client/cpp/process_wire.h"

#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace uacced::client {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

// Shorter requests are copied: a piece of its own costs more than that.
constexpr size_t kMaxCopiedBytes = 16384;

constexpr uint32_t Tag(int field, WireFormatLite::WireType type) {
  return static_cast<uint32_t>(field) << 3 | type;
}
constexpr uint32_t kListTag = Tag(1, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
constexpr uint32_t kIdTag = Tag(1, WireFormatLite::WIRETYPE_VARINT);
constexpr uint32_t kTimeoutTag = Tag(2, WireFormatLite::WIRETYPE_VARINT);
constexpr uint32_t kErrorTag =
    Tag(2, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
constexpr int kFirstOperationField = 3;
constexpr int kLastOperationField = 9;

size_t VarintBytes(uint64_t value) {
  return CodedOutputStream::VarintSize64(value);
}

// All tags here are below 128: one byte each.
size_t OperationBytes(const BatchItem& item) {
  size_t bytes = 1 + VarintBytes(item.id);
  if (item.timeout_ns != 0) bytes += 1 + VarintBytes(item.timeout_ns);
  return bytes + 1 + VarintBytes(item.request.size) + item.request.size;
}

// All of an Operation but the request's own bytes.
uint8_t* WriteHead(const BatchItem& item, uint8_t* at) {
  at = CodedOutputStream::WriteTagToArray(kListTag, at);
  at = CodedOutputStream::WriteVarint64ToArray(OperationBytes(item), at);
  at = CodedOutputStream::WriteTagToArray(kIdTag, at);
  at = CodedOutputStream::WriteVarint64ToArray(item.id, at);
  if (item.timeout_ns != 0) {
    at = CodedOutputStream::WriteTagToArray(kTimeoutTag, at);
    at = CodedOutputStream::WriteVarint64ToArray(item.timeout_ns, at);
  }
  at = CodedOutputStream::WriteTagToArray(
      Tag(item.field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED), at);
  return CodedOutputStream::WriteVarint64ToArray(item.request.size, at);
}

bool ReadView(CodedInputStream& input, absl::string_view& view) {
  uint32_t size;
  if (!input.ReadVarint32(&size)) return false;
  const void* data;
  int available;
  if (size == 0) {
    view = {};
    return true;
  }
  // All is in one piece, but nested limits are not what this looks at.
  if (size > static_cast<uint32_t>(std::numeric_limits<int>::max()) ||
      !input.GetDirectBufferPointer(&data, &available) ||
      size > static_cast<uint32_t>(available)) {
    return false;
  }
  view = absl::string_view(static_cast<const char*>(data), size);
  return input.Skip(static_cast<int>(size));
}

bool ParseResult(absl::string_view message, ResultView& result) {
  CodedInputStream input(reinterpret_cast<const uint8_t*>(message.data()),
                         static_cast<int>(message.size()));
  while (const uint32_t tag = input.ReadTag()) {
    const int field = WireFormatLite::GetTagFieldNumber(tag);
    if (tag == kIdTag) {
      if (!input.ReadVarint64(&result.id)) return false;
    } else if (tag == kErrorTag) {
      result.failed = true;
      if (!ReadView(input, result.error)) return false;
    } else if (field >= kFirstOperationField && field <= kLastOperationField &&
               WireFormatLite::GetTagWireType(tag) ==
                   WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      result.field = field;
      if (!ReadView(input, result.response)) return false;
    } else if (!WireFormatLite::SkipField(&input, tag)) {
      return false;
    }
  }
  return input.ConsumedEntireMessage();
}

}  // namespace

std::vector<SharedBytes> SerializeBatch(absl::Span<const BatchItem> items) {
  size_t copied_bytes = 0;
  for (const BatchItem& item : items) {
    const size_t operation_bytes = OperationBytes(item);
    copied_bytes += 1 + VarintBytes(operation_bytes) + operation_bytes;
    if (item.request.size > kMaxCopiedBytes) copied_bytes -= item.request.size;
  }
  const std::shared_ptr<char[]> copied =
      std::make_shared_for_overwrite<char[]>(copied_bytes);
  std::vector<SharedBytes> pieces;
  auto* const begin = reinterpret_cast<uint8_t*>(copied.get());
  uint8_t* piece = begin;
  uint8_t* at = begin;
  const auto end_piece = [&] {
    if (at == piece) return;
    std::shared_ptr<const char[]> part(copied, reinterpret_cast<char*>(piece));
    pieces.push_back({std::move(part), static_cast<size_t>(at - piece)});
    piece = at;
  };
  for (const BatchItem& item : items) {
    at = WriteHead(item, at);
    if (item.request.size > kMaxCopiedBytes) {
      end_piece();
      pieces.push_back(item.request);
    } else if (item.request.size > 0) {
      std::memcpy(at, item.request.data.get(), item.request.size);
      at += item.request.size;
    }
  }
  end_piece();
  return pieces;
}

bool ParseResults(absl::string_view message, std::vector<ResultView>& results) {
  results.clear();
  if (message.size() > std::numeric_limits<int>::max()) return false;
  CodedInputStream input(reinterpret_cast<const uint8_t*>(message.data()),
                         static_cast<int>(message.size()));
  while (const uint32_t tag = input.ReadTag()) {
    if (tag == kListTag) {
      absl::string_view view;
      ResultView result;
      if (results.size() == kMaxResults || !ReadView(input, view) ||
          !ParseResult(view, result)) {
        return false;
      }
      results.push_back(result);
    } else if (!WireFormatLite::SkipField(&input, tag)) {
      return false;
    }
  }
  return input.ConsumedEntireMessage();
}

}  // namespace uacced::client
