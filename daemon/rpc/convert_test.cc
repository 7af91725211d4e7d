#include "daemon/rpc/convert.h"

#include <memory>
#include <string>

#include "daemon/core/error.h"
#include "daemon/task/payload.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using absl::StatusCode;

hw::Bytes AsBytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
template <typename Message>
hw::Bytes PayloadOf(const Message& message) {
  return AsBytes(message.input());
}
hw::Bytes PayloadOf(const v1::EncryptRequest& message) {
  return AsBytes(message.plaintext());
}
hw::Bytes PayloadOf(const v1::DecryptRequest& message) {
  return AsBytes(message.ciphertext());
}

class ConvertTest : public testing::Test {
 protected:
  void SetUp() override {
    auto keys = KeyStore::Create({.max_keys = 16});
    ASSERT_TRUE(keys.ok()) << keys.status();
    keys_ = *std::move(keys);
    AddKey("gcm", hw::Algorithm::kAes256Gcm, false);
    AddKey("own", hw::Algorithm::kAes256Gcm, true);
    AddKey("ccm", hw::Algorithm::kAes128Ccm, true);
    AddKey("xts", hw::Algorithm::kAes128Xts, false);
    AddKey("cbc", hw::Algorithm::kAes128Cbc, false);
    AddKey("mac", hw::Algorithm::kHmacSha256, false);
  }
  void AddKey(const std::string& name, hw::Algorithm algorithm,
              bool caller_nonce) {
    ASSERT_TRUE(keys_->CreateKey({name, algorithm, caller_nonce}).ok());
  }

  // Converts, and expects this failure.
  template <typename Message>
  void ExpectRefused(const Message& message, StatusCode code,
                     const std::string& reason) {
    Step out;
    absl::Status status = Convert(message, {*keys_, 1000}, out);
    if (status.ok()) status = BindSource(PayloadOf(message), out.request);
    EXPECT_EQ(status.code(), code) << message.ShortDebugString();
    EXPECT_EQ(GetErrorDetail(status).reason, reason) << status;
  }
  template <typename Message>
  std::unique_ptr<Step> ExpectTaken(const Message& message) {
    auto out = std::make_unique<Step>();
    absl::Status status = Convert(message, {*keys_, 1000}, *out);
    if (status.ok()) status = BindSource(PayloadOf(message), out->request);
    EXPECT_TRUE(status.ok()) << status;
    return out;
  }
  v1::EncryptRequest Encrypt(const std::string& key) {
    v1::EncryptRequest message;
    message.set_key(key);
    message.set_plaintext("0123456789abcdef");
    return message;
  }
  v1::DecryptRequest Decrypt(const std::string& key, size_t nonce_bytes,
                             size_t tag_bytes) {
    v1::DecryptRequest message;
    message.set_key(key);
    message.set_ciphertext("0123456789abcdef");
    message.set_nonce(std::string(nonce_bytes, 'n'));
    message.set_tag(std::string(tag_bytes, 't'));
    return message;
  }

  std::unique_ptr<KeyStore> keys_;
};

TEST_F(ConvertTest, CompressChecksFormatAndLevel) {
  v1::CompressRequest message;
  message.set_input("abc");
  ExpectRefused(message, StatusCode::kInvalidArgument, "FORMAT_REQUIRED");
  message.set_format(static_cast<v1::CompressionFormat>(99));
  ExpectRefused(message, StatusCode::kInvalidArgument, "FORMAT_REQUIRED");
  message.set_format(v1::COMPRESSION_FORMAT_ZSTD);
  EXPECT_EQ(ExpectTaken(message)->request.level, 3);
  message.set_level(0);
  ExpectRefused(message, StatusCode::kInvalidArgument, "LEVEL_OUT_OF_RANGE");
  message.set_level(INT32_MAX);
  ExpectRefused(message, StatusCode::kInvalidArgument, "LEVEL_OUT_OF_RANGE");
  message.set_format(v1::COMPRESSION_FORMAT_GZIP);
  message.set_level(0);
  EXPECT_EQ(ExpectTaken(message)->request.level, 0);
}

TEST_F(ConvertTest, DecompressDetectsTheFormatAndBoundsTheOutput) {
  v1::DecompressRequest message;
  ExpectRefused(message, StatusCode::kInvalidArgument, "CORRUPT_INPUT");
  message.set_input("\x1f\x8b rest");
  auto taken = ExpectTaken(message);
  EXPECT_EQ(taken->request.algorithm, hw::Algorithm::kGzip);
  EXPECT_EQ(taken->output_limit_bytes, 1000u);
  message.set_max_output_bytes(10);
  EXPECT_EQ(ExpectTaken(message)->output_limit_bytes, 10u);
  message.set_max_output_bytes(1001);
  ExpectRefused(message, StatusCode::kResourceExhausted,
                "OUTPUT_LIMIT_TOO_LARGE");
  message.clear_max_output_bytes();
  message.set_input("plain text");
  ExpectRefused(message, StatusCode::kInvalidArgument, "FORMAT_NOT_DETECTED");
  message.set_format(v1::COMPRESSION_FORMAT_DEFLATE);
  EXPECT_EQ(ExpectTaken(message)->request.algorithm, hw::Algorithm::kDeflate);
}

TEST_F(ConvertTest, AMissingKeyIsNamedHoweverOddItsName) {
  const auto text = [&](const std::string& name) {
    return std::string(FindKey(name, 0, *keys_).status().message());
  };
  EXPECT_EQ(text("nobody"), "key: there is no key \"nobody\"");
  EXPECT_EQ(text("a\n\"b"), "key: there is no key \"a\\n\\\"b\"");
  EXPECT_EQ(text(std::string(65, 'x')), "key: there is no key of this name");
}

TEST_F(ConvertTest, KeysMustExistAndFitTheirUse) {
  ExpectRefused(Encrypt(""), StatusCode::kInvalidArgument, "KEY_REQUIRED");
  ExpectRefused(Encrypt("nobody"), StatusCode::kNotFound, "KEY_NOT_FOUND");
  ExpectRefused(Encrypt("mac"), StatusCode::kInvalidArgument, "KEY_WRONG_USE");
  auto message = Encrypt("gcm");
  message.set_algorithm(v1::CIPHER_ALGORITHM_AES_128_GCM);
  ExpectRefused(message, StatusCode::kInvalidArgument, "ALGORITHM_MISMATCH");
  message.set_algorithm(v1::CIPHER_ALGORITHM_AES_256_GCM);
  ExpectTaken(message);
  v1::DigestRequest digest;
  ExpectRefused(digest, StatusCode::kInvalidArgument, "ALGORITHM_REQUIRED");
  digest.set_key("gcm");
  ExpectRefused(digest, StatusCode::kInvalidArgument, "KEY_WRONG_USE");
  digest.set_key("mac");
  EXPECT_EQ(ExpectTaken(digest)->request.algorithm, hw::Algorithm::kHmacSha256);
  digest.set_algorithm(v1::HASH_ALGORITHM_SHA1);
  ExpectRefused(digest, StatusCode::kInvalidArgument, "ALGORITHM_MISMATCH");
}

TEST_F(ConvertTest, NoncesAreTheDaemonsUnlessTheKeySaysOtherwise) {
  auto first = ExpectTaken(Encrypt("gcm"));
  auto second = ExpectTaken(Encrypt("gcm"));
  EXPECT_EQ(first->request.nonce.size(), 12u);
  EXPECT_NE(first->made_nonce, second->made_nonce);
  auto message = Encrypt("gcm");
  message.set_nonce("123456789012");
  ExpectRefused(message, StatusCode::kPermissionDenied, "NONCE_NOT_ALLOWED");
  message.set_key("own");
  ExpectTaken(message);
  message.set_nonce(std::string(129, 'n'));
  ExpectRefused(message, StatusCode::kInvalidArgument, "NONCE_LENGTH");
  message.clear_nonce();
  ExpectRefused(message, StatusCode::kInvalidArgument, "NONCE_REQUIRED");
}

TEST_F(ConvertTest, UnauthenticatedCiphersMustBeAskedFor) {
  auto message = Encrypt("xts");
  ExpectRefused(message, StatusCode::kPermissionDenied,
                "UNAUTHENTICATED_NOT_ALLOWED");
  message.set_allow_unauthenticated(true);
  EXPECT_TRUE(ExpectTaken(message)->request.mac.empty());
  message.set_associated_data("x");
  ExpectRefused(message, StatusCode::kInvalidArgument,
                "ASSOCIATED_DATA_NOT_ALLOWED");
  auto decrypt = Decrypt("xts", 16, 0);
  ExpectRefused(decrypt, StatusCode::kPermissionDenied,
                "UNAUTHENTICATED_NOT_ALLOWED");
}

TEST_F(ConvertTest, TagLengthsAreChecked) {
  auto message = Encrypt("gcm");
  EXPECT_EQ(ExpectTaken(message)->request.mac.size(), 16u);
  message.set_tag_bytes(11);
  ExpectRefused(message, StatusCode::kInvalidArgument, "TAG_LENGTH");
  message.set_tag_bytes(12);
  EXPECT_EQ(ExpectTaken(message)->request.mac.size(), 12u);
  ExpectTaken(Decrypt("gcm", 12, 16));
  ExpectRefused(Decrypt("gcm", 12, 0), StatusCode::kInvalidArgument,
                "TAG_LENGTH");
  ExpectRefused(Decrypt("gcm", 0, 16), StatusCode::kInvalidArgument,
                "NONCE_LENGTH");
}

TEST_F(ConvertTest, PayloadLengthsThatACipherCannotTakeAreRefused) {
  auto message = Encrypt("xts");
  message.set_allow_unauthenticated(true);
  message.set_plaintext("short");
  ExpectRefused(message, StatusCode::kInvalidArgument, "INPUT_LENGTH");
  message = Encrypt("cbc");
  message.set_allow_unauthenticated(true);
  message.set_plaintext("short");
  EXPECT_TRUE(ExpectTaken(message)->request.pkcs7_padding);
  message.set_padding(v1::PADDING_NONE);
  ExpectRefused(message, StatusCode::kInvalidArgument, "INPUT_LENGTH");
  message = Encrypt("ccm");
  message.set_nonce(std::string(13, 'n'));
  message.set_plaintext(std::string(65'535, 'p'));
  ExpectTaken(message);
  message.set_plaintext(std::string(65'536, 'p'));
  ExpectRefused(message, StatusCode::kInvalidArgument, "INPUT_LENGTH");
  message.set_nonce(std::string(12, 'n'));
  ExpectTaken(message);
  auto decrypt = Decrypt("cbc", 16, 0);
  decrypt.set_allow_unauthenticated(true);
  ExpectTaken(decrypt);
  decrypt.set_ciphertext("");
  ExpectRefused(decrypt, StatusCode::kInvalidArgument, "INPUT_LENGTH");
}

TEST_F(ConvertTest, AssociatedDataIsBounded) {
  auto message = Encrypt("gcm");
  message.set_associated_data(std::string(65'536, 'a'));
  ExpectTaken(message);
  message.mutable_associated_data()->push_back('a');
  ExpectRefused(message, StatusCode::kInvalidArgument,
                "ASSOCIATED_DATA_TOO_LONG");
}

TEST_F(ConvertTest, EveryRequestHasAMode) {
  const auto check = [this](auto message) {
    Step plain, chosen, unknown;
    const ConvertContext context{*keys_, 1000, ExecutionMode::kBalanced};
    ASSERT_TRUE(Convert(message, context, plain).ok());
    EXPECT_EQ(plain.mode, ExecutionMode::kBalanced);
    message.set_mode(v1::EXECUTION_MODE_HARDWARE_ONLY);
    ASSERT_TRUE(Convert(message, context, chosen).ok());
    EXPECT_EQ(chosen.mode, ExecutionMode::kHardwareOnly);
    message.set_mode(static_cast<v1::ExecutionMode>(99));
    EXPECT_EQ(GetErrorDetail(Convert(message, context, unknown)).reason,
              "MODE_UNKNOWN");
  };
  v1::CompressRequest compress;
  compress.set_format(v1::COMPRESSION_FORMAT_GZIP);
  check(compress);
  check(v1::DecompressRequest());
  v1::EncryptRequest encrypt;
  encrypt.set_key("gcm");
  check(encrypt);
  v1::DecryptRequest decrypt;
  decrypt.set_key("gcm");
  decrypt.set_nonce(std::string(12, 'n'));
  decrypt.set_tag(std::string(16, 't'));
  check(decrypt);
  v1::DigestRequest digest;
  digest.set_algorithm(v1::HASH_ALGORITHM_SHA256);
  check(digest);
  check(v1::CopyRequest());
}

}  // namespace
}  // namespace uacced
