#include "daemon/stream/file_stream.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/stream/block_stream.h"
#include "daemon/stream/file_chunks.h"

namespace uacced {
namespace {

// Reads the header, then is the stream of the chunks behind it.
class DecryptStream final : public ByteStream {
 public:
  DecryptStream(const StreamPath& path, FindFileKey find_key)
      : path_(path), find_key_(std::move(find_key)) {}

  // The chunks' memory is admitted when the header has said how much that is:
  // still before any output.
  absl::Status Start() override {
    UACCED_ASSIGN_OR_RETURN(
        ticket_, path_.admission.Admit(TenantId{0}, kMaxFileHeaderBytes));
    return absl::OkStatus();
  }
  void Advance() override {
    if (chunks_ != nullptr) chunks_->Advance();
  }
  hw::MutableBytes InputRoom() override {
    if (chunks_ != nullptr) return chunks_->InputRoom();
    if (!status_.ok()) return {};
    return hw::MutableBytes(header_).subspan(seen_bytes_,
                                             wanted_bytes_ - seen_bytes_);
  }
  void CommitInput(size_t bytes) override;
  void EndInput() override;
  std::optional<StreamOutput> TakeOutput() override {
    return chunks_ == nullptr ? std::nullopt : chunks_->TakeOutput();
  }
  void OutputWritten() override {
    if (chunks_ != nullptr) chunks_->OutputWritten();
  }
  void Cancel(const absl::Status& reason) override {
    if (chunks_ != nullptr) {
      chunks_->Cancel(reason);
    } else if (status_.ok()) {
      status_ = reason;
    }
  }
  bool wants_input() const override {
    return chunks_ != nullptr ? chunks_->wants_input() : status_.ok();
  }
  bool working() const override {
    return chunks_ != nullptr && chunks_->working();
  }
  State state() const override {
    if (chunks_ != nullptr) return chunks_->state();
    return status_.ok() ? State::kRunning : State::kFailed;
  }
  const absl::Status& status() const override {
    return chunks_ != nullptr ? chunks_->status() : status_;
  }
  const StreamTotals& totals() const override {
    return chunks_ != nullptr ? chunks_->totals() : totals_;
  }

 private:
  absl::Status Open();

  const StreamPath path_;
  const FindFileKey find_key_;
  std::array<uint8_t, kMaxFileHeaderBytes> header_{};
  size_t seen_bytes_ = 0;
  size_t wanted_bytes_ = FileHeaderBytesNeeded({});
  Ticket ticket_;
  absl::Status status_;                  // While there are no chunks.
  std::unique_ptr<BlockStream> chunks_;  // Once the header was read.
  const StreamTotals totals_;            // The same.
};

void DecryptStream::CommitInput(size_t bytes) {
  if (chunks_ != nullptr) {
    chunks_->CommitInput(bytes);
    return;
  }
  seen_bytes_ += bytes;
  wanted_bytes_ = FileHeaderBytesNeeded(hw::Bytes(header_).first(seen_bytes_));
  if (wanted_bytes_ == seen_bytes_ && status_.ok()) status_ = Open();
}

void DecryptStream::EndInput() {
  if (chunks_ != nullptr) {
    chunks_->EndInput();
  } else if (status_.ok()) {
    // Says in what way it is none.
    status_ = ParseFileHeader(hw::Bytes(header_).first(seen_bytes_)).status();
  }
}

absl::Status DecryptStream::Open() {
  const hw::Bytes seen = hw::Bytes(header_).first(seen_bytes_);
  UACCED_ASSIGN_OR_RETURN(const FileHeader header, ParseFileHeader(seen));
  UACCED_ASSIGN_OR_RETURN(const std::shared_ptr<const Key> key,
                          find_key_(header));
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<FileKey> file_key,
      FileKey::Derive(header.algorithm, key->bytes(), seen));
  ticket_ = Ticket();
  auto chunks = std::make_unique<BlockStream>(
      path_, std::make_unique<DecryptChunks>(header, seen.size(),
                                             std::move(file_key)));
  UACCED_RETURN_IF_ERROR(chunks->Start());
  chunks_ = std::move(chunks);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ByteStream>> MakeEncryptStream(
    const StreamPath& path, const Key& key, uint32_t chunk_bytes) {
  FileHeader header;
  header.algorithm = key.algorithm();
  header.key = key.name();
  header.key_version = key.version();
  header.chunk_bytes = chunk_bytes;
  if (RAND_bytes(header.salt.data(), static_cast<int>(header.salt.size())) !=
      1) {
    return MakeError(absl::StatusCode::kInternal,
                     "the system's random generator failed",
                     {.reason = "RANDOM_FAILED"});
  }
  UACCED_RETURN_IF_ERROR(key.CountMessage());
  std::vector<uint8_t> header_bytes = SerializeFileHeader(header);
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<FileKey> file_key,
      FileKey::Derive(header.algorithm, key.bytes(), header_bytes));
  return std::make_unique<BlockStream>(
      path, std::make_unique<EncryptChunks>(header, std::move(header_bytes),
                                            std::move(file_key)));
}

std::unique_ptr<ByteStream> MakeDecryptStream(const StreamPath& path,
                                              FindFileKey find_key) {
  return std::make_unique<DecryptStream>(path, std::move(find_key));
}

}  // namespace uacced
