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
