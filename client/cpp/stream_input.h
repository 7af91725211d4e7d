// The messages of a stream's input on the wire: small writes become one
// message, long ones are cut, and what is long is shared, not copied. All the
// requests of the five methods look the same: input 1, options 2,
// payload_crc32c 15.
//
// Threads: thread-compatible.
#ifndef UACCED_CLIENT_CPP_STREAM_INPUT_H_
#define UACCED_CLIENT_CPP_STREAM_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/cpp/shared_bytes.h"

namespace uacced::client {

class StreamInput {
 public:
  // `options` is the serialized options message, for the first message.
  StreamInput(size_t message_bytes, std::string options, bool crc32c);

  // Takes from the front of `input` what the next message has room for.
  void Append(absl::string_view& input);
  // The same, sharing: `input` begins at `offset`, which moves on.
  void AppendShared(const SharedBytes& input, size_t& offset);

  bool full() const { return bytes_ == message_bytes_; }
  // Nothing to send, not even the options.
  bool empty() const { return bytes_ == 0 && !first_; }

  // The next message, serialized, in pieces. REQUIRES: !empty().
  std::vector<SharedBytes> Take();

 private:
  void Add(std::shared_ptr<const char[]> data, size_t bytes);

  const size_t message_bytes_;
  const std::string options_;
  const bool crc32c_;
  bool first_ = true;
  std::vector<SharedBytes> pieces_;
  size_t bytes_ = 0;
  uint32_t crc_ = 0;
  // Where copies of this message go.
  std::shared_ptr<char[]> copies_;
  size_t copied_bytes_ = 0;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_STREAM_INPUT_H_
