#include "daemon/stream/compress_blocks.h"

#include "hw/output_room.h"

namespace uacced {

uint32_t DefaultBlockBytes(hw::Algorithm format) {
  const bool looks_far =
      format == hw::Algorithm::kZstd || format == hw::Algorithm::kLz4;
  return looks_far ? 4'194'304 : 1'048'576;
}

CompressBlocks::CompressBlocks(const Options& options)
    : options_(options), framing_(options.format), shape_([&] {
        hw::Request request = MakeRequest();
        // Only its length is looked at.
        request.source = hw::Bytes(static_cast<const uint8_t*>(nullptr),
                                   options.block_bytes);
        const uint64_t room_bytes = hw::FirstOutputRoom(request, UINT64_MAX);
        return Shape{.input_bytes = options.block_bytes,
                     .memory_bytes = options.block_bytes + room_bytes +
                                     (options.verify ? options.block_bytes : 0),
                     .must_know_last = false,
                     .empty_input_is_a_block = framing_.empty_needs_fragment()};
      }()) {}

hw::Request CompressBlocks::MakeRequest() const {
  hw::Request request;
  request.operation = hw::Operation::kCompress;
  request.algorithm = options_.format;
  request.level = options_.level;
  request.fragment = true;
  return request;
}

absl::Status CompressBlocks::Prepare(Block& block) {
  const hw::Bytes source = block.piece.request.source;
  block.piece.request = MakeRequest();
  block.piece.request.source = source;
  block.piece.request.checksum = &block.checksum;
  block.piece.verify = options_.verify;
  return absl::OkStatus();
}

absl::Status CompressBlocks::Finish(Block& block, StreamOutput& /*output*/) {
  framing_.Add(block.checksum, block.input_bytes);
  return absl::OkStatus();
}

void CompressBlocks::AddTrailer(std::vector<uint8_t>& out) {
  uint8_t trailer[Framing::kMaxTrailerBytes];
  const size_t bytes = framing_.WriteTrailer(trailer);
  out.insert(out.end(), trailer, trailer + bytes);
}

void CompressBlocks::Describe(StreamTotals& totals) const {
  totals.algorithm = options_.format;
}

}  // namespace uacced
