#include "hw/soft/cipher_codec.h"

#include <openssl/evp.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/soft/cipher_vectors.h"
#include "hw/test_data.h"

namespace uacced::hw {
namespace {

using ByteVector = std::vector<uint8_t>;
constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kOutOfRange = absl::StatusCode::kOutOfRange;

bool IsAead(Algorithm algorithm) {
  return Info(algorithm).family == Family::kAead;
}

// All ciphers there are.
std::vector<Algorithm> Ciphers() {
  std::vector<Algorithm> ciphers;
  for (size_t i = 0; i < kAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    if (IsAead(algorithm) || Info(algorithm).family == Family::kCipher) {
      ciphers.push_back(algorithm);
    }
  }
  return ciphers;
}

struct Message {
  Algorithm algorithm;
  ByteVector key, nonce, associated_data;
  ByteVector text;  // Plain or cipher.
  ByteVector mac;
  bool pkcs7_padding = false;
};

Message MakeMessage(Algorithm algorithm, ByteVector text) {
  const AlgorithmInfo& info = Info(algorithm);
  return {.algorithm = algorithm,
          .key = RandomBytes(info.key_bytes, 1),
          .nonce = RandomBytes(info.nonce_bytes, 2),
          .associated_data = RandomBytes(IsAead(algorithm) ? 33 : 0, 3),
          .text = std::move(text),
          .mac = ByteVector(IsAead(algorithm) ? 16 : 0)};
}

ByteVector Shake128(const ByteVector& data, size_t bytes) {
  ByteVector out(bytes);
  HashContext context(EVP_MD_CTX_new());
  EXPECT_TRUE(EVP_DigestInit_ex(context.get(), EVP_shake128(), nullptr) == 1 &&
              EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
              EVP_DigestFinalXOF(context.get(), out.data(), bytes) == 1);
  return out;
}

class CipherCodecTest : public ::testing::Test {
 protected:
  // On success the text and mac of what is returned are the output.
  static std::pair<absl::StatusCode, Message> RunWith(CipherCodec& codec,
                                                      bool encrypt,
                                                      const Message& message,
                                                      int room = -1) {
    Message out = message;
    out.text.assign(room >= 0 ? room : message.text.size() + 16, 0xEE);
    Request request;
    request.operation = encrypt ? Operation::kEncrypt : Operation::kDecrypt;
    request.algorithm = message.algorithm;
    request.key = message.key;
    request.nonce = message.nonce;
    request.associated_data = message.associated_data;
    request.source = message.text;
    request.destination = out.text;
    request.pkcs7_padding = message.pkcs7_padding;
    if (encrypt) {
      request.mac = out.mac;
    } else {
      request.expected_mac = message.mac;
    }
    const Result result =
        encrypt ? codec.Encrypt(request) : codec.Decrypt(request);
    if (result.ok()) out.text.resize(result.produced_bytes);
    return {result.code, std::move(out)};
  }
  std::pair<absl::StatusCode, Message> Run(bool encrypt, const Message& message,
                                           int room = -1) {
    return RunWith(codec_, encrypt, message, room);
  }
  Message Encrypt(const Message& message) {
    auto [code, out] = Run(true, message);
    EXPECT_EQ(code, kOk) << Info(message.algorithm).name;
    return out;
  }

  EvpAlgorithms algorithms_;
  CipherCodec codec_{algorithms_};
};

TEST_F(CipherCodecTest, PublishedVectorsHoldInBothDirections) {
  // Twice, so that contexts are used again, with nonces of all lengths.
  for (int round = 0; round < 2; ++round) {
    for (const CipherVector& vector : kCipherVectors) {
      SCOPED_TRACE(vector.origin);
      Message message{.algorithm = vector.algorithm,
                      .key = FromHex(vector.key),
                      .nonce = FromHex(vector.nonce),
                      .associated_data = FromHex(vector.associated_data),
                      .text = FromHex(vector.plaintext),
                      .mac = ByteVector(FromHex(vector.mac).size())};
      auto [code, sealed] = Run(true, message);
      ASSERT_EQ(code, kOk);
      EXPECT_EQ(sealed.text, FromHex(vector.ciphertext));
      EXPECT_EQ(sealed.mac, FromHex(vector.mac));
      auto [back_code, opened] = Run(false, sealed);
      ASSERT_EQ(back_code, kOk);
      EXPECT_EQ(opened.text, message.text);
      if (sealed.mac.empty()) continue;
      sealed.mac[round] ^= 1;
      EXPECT_EQ(Run(false, sealed).first, kInvalid);
    }
    codec_.Scrub();
  }
}

// The accumulated vector of the C2SP specification: 10,000 messages whose keys,
// nonces, texts and associated data are SHAKE128 of nothing, read in turn, and
// the SHAKE128 of all that comes out.
TEST_F(CipherCodecTest, XaesAgreesOnTenThousandMessages) {
  constexpr int kMessages = 10'000;
  const ByteVector random = Shake128({}, kMessages * (32 + 24 + 2 * 256));
  size_t at = 0;
  const auto take = [&](size_t bytes) {
    at += bytes;
    return ByteVector(&random[at - bytes], &random[at]);
  };
  ByteVector all;
  for (int i = 0; i < kMessages; ++i) {
    Message message{.algorithm = Algorithm::kXaes256Gcm};
    message.key = take(32);
    message.nonce = take(24);
    message.text = take(take(1)[0]);
    message.associated_data = take(take(1)[0]);
    message.mac.resize(16);
    const Message sealed = Encrypt(message);
    all.insert(all.end(), sealed.text.begin(), sealed.text.end());
    all.insert(all.end(), sealed.mac.begin(), sealed.mac.end());
  }
  EXPECT_EQ(Shake128(all, 32), FromHex("e6b9edf2df6cec60c8cbd864e2211b59"
                                       "7fb69a529160cd040d56c0c210081939"));
}

TEST_F(CipherCodecTest, EverySizeGoesThereAndBack) {
  for (const Algorithm algorithm : Ciphers()) {
    for (const size_t size : {0, 1, 15, 16, 17, 31, 32, 33, 255, 1'023, 1'024,
                              1'025, 65'535, 65'536, 3'000'001}) {
      SCOPED_TRACE(std::string(Info(algorithm).name) + " of " +
                   std::to_string(size));
      Message message = MakeMessage(algorithm, RandomBytes(size, 4));
      message.pkcs7_padding = true;  // Only CBC looks at it.
      const auto [code, sealed] = Run(true, message);
      if (algorithm == Algorithm::kAes128Xts ||
          algorithm == Algorithm::kAes256Xts ||
          algorithm == Algorithm::kSm4Xts) {
        ASSERT_EQ(code, size < 16 ? kInvalid : kOk);
        if (size < 16) continue;
      }
      ASSERT_EQ(code, kOk);
      if (size >= 16) {
        EXPECT_NE(sealed.text, message.text);
      }
      const auto [back_code, opened] = Run(false, sealed);
      ASSERT_EQ(back_code, kOk);
      EXPECT_EQ(opened.text, message.text);
    }
  }
}

TEST_F(CipherCodecTest, NonceLengthMayChangeFromOneMessageToTheNext) {
  for (const Algorithm algorithm : Ciphers()) {
    if (!IsAead(algorithm)) continue;
    const AlgorithmInfo& info = Info(algorithm);
    for (size_t i = 0; i < 300; ++i) {
      const size_t range = info.max_nonce_bytes - info.min_nonce_bytes + 1;
      Message message = MakeMessage(algorithm, RandomBytes(i, i));
      message.nonce = RandomBytes(info.min_nonce_bytes + i * 37 % range, i + 1);
      if (i % 3 == 0) message.associated_data.clear();
      const Message sealed = Encrypt(message);
      ASSERT_EQ(Run(false, sealed).first, kOk) << info.name << " " << i;
      // A codec without any past agrees.
      CipherCodec fresh(algorithms_);
      const auto [code, opened] = RunWith(fresh, false, sealed);
      ASSERT_EQ(code, kOk) << info.name << " " << i;
      ASSERT_EQ(opened.text, message.text);
    }
  }
}

TEST_F(CipherCodecTest, AForgeryFailsAndLeavesNoPlaintext) {
  const ByteVector text = TextBytes(1'000, 5);
  for (const Algorithm algorithm : Ciphers()) {
    if (!IsAead(algorithm)) continue;
    SCOPED_TRACE(std::string(Info(algorithm).name));
    const Message sealed = Encrypt(MakeMessage(algorithm, text));
    for (ByteVector Message::*field :
         {&Message::text, &Message::mac, &Message::nonce, &Message::key,
          &Message::associated_data}) {
      Message forged = sealed;
      (forged.*field).back() ^= 0x01;
      const auto [code, out] = Run(false, forged, text.size());
      EXPECT_EQ(code, kInvalid);
      EXPECT_EQ(out.text, ByteVector(text.size(), 0));
    }
    // And the context still works afterwards.
    EXPECT_EQ(Run(false, sealed).second.text, text);
  }
}

TEST_F(CipherCodecTest, CbcPaddingErrorsAreAllTheSame) {
  for (const Algorithm algorithm :
       {Algorithm::kAes128Cbc, Algorithm::kAes256Cbc, Algorithm::kSm4Cbc}) {
    Message padded = MakeMessage(algorithm, TextBytes(30, 6));
    padded.pkcs7_padding = true;
    Message sealed = Encrypt(padded);
    ASSERT_EQ(sealed.text.size(), 32u);
    // Its padding is 02 02; the block before it is flipped into the last one.
    int failures = 0;
    for (int flip = 1; flip < 256; ++flip) {
      Message wrong = sealed;
      wrong.text[15] ^= flip;
      const auto code = Run(false, wrong).first;
      // 02 -> 01 is a padding too.
      EXPECT_EQ(code, flip == 3 ? kOk : kInvalid);
      failures += code == kInvalid;
    }
    EXPECT_EQ(failures, 254);
    for (const size_t size : {0, 1, 15, 17, 31}) {
      Message cut = sealed;
      cut.text.resize(size);
      EXPECT_EQ(Run(false, cut).first, kInvalid) << size;
    }
  }
}

TEST_F(CipherCodecTest, CbcWithoutPaddingTakesWholeBlocksOnly) {
  for (const size_t size : {0, 16, 48}) {
    const Message message =
        MakeMessage(Algorithm::kSm4Cbc, RandomBytes(size, 7));
    const Message sealed = Encrypt(message);
    EXPECT_EQ(sealed.text.size(), size);
    EXPECT_EQ(Run(false, sealed).second.text, message.text);
  }
  const Message odd = MakeMessage(Algorithm::kSm4Cbc, RandomBytes(17, 7));
  EXPECT_EQ(Run(true, odd).first, kInvalid);
  EXPECT_EQ(Run(false, odd).first, kInvalid);
}

TEST_F(CipherCodecTest, ADestinationMayBeExactAndNoSmaller) {
  for (const Algorithm algorithm : Ciphers()) {
    for (const bool padding : {false, true}) {
      SCOPED_TRACE(std::string(Info(algorithm).name));
      Message message = MakeMessage(algorithm, TextBytes(48, 8));
      message.pkcs7_padding = padding;
      const Message sealed = Encrypt(message);
      EXPECT_EQ(Run(true, message, sealed.text.size()).first, kOk);
      EXPECT_EQ(Run(true, message, sealed.text.size() - 1).first, kOutOfRange);
      EXPECT_EQ(Run(true, message, 0).first, kOutOfRange);
      EXPECT_EQ(Run(false, sealed, 48).first, kOk);
      EXPECT_EQ(Run(false, sealed, 47).first, kOutOfRange);
      EXPECT_EQ(Run(false, sealed, 0).first, kOutOfRange);
    }
  }
}

TEST_F(CipherCodecTest, CcmRefusesMessagesItsNonceLeavesNoRoomFor) {
  Message message = MakeMessage(Algorithm::kAes128Ccm, ByteVector(65'535));
  message.nonce.resize(13);  // Two bytes of length.
  EXPECT_EQ(Run(true, message).first, kOk);
  message.text.push_back(0);
  EXPECT_EQ(Run(true, message).first, kInvalid);
  message.nonce.resize(12);  // Three.
  EXPECT_EQ(Run(true, message).first, kOk);
  message.text.resize(1 << 24);
  EXPECT_EQ(Run(true, message).first, kInvalid);
  EXPECT_EQ(Run(false, message).first, kInvalid);
}

TEST_F(CipherCodecTest, XtsHasTheSameLimitsForAesAndSm4) {
  for (const Algorithm algorithm :
       {Algorithm::kAes128Xts, Algorithm::kAes256Xts, Algorithm::kSm4Xts}) {
    Message message =
        MakeMessage(algorithm, ByteVector(CipherCodec::kMaxXtsBytes));
    if (algorithm != Algorithm::kSm4Xts) {  // Which would take a second or so.
      EXPECT_EQ(Run(true, message).first, kOk);
    }
    message.text.push_back(0);
    EXPECT_EQ(Run(true, message).first, kInvalid);
    EXPECT_EQ(Run(false, message).first, kInvalid);
    message.text.resize(64);
    const size_t half = message.key.size() / 2;
    std::copy_n(message.key.begin(), half, message.key.begin() + half);
    EXPECT_EQ(Run(true, message).first, kInvalid);
  }
}

TEST_F(CipherCodecTest, SourcesPastIntAreRefusedUnread) {
  uint8_t byte = 0;
  Request request;
  request.operation = Operation::kEncrypt;
  request.algorithm = Algorithm::kAes128Ctr;
  const ByteVector key(16), nonce(16);
  request.key = key;
  request.nonce = nonce;
  request.source = {&byte, size_t{1} << 31};
  request.destination = {&byte, size_t{1} << 31};
  EXPECT_EQ(codec_.Encrypt(request).code, kInvalid);
}

TEST_F(CipherCodecTest, WorksAfterScrubAndScrubWorksAfterErrors) {
  codec_.Scrub();
  for (const Algorithm algorithm : Ciphers()) {
    const Message message = MakeMessage(algorithm, TextBytes(64, 9));
    const Message sealed = Encrypt(message);
    codec_.Scrub();
    codec_.Scrub();
    EXPECT_EQ(Encrypt(message).text, sealed.text);
    Message broken = sealed;
    broken.text.resize(5);
    Run(false, broken);
    codec_.Scrub();
    EXPECT_EQ(Run(false, sealed).second.text, message.text);
  }
}

}  // namespace
}  // namespace uacced::hw
