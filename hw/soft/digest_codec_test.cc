#include "hw/soft/digest_codec.h"

#include <vector>

#include "gtest/gtest.h"
#include "hw/soft/digest_vectors.h"
#include "hw/test_data.h"

namespace uacced::hw {
namespace {

class DigestCodecTest : public ::testing::Test {
 protected:
  std::vector<uint8_t> Digest(Algorithm algorithm, Bytes key, Bytes source) {
    std::vector<uint8_t> out(kMaxDigestBytes);
    Request request;
    request.operation = Operation::kDigest;
    request.algorithm = algorithm;
    request.key = key;
    request.source = source;
    request.destination = out;
    const Result result = codec_.Digest(request);
    EXPECT_TRUE(result.ok());
    out.resize(result.ok() ? result.produced_bytes : 0);
    return out;
  }

  EvpAlgorithms algorithms_;
  DigestCodec codec_{algorithms_};
};

TEST_F(DigestCodecTest, PublishedVectorsHold) {
  for (int round = 0; round < 2; ++round) {
    for (const DigestVector& vector : kDigestVectors) {
      SCOPED_TRACE(vector.origin);
      const auto expected = FromHex(vector.digest);
      auto digest = Digest(vector.algorithm, FromHex(vector.key),
                           FromHex(vector.message));
      EXPECT_EQ(digest.size(), Info(vector.algorithm).digest_bytes);
      digest.resize(expected.size());  // RFC 4231 has a truncated case.
      EXPECT_EQ(digest, expected);
    }
  }
}

TEST_F(DigestCodecTest, AMillionTimesTheLetterA) {
  // FIPS 180-2, B.3.
  EXPECT_EQ(
      Digest(Algorithm::kSha256, {}, std::vector<uint8_t>(1'000'000, 'a')),
      FromHex("cdc76e5c9914fb9281a1c7e284d73e67"
              "f1809a48a497200e046d39ccc7112cd0"));
}

TEST_F(DigestCodecTest, ADestinationMayBeExactAndNoSmaller) {
  std::vector<uint8_t> out(32);
  Request request;
  request.operation = Operation::kDigest;
  request.algorithm = Algorithm::kSha256;
  request.destination = out;
  EXPECT_TRUE(codec_.Digest(request).ok());
  request.destination = MutableBytes(out).first(31);
  EXPECT_EQ(codec_.Digest(request).code, absl::StatusCode::kOutOfRange);
}

TEST_F(DigestCodecTest, HmacKeysOfEveryLengthAreDifferentKeys) {
  const auto source = TextBytes(100, 1);
  std::vector<std::vector<uint8_t>> seen;
  for (size_t size = 1; size <= kMaxHmacKeyBytes; ++size) {
    const auto mac =
        Digest(Algorithm::kHmacSha512, std::vector<uint8_t>(size, 7), source);
    for (const auto& other : seen) ASSERT_NE(mac, other) << size;
    seen.push_back(mac);
  }
}

TEST_F(DigestCodecTest, OtherAlgorithmsAreUnimplemented) {
  Request request;
  request.operation = Operation::kDigest;
  request.algorithm = Algorithm::kGzip;
  EXPECT_EQ(codec_.Digest(request).code, absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace uacced::hw
