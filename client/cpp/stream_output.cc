#include "client/cpp/stream_output.h"

#include <algorithm>
#include <string>
#include <utility>

#include "client/cpp/payload.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/proto_buffer_reader.h"

namespace uacced::client {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr uint32_t kOutputTag = 1 << 3 | 2;
constexpr uint32_t kSummaryTag = 2 << 3 | 2;
constexpr uint32_t kCrcTag = 15 << 3 | 5;
// Far above what a summary needs.
constexpr uint32_t kMaxSummaryBytes = 1 << 20;

bool ReadPieces(CodedInputStream& input, uint32_t bytes,
                std::vector<absl::string_view>& pieces) {
  while (bytes > 0) {
    const void* data;
    int available;
    if (!input.GetDirectBufferPointer(&data, &available)) return false;
    const uint32_t piece_bytes =
        std::min(bytes, static_cast<uint32_t>(available));
    pieces.emplace_back(static_cast<const char*>(data), piece_bytes);
    if (!input.Skip(static_cast<int>(piece_bytes))) return false;
    bytes -= piece_bytes;
  }
  return true;
}

bool ReadSummary(CodedInputStream& input,
                 std::optional<v1::StreamSummary>& summary) {
  uint32_t bytes;
  std::string serialized;
  return input.ReadVarint32(&bytes) && bytes <= kMaxSummaryBytes &&
         input.ReadString(&serialized, static_cast<int>(bytes)) &&
         summary.emplace().ParseFromString(serialized);
}

}  // namespace

// At an address that stays, as short slices have their bytes inside.
struct StreamOutput::Owner {
  grpc::ByteBuffer message;
};

StreamOutput::StreamOutput() = default;
StreamOutput::~StreamOutput() = default;

StreamOutput::StreamOutput(StreamOutput&& other) noexcept
    : owner_(std::move(other.owner_)),
      pieces_(std::exchange(other.pieces_, {})),
      size_(std::exchange(other.size_, 0)) {}

StreamOutput& StreamOutput::operator=(StreamOutput&& other) noexcept {
  pieces_ = std::exchange(other.pieces_, {});
  size_ = std::exchange(other.size_, 0);
  owner_ = std::move(other.owner_);
  return *this;
}

absl::Status StreamOutput::Parse(grpc::ByteBuffer message, bool check_crc,
                                 std::optional<v1::StreamSummary>& summary) {
  *this = StreamOutput();
  owner_ = std::make_unique<Owner>();
  owner_->message.Swap(&message);
  std::optional<uint32_t> stated;
  if (!ParseFields(stated, summary)) {
    *this = StreamOutput();
    return absl::InternalError("the daemon's message is malformed");
  }
  for (const absl::string_view piece : pieces_) size_ += piece.size();
  if (!check_crc || size_ == 0) return absl::OkStatus();
  uint32_t computed = 0;
  for (const absl::string_view piece : pieces_) {
    computed = Crc32c(piece.data(), piece.size(), computed);
  }
  if (stated == computed) return absl::OkStatus();
  *this = StreamOutput();
  return PayloadCrcError(stated, computed);
}

bool StreamOutput::ParseFields(std::optional<uint32_t>& crc,
                               std::optional<v1::StreamSummary>& summary) {
  grpc::ProtoBufferReader reader(&owner_->message);
  if (!reader.status().ok()) return false;
  CodedInputStream input(&reader);
  while (const uint32_t tag = input.ReadTag()) {
    if (tag == kOutputTag) {
      uint32_t bytes;
      // Twice would mean that the first one does not count.
      if (!pieces_.empty() || !input.ReadVarint32(&bytes) ||
          !ReadPieces(input, bytes, pieces_)) {
        return false;
      }
    } else if (tag == kSummaryTag) {
      if (!ReadSummary(input, summary)) return false;
    } else if (tag == kCrcTag) {
      if (!input.ReadLittleEndian32(&crc.emplace())) return false;
    } else if (!WireFormatLite::SkipField(&input, tag)) {
      return false;
    }
  }
  return input.ConsumedEntireMessage();
}

}  // namespace uacced::client
