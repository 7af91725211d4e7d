#include "client/cpp/payload.h"

#include "client/cpp/error.h"
#include "gtest/gtest.h"

namespace uacced::client {
namespace {

// The field named `field` of a message is its payload, and nothing else is.
template <typename Message>
void ExpectPayload(const char* field) {
  Message message;
  const auto* descriptor = Message::descriptor()->FindFieldByName(field);
  ASSERT_NE(descriptor, nullptr) << field;
  message.GetReflection()->SetString(&message, descriptor, "123456789");
  EXPECT_EQ(PayloadOf(message), "123456789");
  EXPECT_EQ(CheckPayloadCrc(message).code(), absl::StatusCode::kDataLoss);
  SetPayloadCrc(message);
  EXPECT_EQ(message.payload_crc32c(), 0xE3069283u);
  EXPECT_TRUE(CheckPayloadCrc(message).ok());
  message.GetReflection()->SetString(&message, descriptor, "12345678");
  const absl::Status error = CheckPayloadCrc(message);
  EXPECT_EQ(GetErrorDetails(error).reason, "CRC32C_MISMATCH");
  EXPECT_NE(error.message().find("e3069283"), absl::string_view::npos) << error;
}

TEST(PayloadTest, IsTheFieldThatTheContractSays) {
  ExpectPayload<v1::CompressRequest>("input");
  ExpectPayload<v1::CompressResponse>("output");
  ExpectPayload<v1::DecompressRequest>("input");
  ExpectPayload<v1::DecompressResponse>("output");
  ExpectPayload<v1::EncryptRequest>("plaintext");
  ExpectPayload<v1::EncryptResponse>("ciphertext");
  ExpectPayload<v1::DecryptRequest>("ciphertext");
  ExpectPayload<v1::DecryptResponse>("plaintext");
  ExpectPayload<v1::DigestRequest>("input");
  ExpectPayload<v1::DigestResponse>("digest");
  ExpectPayload<v1::CopyRequest>("input");
  ExpectPayload<v1::CopyResponse>("output");
  ExpectPayload<v1::ChainRequest>("input");
  ExpectPayload<v1::ChainResponse>("output");
}

TEST(PayloadTest, OtherMessagesHaveNone) {
  EXPECT_FALSE(kHasPayload<v1::Execution>);
  EXPECT_TRUE(kHasPayload<v1::CopyRequest>);
}

}  // namespace
}  // namespace uacced::client
