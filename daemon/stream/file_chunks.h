// The chunks of an encrypted file (encrypted_file.h), in either direction.
#ifndef UACCED_DAEMON_STREAM_FILE_CHUNKS_H_
#define UACCED_DAEMON_STREAM_FILE_CHUNKS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "daemon/stream/block_rules.h"
#include "daemon/stream/encrypted_file.h"
#include "hw/request.h"

namespace uacced {

class EncryptChunks final : public BlockRules {
 public:
  // `header_bytes`: `header` as it is to stand in the file.
  EncryptChunks(const FileHeader& header, std::vector<uint8_t> header_bytes,
                std::unique_ptr<FileKey> key);

  const Shape& shape() const override { return shape_; }
  absl::Status Prepare(Block& block) override;
  absl::Status Finish(Block& block, StreamOutput& output) override;
  hw::Bytes header() const override { return header_bytes_; }
  void Describe(StreamTotals& totals) const override;

 private:
  const FileHeader header_;
  const std::vector<uint8_t> header_bytes_;
  const std::unique_ptr<FileKey> key_;
  const Shape shape_;
};

// Takes what stands behind the header. Every failure is the same
// INVALID_ARGUMENT, reason DECRYPT_FAILED.
class DecryptChunks final : public BlockRules {
 public:
  // `header_bytes`: how long the header was.
  DecryptChunks(const FileHeader& header, size_t header_bytes,
                std::unique_ptr<FileKey> key);

  const Shape& shape() const override { return shape_; }
  absl::Status Prepare(Block& block) override;
  absl::Status Finish(Block& block, StreamOutput& output) override;
  void Describe(StreamTotals& totals) const override;

 private:
  const FileHeader header_;
  const size_t header_bytes_;
  const std::unique_ptr<FileKey> key_;
  const Shape shape_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_FILE_CHUNKS_H_
