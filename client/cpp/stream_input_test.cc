#include "client/cpp/stream_input.h"

#include <cstring>
#include <random>

#include "base/crc32c.h"
#include "gtest/gtest.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::client {
namespace {

constexpr size_t kMessageBytes = 4096;

v1::CompressStreamRequest Parse(const std::vector<SharedBytes>& pieces) {
  std::string whole;
  for (const SharedBytes& piece : pieces) {
    whole.append(piece.data.get(), piece.size);
  }
  v1::CompressStreamRequest request;
  EXPECT_TRUE(request.ParseFromString(whole));
  return request;
}

std::string Options() {
  v1::CompressStreamOptions options;
  options.set_level(4);
  return options.SerializeAsString();
}

SharedBytes Share(const std::string& bytes) {
  auto data = std::make_shared<char[]>(bytes.size());
  std::memcpy(data.get(), bytes.data(), bytes.size());
  return {data, bytes.size()};
}

TEST(StreamInputTest, OnlyTheFirstMessageHasTheOptionsEvenWithoutInput) {
  StreamInput input(kMessageBytes, Options(), false);
  EXPECT_FALSE(input.empty());
  const v1::CompressStreamRequest first = Parse(input.Take());
  EXPECT_EQ(first.options().level(), 4);
  EXPECT_FALSE(first.has_payload_crc32c());
  EXPECT_TRUE(input.empty());
  absl::string_view more = "more";
  input.Append(more);
  EXPECT_TRUE(more.empty());
  const v1::CompressStreamRequest second = Parse(input.Take());
  EXPECT_FALSE(second.has_options());
  EXPECT_EQ(second.input(), "more");
}

TEST(StreamInputTest, TakesNoMoreThanAMessage) {
  StreamInput input(kMessageBytes, Options(), false);
  const std::string data(kMessageBytes + 5, 'x');
  absl::string_view left = data;
  input.Append(left);
  EXPECT_TRUE(input.full());
  EXPECT_EQ(left.size(), 5u);
  input.Append(left);
  EXPECT_EQ(left.size(), 5u);
  EXPECT_EQ(Parse(input.Take()).input().size(), kMessageBytes);
}

TEST(StreamInputTest, WhatIsSharedIsNotCopied) {
  StreamInput input(kMessageBytes, "", false);
  const SharedBytes data = Share(std::string(kMessageBytes + 10, 's'));
  size_t offset = 0;
  input.AppendShared(data, offset);
  EXPECT_EQ(offset, kMessageBytes);
  std::vector<SharedBytes> message = input.Take();
  ASSERT_EQ(message.size(), 2u);
  EXPECT_EQ(message[1].data.get(), data.data.get());
}

TEST(StreamInputTest, ManySmallWritesAreOnePiece) {
  StreamInput input(kMessageBytes, "", false);
  for (int i = 0; i < 1000; ++i) {
    absl::string_view bytes = "abc";
    input.Append(bytes);
  }
  const std::vector<SharedBytes> message = input.Take();
  EXPECT_EQ(message.size(), 2u);
  EXPECT_EQ(Parse(message).input().size(), 3000u);
}

TEST(StreamInputTest, AnyMixOfWritesArrivesWhole) {
  std::minstd_rand random(3);
  for (int round = 0; round < 200; ++round) {
    StreamInput input(kMessageBytes, Options(), true);
    std::string expected, arrived;
    const auto send = [&] {
      const v1::CompressStreamRequest request = Parse(input.Take());
      EXPECT_LE(request.input().size(), kMessageBytes);
      EXPECT_TRUE(request.has_payload_crc32c());
      EXPECT_EQ(request.payload_crc32c(),
                Crc32c(request.input().data(), request.input().size()));
      arrived += request.input();
    };
    for (int write = 0; write < 20; ++write) {
      std::string data(random() % (random() % 2 ? 50 : 10'000), '\0');
      for (char& byte : data) byte = static_cast<char>(random());
      expected += data;
      if (random() % 2) {
        absl::string_view left = data;
        while (input.Append(left), !left.empty()) send();
      } else {
        const SharedBytes shared = Share(data);
        size_t offset = 0;
        while (input.AppendShared(shared, offset), offset < shared.size) send();
      }
      if (random() % 3 == 0 && !input.empty()) send();
    }
    if (!input.empty()) send();
    EXPECT_EQ(arrived, expected);
  }
}

}  // namespace
}  // namespace uacced::client
