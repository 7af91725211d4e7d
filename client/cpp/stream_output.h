// What came out of a stream in one message.
#ifndef UACCED_CLIENT_CPP_STREAM_OUTPUT_H_
#define UACCED_CLIENT_CPP_STREAM_OUTPUT_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "uacced/v1/accelerator.pb.h"

namespace grpc {
class ByteBuffer;
}  // namespace grpc

namespace uacced::client {

// Bytes, in the pieces in which they came: fit for writev(). Movable; owns its
// bytes.
//
// Threads: thread-compatible.
class StreamOutput {
 public:
  StreamOutput();
  StreamOutput(StreamOutput&&) noexcept;
  StreamOutput& operator=(StreamOutput&&) noexcept;
  ~StreamOutput();

  // None of the pieces is empty.
  absl::Span<const absl::string_view> pieces() const { return pieces_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Reads a StreamResponse without copying its output; `summary` is set when it
  // has one. With `check_crc` output without its right CRC-32C is DATA_LOSS,
  // reason CRC32C_MISMATCH. INTERNAL: the message is malformed. After an error
  // there is no output.
  absl::Status Parse(grpc::ByteBuffer message, bool check_crc,
                     std::optional<v1::StreamSummary>& summary);

 private:
  struct Owner;
  bool ParseFields(std::optional<uint32_t>& crc,
                   std::optional<v1::StreamSummary>& summary);

  std::unique_ptr<Owner> owner_;
  std::vector<absl::string_view> pieces_;
  size_t size_ = 0;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_STREAM_OUTPUT_H_
