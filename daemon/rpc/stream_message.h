// The messages of CompressStream and its like, whose requests all have `input`
// in field 1, `options` in field 2 and a CRC in field 15, and whose response is
// StreamResponse. Input stays where gRPC put it until it is copied, once, to
// where it is worked on.
//
// Threads: thread-compatible.
#ifndef UACCED_DAEMON_RPC_STREAM_MESSAGE_H_
#define UACCED_DAEMON_RPC_STREAM_MESSAGE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "daemon/stream/byte_stream.h"
#include "hw/request.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {

// The input of one request message, as far as it was not copied yet.
class StreamInput {
 public:
  // What a message had beside its input.
  struct Around {
    std::optional<std::string> options;  // As it came: see StreamMethod.
    bool has_crc = false;
  };

  // Takes over `message`, the next one. REQUIRES: empty().
  // INVALID_ARGUMENT, reason MALFORMED_MESSAGE: it is none, or too much of it
  // is unknown. DATA_LOSS: its input does not have its CRC.
  absl::Status Parse(grpc::ByteBuffer& message, Around& around);

  bool empty() const { return left_bytes_ == 0; }
  size_t left_bytes() const { return left_bytes_; }
  // Copies as much as there is, or as fits; returns how much.
  size_t CopyTo(hw::MutableBytes room);

 private:
  template <typename Use>
  void Walk(size_t bytes, Use use);

  std::vector<grpc::Slice> slices_;
  size_t slice_index_ = 0;
  size_t slice_offset_ = 0;
  size_t left_bytes_ = 0;
};

// Output on its way out, in messages of a size that every client takes.
class StreamReply {
 public:
  // gRPC clients take 4 MiB unless they are told otherwise.
  static constexpr size_t kMaxMessageBytes = size_t{2} << 20;

  // REQUIRES: empty().
  void Set(StreamOutput output);
  bool empty() const { return left_bytes_ == 0; }
  // REQUIRES: !empty().
  grpc::ByteBuffer NextMessage(bool with_crc);

 private:
  std::vector<grpc::Slice> slices_;
  size_t slice_index_ = 0;
  size_t slice_offset_ = 0;
  size_t left_bytes_ = 0;
};

grpc::ByteBuffer SummaryMessage(const v1::StreamSummary& summary);

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_STREAM_MESSAGE_H_
