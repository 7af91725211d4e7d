#include "hw/hisi/zip_block.h"

#include <algorithm>
#include <cstring>

#include "hw/hisi/abi/zip.h"
#include "hw/hisi/zip_header.h"

namespace uacced::hw::hisi {
namespace {

constexpr absl::StatusCode kCorrupt = absl::StatusCode::kInvalidArgument;
constexpr absl::StatusCode kTooSmall = absl::StatusCode::kOutOfRange;

// The most that the engine makes of incompressible data, and of anything.
constexpr size_t CompressBound(size_t bytes) { return bytes + bytes / 8 + 64; }
constexpr size_t kMaxInflateFactor = 1032;

// LZ4's frame format: version 1, independent blocks of at most 4 MiB, no
// checksums, no size. The last byte is the header's own check.
constexpr uint8_t kLz4Header[] = {0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73};
constexpr size_t kLz4SizeBytes = 4;
constexpr uint32_t kLz4Uncompressed = 1u << 31;
constexpr size_t kLz4FrontBytes = sizeof(kLz4Header) + kLz4SizeBytes;
constexpr size_t kLz4FrameBytes = kLz4FrontBytes + kLz4SizeBytes;

// Of no input.
constexpr uint8_t kEmptyDeflate[] = {0x03, 0x00};
constexpr uint8_t kEmptyZlib[] = {0x78, 0x9c, 0x03, 0x00, 0, 0, 0, 1};
constexpr uint8_t kEmptyGzip[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3,
                                  0x03, 0x00, 0, 0, 0, 0, 0, 0, 0, 0};
constexpr uint8_t kEmptyLz4[] = {0x04, 0x22, 0x4d, 0x18, 0x60, 0x70,
                                 0x73, 0,    0,    0,    0};

Bytes EmptyStream(Algorithm format) {
  switch (format) {
    case Algorithm::kZlib:
      return kEmptyZlib;
    case Algorithm::kGzip:
      return kEmptyGzip;
    case Algorithm::kLz4:
      return kEmptyLz4;
    default:
      return kEmptyDeflate;
  }
}

void PutLittleEndian(uint32_t value, uint8_t* out) {
  for (int shift = 0; shift < 32; shift += 8) {
    *out++ = static_cast<uint8_t>(value >> shift);
  }
}

}  // namespace

CodecStep ZipBlock::Begin(const Request& request, uint8_t* lists) {
  format_ = request.algorithm;
  operation_ = request.operation;
  source_ = request.source;
  destination_ = request.destination;
  lists_ = lists;
  output_at_ = 0;
  return compresses() ? BeginCompression() : NextMember();
}

CodecStep ZipBlock::BeginCompression() {
  if (source_.empty()) return Constant(EmptyStream(format_));
  const bool is_lz4 = format_ == Algorithm::kLz4;
  const size_t front = is_lz4 ? kLz4FrontBytes : ZipHeaderBytes(format_);
  const size_t frame = is_lz4 ? kLz4FrameBytes : front;
  if (destination_.size() <= frame) return CodecStep::Failed(kTooSmall);
  output_at_ = static_cast<uint32_t>(front);
  return Work(destination_.size() - frame, CompressBound(source_.size()));
}

CodecStep ZipBlock::Constant(Bytes bytes) {
  if (destination_.size() < bytes.size()) return CodecStep::Failed(kTooSmall);
  std::copy(bytes.begin(), bytes.end(), destination_.begin());
  return CodecStep::Produced(bytes.size());
}

CodecStep ZipBlock::NextMember() {
  ZipHeaderReader header;
  header.Reset(format_);
  if (header.Read(source_) != ZipHeaderReader::Outcome::kEnd ||
      source_.empty()) {
    return CodecStep::Failed(kCorrupt);
  }
  return Work(has_room() ? destination_.size() - output_at_ : 1,
              source_.size() * kMaxInflateFactor);
}

// No output is larger than `bound_bytes`.
CodecStep ZipBlock::Work(size_t room_bytes, size_t bound_bytes) {
  constexpr size_t kFlatBytes = HISI_ZIP_MAX_FLAT_BYTES;
  if (bound_bytes <= kFlatBytes) room_bytes = std::min(room_bytes, kFlatBytes);
  room_bytes_ = static_cast<uint32_t>(room_bytes);
  is_sgl_ = source_.size() > kFlatBytes || room_bytes > kFlatBytes;
  return is_sgl_ ? WriteLists() : CodecStep::Work();
}

[[gnu::cold]] CodecStep ZipBlock::WriteLists() {
  constexpr size_t kListBytes = SglWriter::ListBytes(kMaxListEntries);
  static_assert(kListsBytes == 2 * kListBytes);
  SglWriter in({lists_, kListBytes}, kMaxListEntries);
  SglWriter out({room_list(), kListBytes}, kMaxListEntries);
  if (!in.AddAll(source_.data(), source_.size()) ||
      !out.AddAll(has_room() ? output() : &no_room_, room_bytes_)) {
    return CodecStep::Failed(absl::StatusCode::kUnimplemented);
  }
  return CodecStep::Work();
}

CodecStep ZipBlock::Take(const ZipAnswer& answer) {
  const absl::StatusCode code = ZipStatusCode(answer.status, operation_);
  if (code == absl::StatusCode::kOk &&
      (answer.consumed_bytes == 0 || answer.consumed_bytes > source_.size() ||
       answer.produced_bytes > room_bytes_)) {
    return CodecStep::Broken();
  }
  if (format_ == Algorithm::kLz4 &&
      (code == absl::StatusCode::kOk || code == kTooSmall)) {
    if (code == absl::StatusCode::kOk &&
        answer.consumed_bytes != source_.size()) {
      return CodecStep::Broken();
    }
    return TakeLz4(code, answer.produced_bytes);
  }
  if (code != absl::StatusCode::kOk) return CodecStep::Failed(code);
  return compresses() ? TakeCompression(answer) : TakeDecompression(answer);
}

CodecStep ZipBlock::TakeCompression(const ZipAnswer& answer) {
  // All of the input, and no stream is empty.
  if (answer.consumed_bytes != source_.size() || answer.produced_bytes == 0) {
    return CodecStep::Broken();
  }
  WriteZipHeader(format_, destination_.data());
  return CodecStep::Produced(output_at_ + uint64_t{answer.produced_bytes});
}

CodecStep ZipBlock::TakeDecompression(const ZipAnswer& answer) {
  if (has_room()) {
    output_at_ += answer.produced_bytes;
  } else if (answer.produced_bytes > 0) {
    return CodecStep::Failed(kTooSmall);
  }
  source_ = source_.subspan(answer.consumed_bytes);
  if (source_.empty()) return CodecStep::Produced(output_at_);
  // Only gzip may go on.
  if (format_ != Algorithm::kGzip) return CodecStep::Failed(kCorrupt);
  return NextMember();
}

// Makes a frame of one block. A block that did not shrink is the source itself.
CodecStep ZipBlock::TakeLz4(absl::StatusCode code, uint32_t produced_bytes) {
  const bool shrank = code == absl::StatusCode::kOk && produced_bytes > 0 &&
                      produced_bytes < source_.size();
  const size_t block_bytes = shrank ? produced_bytes : source_.size();
  if (destination_.size() < kLz4FrameBytes + block_bytes) {
    return CodecStep::Failed(kTooSmall);
  }
  uint8_t* const out = destination_.data();
  std::copy(std::begin(kLz4Header), std::end(kLz4Header), out);
  PutLittleEndian(
      static_cast<uint32_t>(block_bytes) | (shrank ? 0 : kLz4Uncompressed),
      out + sizeof(kLz4Header));
  uint8_t* const block = out + kLz4FrontBytes;
  if (!shrank) std::memcpy(block, source_.data(), block_bytes);
  PutLittleEndian(0, block + block_bytes);
  return CodecStep::Produced(kLz4FrameBytes + block_bytes);
}

}  // namespace uacced::hw::hisi
