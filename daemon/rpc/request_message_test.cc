#include "daemon/rpc/request_message.h"

#include <string>
#include <vector>

#include "daemon/rpc/response_writer.h"
#include "daemon/rpc/wire.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

hw::Bytes Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
std::string Text(hw::Bytes bytes) {
  return std::string(bytes.begin(), bytes.end());
}

TEST(ParseRequestTest, ThePayloadStaysAndTheRestIsParsed) {
  v1::EncryptRequest request;
  request.set_plaintext("secret");
  request.set_key("k");
  request.set_tag_bytes(12);
  request.set_payload_crc32c(7);
  const std::string wire = request.SerializeAsString();
  RequestMessage out;
  ASSERT_TRUE(ParseRequest(OperationKind::kEncrypt, Bytes(wire), out));
  const auto& fields = std::get<v1::EncryptRequest>(out.fields);
  EXPECT_EQ(Text(out.payload), "secret");
  EXPECT_GE(reinterpret_cast<const char*>(out.payload.data()), wire.data());
  EXPECT_TRUE(fields.plaintext().empty());
  EXPECT_EQ(fields.key(), "k");
  EXPECT_EQ(fields.tag_bytes(), 12u);
  EXPECT_EQ(fields.payload_crc32c(), 7u);
}

TEST(ParseRequestTest, FieldsBeforeAndBehindThePayloadCount) {
  // key "a", payload "x", nonce "n", payload "y": the last of each counts.
  const std::string wire =
      "\x12\x01"
      "a"
      "\x0a\x01"
      "x"
      "\x2a\x01"
      "n"
      "\x0a\x01"
      "y"
      "\x12\x01"
      "b";
  RequestMessage out;
  ASSERT_TRUE(ParseRequest(OperationKind::kEncrypt, Bytes(wire), out));
  EXPECT_EQ(Text(out.payload), "y");
  const auto& fields = std::get<v1::EncryptRequest>(out.fields);
  EXPECT_EQ(fields.key(), "b");
  EXPECT_EQ(fields.nonce(), "n");
}

TEST(ParseRequestTest, UnknownFieldsAreBoundedInNestedMessagesToo) {
  const auto parses = [](int unknown) {
    v1::ChainRequest request;
    request.set_input("x");
    std::string fields;
    for (int i = 0; i < unknown; ++i) fields += "\x68\x01";
    std::string step = "\x0a";
    step += static_cast<char>(fields.size());
    step += fields;
    std::string wire = request.SerializeAsString();
    wire += "\x12";
    wire += static_cast<char>(step.size());
    wire += step;
    RequestMessage out;
    return ParseRequest(OperationKind::kChain, Bytes(wire), out);
  };
  EXPECT_TRUE(parses(static_cast<int>(kMaxUnknownFields)));
  EXPECT_FALSE(parses(static_cast<int>(kMaxUnknownFields) + 1));
}

TEST(ParseRequestTest, BytesThatAreNoMessageAreRefused) {
  for (const char* wire : {"\x0a\x05"
                           "abc",
                           "\x0a", "\xff", "\x0b"}) {
    RequestMessage out;
    EXPECT_FALSE(ParseRequest(OperationKind::kCopy, Bytes(wire), out));
  }
}

TEST(TakeOperationTest, TakesOneAfterTheOther) {
  v1::ProcessRequest request;
  request.add_operations()->set_id(1);
  auto* second = request.add_operations();
  second->set_id(2);
  second->set_timeout_ns(99);
  second->mutable_digest()->set_input("d");
  const std::string wire = request.SerializeAsString() + "\x68\x01";
  hw::Bytes rest = Bytes(wire);
  OperationHeader header;
  bool malformed = true;
  ASSERT_TRUE(TakeOperation(rest, header, &malformed));
  EXPECT_EQ(header.id, 1u);
  EXPECT_FALSE(header.has_kind);
  ASSERT_TRUE(TakeOperation(rest, header, &malformed));
  EXPECT_EQ(header.id, 2u);
  EXPECT_EQ(header.timeout_ns, 99u);
  ASSERT_TRUE(header.has_kind);
  EXPECT_EQ(header.kind, OperationKind::kDigest);
  EXPECT_EQ(Text(header.wire), second->digest().SerializeAsString());
  EXPECT_FALSE(TakeOperation(rest, header, &malformed));
  EXPECT_FALSE(malformed);
}

TEST(TakeOperationTest, EveryTruncationIsMalformedOrShorter) {
  v1::ProcessRequest request;
  for (int i = 0; i < 3; ++i) {
    auto* operation = request.add_operations();
    operation->set_id(1000 + i);
    operation->mutable_copy()->set_input("payload");
  }
  const std::string wire = request.SerializeAsString();
  const size_t each = wire.size() / 3;
  for (size_t bytes = 0; bytes <= wire.size(); ++bytes) {
    hw::Bytes rest = Bytes(wire).first(bytes);
    OperationHeader header;
    bool malformed = false;
    size_t count = 0;
    while (TakeOperation(rest, header, &malformed)) ++count;
    EXPECT_EQ(count, bytes / each) << bytes;
    EXPECT_EQ(malformed, bytes % each != 0) << bytes;
  }
}

TEST(ResponseWriterTest, ResultsOfEverySizeParseAsTheOrdinaryMessage) {
  const std::vector<size_t> sizes = {0,    1,     127,   128,    4096,
                                     4097, 30000, 40000, 100'000};
  ResponseWriter writer;
  for (size_t i = 0; i < sizes.size(); ++i) {
    auto payload = hw::DmaBuffer::Allocate(sizes[i] + 5);
    std::fill_n(payload.data(), sizes[i], static_cast<uint8_t>('a' + i));
    v1::CopyResponse head;
    head.mutable_execution()->set_device("cpu");
    writer.Add(i, v1::OperationResult::kCopyFieldNumber, head,
               std::move(payload), sizes[i]);
  }
  const size_t size_bytes = writer.size_bytes();
  grpc::ByteBuffer buffer = writer.Finish();
  EXPECT_EQ(buffer.Length(), size_bytes);
  v1::ProcessResponse parsed;
  ASSERT_TRUE(ParseMessage(buffer, parsed));
  ASSERT_EQ(parsed.results_size(), static_cast<int>(sizes.size()));
  for (size_t i = 0; i < sizes.size(); ++i) {
    const v1::OperationResult& result = parsed.results(static_cast<int>(i));
    EXPECT_EQ(result.id(), i);
    EXPECT_EQ(result.copy().output(),
              std::string(sizes[i], static_cast<char>('a' + i)));
    EXPECT_EQ(result.copy().execution().device(), "cpu");
  }
  EXPECT_EQ(writer.size_bytes(), 0u);
}

}  // namespace
}  // namespace uacced
