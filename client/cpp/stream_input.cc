#include "client/cpp/stream_input.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/crc32c.h"
#include "google/protobuf/io/coded_stream.h"

namespace uacced::client {
namespace {

using google::protobuf::io::CodedOutputStream;

constexpr uint8_t kInputTag = 1 << 3 | 2;
constexpr uint8_t kOptionsTag = 2 << 3 | 2;
constexpr uint8_t kCrcTag = 15 << 3 | 5;
constexpr size_t kMaxVarintBytes = 10;

SharedBytes Share(const std::string& bytes) {
  auto data = std::make_shared_for_overwrite<char[]>(bytes.size());
  std::memcpy(data.get(), bytes.data(), bytes.size());
  return {std::move(data), bytes.size()};
}

void AppendLength(std::string& to, size_t length) {
  uint8_t varint[kMaxVarintBytes];
  const uint8_t* const end =
      CodedOutputStream::WriteVarint64ToArray(length, varint);
  to.append(reinterpret_cast<const char*>(varint), end - varint);
}

}  // namespace

StreamInput::StreamInput(size_t message_bytes, std::string options, bool crc32c)
    : message_bytes_(message_bytes),
      options_(std::move(options)),
      crc32c_(crc32c) {}

void StreamInput::Append(absl::string_view& input) {
  const size_t bytes = std::min(input.size(), message_bytes_ - bytes_);
  if (bytes == 0) return;
  if (copies_ == nullptr) {
    copies_ = std::make_shared_for_overwrite<char[]>(message_bytes_);
  }
  char* const at = copies_.get() + copied_bytes_;
  std::memcpy(at, input.data(), bytes);
  copied_bytes_ += bytes;
  input.remove_prefix(bytes);
  Add(std::shared_ptr<const char[]>(copies_, at), bytes);
}

void StreamInput::AppendShared(const SharedBytes& input, size_t& offset) {
  const size_t bytes = std::min(input.size - offset, message_bytes_ - bytes_);
  if (bytes == 0) return;
  Add(std::shared_ptr<const char[]>(input.data, input.data.get() + offset),
      bytes);
  offset += bytes;
}

void StreamInput::Add(std::shared_ptr<const char[]> data, size_t bytes) {
  if (crc32c_) crc_ = Crc32c(data.get(), bytes, crc_);
  bytes_ += bytes;
  if (!pieces_.empty() &&
      pieces_.back().data.get() + pieces_.back().size == data.get() &&
      !pieces_.back().data.owner_before(data) &&
      !data.owner_before(pieces_.back().data)) {
    pieces_.back().size += bytes;
    return;
  }
  pieces_.push_back({std::move(data), bytes});
}

std::vector<SharedBytes> StreamInput::Take() {
  std::string head;
  if (first_) {
    head += static_cast<char>(kOptionsTag);
    AppendLength(head, options_.size());
    head += options_;
  }
  if (crc32c_) {
    uint8_t crc[sizeof(uint32_t)];
    CodedOutputStream::WriteLittleEndian32ToArray(crc_, crc);
    head += static_cast<char>(kCrcTag);
    head.append(reinterpret_cast<const char*>(crc), sizeof(crc));
  }
  if (bytes_ > 0) {
    head += static_cast<char>(kInputTag);
    AppendLength(head, bytes_);
  }
  std::vector<SharedBytes> message = std::move(pieces_);
  message.insert(message.begin(), Share(head));
  first_ = false;
  pieces_.clear();
  bytes_ = 0;
  crc_ = 0;
  copies_.reset();
  copied_bytes_ = 0;
  return message;
}

}  // namespace uacced::client
