#include "daemon/rpc/wire.h"

#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {
namespace {

hw::DmaBuffer Payload(const std::string& text) {
  auto buffer = hw::DmaBuffer::Allocate(text.size() + 10);
  std::memcpy(buffer.data(), text.data(), text.size());
  return buffer;
}

TEST(WireTest, ResponsesOfEverySizeParseAsTheOrdinaryMessage) {
  for (const size_t bytes : {0, 1, 127, 128, 4095, 4096, 4097, 100'000}) {
    const std::string text(bytes, 'x');
    v1::EncryptResponse rest;
    rest.set_nonce("nonce");
    rest.mutable_execution()->set_device("cpu");
    grpc::ByteBuffer buffer =
        SerializeWithPayload(rest, Payload(text), text.size());
    v1::EncryptResponse parsed;
    ASSERT_TRUE(ParseMessage(buffer, parsed)) << bytes;
    EXPECT_EQ(parsed.ciphertext(), text);
    EXPECT_EQ(parsed.nonce(), "nonce");
    EXPECT_EQ(parsed.execution().device(), "cpu");
  }
}

TEST(WireTest, ParsesMessagesCutIntoSlices) {
  v1::CompressRequest request;
  request.set_input(std::string(10'000, 'y'));
  request.set_level(-1);
  const std::string wire = request.SerializeAsString();
  std::vector<grpc::Slice> slices;
  for (size_t at = 0; at < wire.size(); at += 777) {
    slices.emplace_back(wire.substr(at, 777));
  }
  grpc::ByteBuffer buffer(slices.data(), slices.size());
  v1::CompressRequest parsed;
  ASSERT_TRUE(ParseMessage(buffer, parsed));
  EXPECT_EQ(parsed.SerializeAsString(), wire);
}

TEST(WireTest, GarbageIsRefused) {
  const grpc::Slice slice(std::string("\x0a\xff\xff\xff\xff\x0f xyz"));
  grpc::ByteBuffer buffer(&slice, 1);
  v1::CompressRequest parsed;
  EXPECT_FALSE(ParseMessage(buffer, parsed));
}

bool ParsesCopy(const std::string& wire) {
  const grpc::Slice slice(wire);
  grpc::ByteBuffer buffer(&slice, 1);
  v1::CopyRequest parsed;
  return ParseMessage(buffer, parsed) && parsed.input() == "x";
}

std::string Repeat(const std::string& piece, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += piece;
  return all;
}

TEST(WireTest, AFewUnknownFieldsAreForNewerClients) {
  const std::string input("\x0a\x01x", 3);
  const std::string varint("\x68\x01", 2);
  EXPECT_TRUE(ParsesCopy(input + Repeat(varint, kMaxUnknownFields)));
  EXPECT_FALSE(ParsesCopy(input + Repeat(varint, kMaxUnknownFields + 1)));
  EXPECT_FALSE(ParsesCopy(Repeat(varint, kMaxUnknownFields + 1) + input));
  // Field 14 with 2,000 bytes.
  const std::string bytes = "\x72\xd0\x0f" + std::string(2000, 'y');
  EXPECT_TRUE(ParsesCopy(input + Repeat(bytes, 2)));
  EXPECT_FALSE(ParsesCopy(input + Repeat(bytes, 3)));
  // Field 1 is known, but not as a number.
  EXPECT_FALSE(ParsesCopy(input + Repeat("\x08\x01", kMaxUnknownFields + 1)));
  // A field that is there more than once is overwritten, not kept.
  EXPECT_TRUE(ParsesCopy(Repeat(input, 10'000)));
  // Groups, open and closed, and one that is not.
  EXPECT_TRUE(ParsesCopy(input + "\x73\x74"));
  EXPECT_FALSE(ParsesCopy(input + "\x73"));
}

TEST(WireTest, ElementsAreBounded) {
  const auto parses = [](size_t count) {
    // Empty steps.
    const grpc::Slice slice(Repeat(std::string("\x12\x00", 2), count));
    grpc::ByteBuffer buffer(&slice, 1);
    v1::ChainRequest parsed;
    return ParseMessage(buffer, parsed);
  };
  EXPECT_TRUE(parses(kMaxElements));
  EXPECT_FALSE(parses(kMaxElements + 1));
}

TEST(WireTest, NoMessageIsNotAnEmptyMessage) {
  grpc::ByteBuffer buffer;
  v1::CompressRequest parsed;
  EXPECT_FALSE(ParseMessage(buffer, parsed));
}

TEST(WireTest, AnEmptyBufferIsAnEmptyMessage) {
  const grpc::Slice slice;
  grpc::ByteBuffer buffer(&slice, 1);
  v1::CompressRequest parsed;
  EXPECT_TRUE(ParseMessage(buffer, parsed));
  EXPECT_TRUE(parsed.input().empty());
}

}  // namespace
}  // namespace uacced
