#include "client/cpp/stream.h"

#include <memory>
#include <utility>

#include "client/cpp/shared_bytes.h"
#include "client/cpp/stream_core.h"

namespace uacced::client {
namespace {

// Shorter input is copied: a piece of its own costs more.
constexpr size_t kMinSharedBytes = 16384;

}  // namespace

Stream::Stream(std::shared_ptr<StreamCore> core) : core_(std::move(core)) {}

Stream::~Stream() {
  Cancel();
  core_->WaitUntilDone();
}

std::unique_ptr<Stream> Stream::Start(Client& client, const char* path,
                                      std::string options,
                                      const StreamOptions& stream_options) {
  auto core = std::make_shared<StreamCore>(
      std::move(options), client.options().crc32c, stream_options);
  core->Start(client.channel(), path);
  return std::unique_ptr<Stream>(new Stream(std::move(core)));
}

std::unique_ptr<Stream> Stream::Open(Client& client,
                                     const v1::CompressStreamOptions& options,
                                     const StreamOptions& stream_options) {
  return Start(client, "/uacced.v1.Accelerator/CompressStream",
               options.SerializeAsString(), stream_options);
}

std::unique_ptr<Stream> Stream::Open(Client& client,
                                     const v1::DecompressStreamOptions& options,
                                     const StreamOptions& stream_options) {
  return Start(client, "/uacced.v1.Accelerator/DecompressStream",
               options.SerializeAsString(), stream_options);
}

std::unique_ptr<Stream> Stream::Open(Client& client,
                                     const v1::EncryptStreamOptions& options,
                                     const StreamOptions& stream_options) {
  return Start(client, "/uacced.v1.Accelerator/EncryptStream",
               options.SerializeAsString(), stream_options);
}

std::unique_ptr<Stream> Stream::Open(Client& client,
                                     const v1::DecryptStreamOptions& options,
                                     const StreamOptions& stream_options) {
  return Start(client, "/uacced.v1.Accelerator/DecryptStream",
               options.SerializeAsString(), stream_options);
}

std::unique_ptr<Stream> Stream::Open(Client& client,
                                     const v1::DigestStreamOptions& options,
                                     const StreamOptions& stream_options) {
  return Start(client, "/uacced.v1.Accelerator/DigestStream",
               options.SerializeAsString(), stream_options);
}

absl::Status Stream::Write(absl::string_view input) {
  if (input.empty()) return absl::OkStatus();
  return core_->Write(input);
}

absl::Status Stream::WriteOwned(std::string input) {
  if (input.size() < kMinSharedBytes) return Write(input);
  const auto owner = std::make_shared<const std::string>(std::move(input));
  return core_->WriteShared(
      {std::shared_ptr<const char[]>(owner, owner->data()), owner->size()});
}

absl::Status Stream::WritesDone() { return core_->WritesDone(); }

absl::StatusOr<StreamOutput> Stream::Read() { return core_->Read(); }

void Stream::Cancel() {
  core_->Fail(absl::CancelledError("the stream was cancelled"));
}

const v1::StreamSummary& Stream::summary() const { return core_->summary(); }

}  // namespace uacced::client
