#include "daemon/stream/file_chunks.h"

#include <utility>

#include "daemon/core/error.h"

namespace uacced {
namespace {

absl::Status DecryptFailed() {
  return MakeError(absl::StatusCode::kInvalidArgument, "decryption failed",
                   {.reason = "DECRYPT_FAILED"});
}

void Describe(const FileHeader& header, StreamTotals& totals) {
  totals.algorithm = header.algorithm;
  totals.key = header.key;
  totals.key_version = header.key_version;
}

// What both directions have in common.
void SetCipher(hw::Operation operation, const FileKey& key, Block& block) {
  hw::Request& request = block.piece.request;
  request.operation = operation;
  request.algorithm = key.chunk_algorithm();
  request.key = key.bytes();
  block.nonce = key.Nonce(block.index, block.last);
  request.nonce = block.nonce;
}

}  // namespace

EncryptChunks::EncryptChunks(const FileHeader& header,
                             std::vector<uint8_t> header_bytes,
                             std::unique_ptr<FileKey> key)
    : header_(header),
      header_bytes_(std::move(header_bytes)),
      key_(std::move(key)),
      shape_{.input_bytes = header.chunk_bytes,
             .memory_bytes = uint64_t{2} * header.chunk_bytes,
             .must_know_last = true,
             .empty_input_is_a_block = true} {}

absl::Status EncryptChunks::Prepare(Block& block) {
  if (block.index >= kMaxChunks) {
    return MakeError(absl::StatusCode::kOutOfRange,
                     "an encrypted file has at most 2^32 chunks: take larger "
                     "chunks (chunk_bytes)",
                     {.reason = "FILE_TOO_LONG"});
  }
  SetCipher(hw::Operation::kEncrypt, *key_, block);
  block.piece.request.mac = block.mac;
  return absl::OkStatus();
}

absl::Status EncryptChunks::Finish(Block& block, StreamOutput& output) {
  output.suffix.assign(block.mac.begin(), block.mac.end());
  return absl::OkStatus();
}

void EncryptChunks::Describe(StreamTotals& totals) const {
  uacced::Describe(header_, totals);
}

DecryptChunks::DecryptChunks(const FileHeader& header, size_t header_bytes,
                             std::unique_ptr<FileKey> key)
    : header_(header),
      header_bytes_(header_bytes),
      key_(std::move(key)),
      shape_{.input_bytes = header.chunk_bytes + kChunkTagBytes,
             .memory_bytes = uint64_t{2} * header.chunk_bytes + kChunkTagBytes,
             .must_know_last = true,
             .empty_input_is_a_block = true} {}

absl::Status DecryptChunks::Prepare(Block& block) {
  const hw::Bytes input = block.piece.request.source;
  // Only the last chunk is shorter, and only that of an empty file is empty.
  const size_t least_bytes = kChunkTagBytes + (block.index > 0 ? 1 : 0);
  if (input.size() < least_bytes || block.index >= kMaxChunks) {
    return DecryptFailed();
  }
  SetCipher(hw::Operation::kDecrypt, *key_, block);
  block.piece.request.source = input.first(input.size() - kChunkTagBytes);
  block.piece.request.expected_mac = input.last(kChunkTagBytes);
  return absl::OkStatus();
}

absl::Status DecryptChunks::Finish(Block& block, StreamOutput& output) {
  if (output.bytes != block.piece.request.source.size()) {
    return DecryptFailed();
  }
  return absl::OkStatus();
}

void DecryptChunks::Describe(StreamTotals& totals) const {
  totals.input_bytes = header_bytes_;
  uacced::Describe(header_, totals);
}

}  // namespace uacced
