#include "daemon/rpc/stream_message.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/crc32c.h"
#include "daemon/core/error.h"
#include "gtest/gtest.h"
#include "hw/test_data.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {
namespace {

using Data = std::vector<uint8_t>;

// In slices of `slice_bytes`, as messages come off the wire.
grpc::ByteBuffer Cut(const std::string& wire, size_t slice_bytes) {
  std::vector<grpc::Slice> slices;
  for (size_t at = 0; at < wire.size(); at += slice_bytes) {
    slices.emplace_back(wire.data() + at,
                        std::min(slice_bytes, wire.size() - at));
  }
  return grpc::ByteBuffer(slices.data(), slices.size());
}

std::string Text(const Data& data) {
  return std::string(data.begin(), data.end());
}

v1::CompressStreamRequest Request(const Data& input) {
  v1::CompressStreamRequest request;
  request.set_input(Text(input));
  request.mutable_options()->set_format(v1::COMPRESSION_FORMAT_ZSTD);
  request.set_payload_crc32c(Crc32c(input.data(), input.size()));
  return request;
}

TEST(StreamInputTest, InputIsCopiedWhateverTheSlicesAndTheRoom) {
  const Data input = hw::RandomBytes(10'000, 1);
  const std::string wire = Request(input).SerializeAsString();
  for (const size_t slice_bytes : {1, 7, 100, 4096, 100'000}) {
    for (const size_t room_bytes : {1, 13, 4096, 100'000}) {
      grpc::ByteBuffer buffer = Cut(wire, slice_bytes);
      StreamInput stream_input;
      StreamInput::Around around;
      ASSERT_TRUE(stream_input.Parse(buffer, around).ok());
      EXPECT_TRUE(around.has_crc);
      v1::CompressStreamOptions options;
      ASSERT_TRUE(options.ParseFromString(around.options.value_or("?")));
      EXPECT_EQ(options.format(), v1::COMPRESSION_FORMAT_ZSTD);
      Data copied;
      while (!stream_input.empty()) {
        Data room(room_bytes);
        room.resize(stream_input.CopyTo(room));
        copied.insert(copied.end(), room.begin(), room.end());
      }
      EXPECT_EQ(copied, input);
    }
  }
}

TEST(StreamInputTest, AnEmptyMessageIsFine) {
  grpc::Slice nothing;
  grpc::ByteBuffer buffer(&nothing, 1);
  StreamInput input;
  StreamInput::Around around;
  ASSERT_TRUE(input.Parse(buffer, around).ok());
  EXPECT_TRUE(input.empty());
  EXPECT_FALSE(around.options.has_value());
}

TEST(StreamInputTest, ReportsAChangedPayload) {
  v1::CompressStreamRequest request = Request(hw::RandomBytes(5000, 1));
  (*request.mutable_input())[3000] ^= 1;
  grpc::ByteBuffer buffer = Cut(request.SerializeAsString(), 1000);
  StreamInput input;
  StreamInput::Around around;
  const absl::Status status = input.Parse(buffer, around);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(GetErrorDetail(status).reason, "CRC32C_MISMATCH");
}

TEST(StreamInputTest, RefusesWhatIsMalformed) {
  const auto refused = [](const std::string& wire) {
    grpc::ByteBuffer buffer = Cut(wire, 3);
    StreamInput input;
    StreamInput::Around around;
    return !input.Parse(buffer, around).ok();
  };
  EXPECT_TRUE(
      refused("\x0a\x05"
              "abcd"));                              // Cut short.
  EXPECT_TRUE(refused("\x0a\xff\xff\xff\xff\x0f"));  // 4 GiB.
  EXPECT_TRUE(refused("\xff"));
  EXPECT_TRUE(refused(std::string("\x12\x00\x12\x00", 4)));  // Options twice.
  EXPECT_TRUE(refused(std::string("\x12\x81\x20", 3) + std::string(4097, 'x')));
  std::string unknown;
  for (int i = 0; i < 33; ++i) unknown += "\x18\x01";
  EXPECT_TRUE(refused(unknown));
  EXPECT_FALSE(refused(unknown.substr(2)));
  // No message at all.
  grpc::ByteBuffer none;
  StreamInput input;
  StreamInput::Around around;
  EXPECT_FALSE(input.Parse(none, around).ok());
}

// Any bytes at all: no crash, and what is said to be there can be read.
TEST(StreamInputTest, AnyBytesAreBounded) {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    Data wire = hw::RandomBytes(1 + seed % 50, seed);
    if (seed % 2 == 0) wire[0] = 0x0a;
    grpc::ByteBuffer buffer = Cut(Text(wire), 1 + seed % 9);
    StreamInput input;
    StreamInput::Around around;
    if (!input.Parse(buffer, around).ok()) continue;
    Data room(64);
    EXPECT_LE(input.CopyTo(room), wire.size());
    EXPECT_TRUE(input.empty());
  }
}

TEST(StreamReplyTest, MessagesCarryAllOfItInBoundedPieces) {
  for (const size_t bytes :
       {size_t{1}, size_t{4000}, StreamReply::kMaxMessageBytes,
        2 * StreamReply::kMaxMessageBytes + 17}) {
    const Data payload = hw::RandomBytes(bytes, 1);
    StreamOutput output{.prefix = {1, 2, 3},
                        .buffer = hw::DmaBuffer::Allocate(bytes + 50),
                        .bytes = bytes,
                        .suffix = {9, 8}};
    std::copy(payload.begin(), payload.end(), output.buffer.data());
    StreamReply reply;
    reply.Set(std::move(output));
    Data received;
    while (!reply.empty()) {
      grpc::ByteBuffer buffer = reply.NextMessage(/*with_crc=*/true);
      std::vector<grpc::Slice> slices;
      ASSERT_TRUE(buffer.Dump(&slices).ok());
      std::string wire;
      for (const grpc::Slice& slice : slices) {
        wire.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
      }
      v1::StreamResponse response;
      ASSERT_TRUE(response.ParseFromString(wire));
      EXPECT_LE(response.output().size(), StreamReply::kMaxMessageBytes);
      EXPECT_EQ(response.payload_crc32c(),
                Crc32c(response.output().data(), response.output().size()));
      received.insert(received.end(), response.output().begin(),
                      response.output().end());
    }
    Data expected = {1, 2, 3};
    expected.insert(expected.end(), payload.begin(), payload.end());
    expected.insert(expected.end(), {9, 8});
    EXPECT_EQ(received, expected);
  }
}

}  // namespace
}  // namespace uacced
