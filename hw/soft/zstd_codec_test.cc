#include "hw/soft/zstd_codec.h"

#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/test_data.h"

namespace uacced::hw {
namespace {

using ByteVector = std::vector<uint8_t>;
constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class ZstdCodecTest : public ::testing::Test {
 protected:
  ByteVector Compress(const ByteVector& source, int level = 3) {
    ByteVector out(source.size() * 2 + 1'000);
    Request request;
    request.operation = Operation::kCompress;
    request.algorithm = Algorithm::kZstd;
    request.level = static_cast<int8_t>(level);
    request.source = source;
    request.destination = out;
    const Result result = codec_.Compress(request);
    EXPECT_TRUE(result.ok());
    out.resize(result.ok() ? result.produced_bytes : 0);
    return out;
  }
  std::pair<absl::StatusCode, ByteVector> Decompress(const ByteVector& source) {
    ByteVector out(100'000);
    Request request;
    request.operation = Operation::kDecompress;
    request.algorithm = Algorithm::kZstd;
    request.source = source;
    request.destination = out;
    const Result result = codec_.Decompress(request);
    out.resize(result.ok() ? result.produced_bytes : 0);
    return {result.code, std::move(out)};
  }

  ZstdCodec codec_;
};

ByteVector operator+(ByteVector a, const ByteVector& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// A skippable frame with three bytes (RFC 8878, 3.1.2).
const ByteVector kSkippable = FromHex("5e2a4d1803000000aabbcc");

TEST_F(ZstdCodecTest, FramesCarrySizeAndChecksum) {
  const uint8_t descriptor = Compress(TextBytes(300, 1))[4];
  EXPECT_EQ(descriptor >> 6, 1);      // A content size of two bytes.
  EXPECT_EQ(descriptor >> 2 & 1, 1);  // A checksum.
}

TEST_F(ZstdCodecTest, FramesAddUpAndSkippableOnesAreSkipped) {
  const ByteVector a = TextBytes(1'000, 1), b = TextBytes(2'000, 2);
  for (const ByteVector& packed :
       {Compress(a) + Compress(b), kSkippable + Compress(a) + Compress(b),
        Compress(a) + kSkippable + Compress({}) + Compress(b) + kSkippable}) {
    const auto [code, out] = Decompress(packed);
    EXPECT_EQ(code, kOk);
    EXPECT_EQ(out, a + b);
  }
  const auto [code, out] = Decompress(kSkippable);
  EXPECT_EQ(code, kOk);
  EXPECT_TRUE(out.empty());
}

TEST_F(ZstdCodecTest, ASkippableFrameMustBeWhole) {
  ByteVector cut = kSkippable;
  cut.pop_back();
  EXPECT_EQ(Decompress(cut).first, kInvalid);
  EXPECT_EQ(Decompress(FromHex("502a4d18ffffffff00")).first, kInvalid);
}

TEST_F(ZstdCodecTest, FormatsBeforeVersionOneAreRefused) {
  // An empty frame of version 0.7, which liblzstd as Debian builds it reads.
  EXPECT_EQ(Decompress(FromHex("27b52ffd2400c0000000")).first, kInvalid);
  EXPECT_EQ(Decompress(FromHex("25b52ffd2400c0000000")).first, kInvalid);
}

TEST_F(ZstdCodecTest, FramesWithADictionaryAreRefused) {
  // Single segment, dictionary 7, one byte of content, stored.
  EXPECT_EQ(Decompress(FromHex("28b52ffd210701090000"
                               "61"))
                .first,
            kInvalid);
  // The same without the dictionary is fine.
  EXPECT_EQ(Decompress(FromHex("28b52ffd2001090000"
                               "61"))
                .first,
            kOk);
}

TEST_F(ZstdCodecTest, AHugeWindowCostsNothing) {
  // A window of 2^41 bytes, 3.75 TiB, and one stored byte.
  EXPECT_NE(Decompress(FromHex("28b52ffd00ff090000"
                               "61"))
                .first,
            absl::StatusCode::kUnavailable);
}

TEST_F(ZstdCodecTest, LargeContextsAreNotKeptButWorkAgain) {
  const ByteVector data = TextBytes(3'000'000, 3);
  const ByteVector packed = Compress(data, 12);
  EXPECT_EQ(Compress(data, 12), packed);
}

}  // namespace
}  // namespace uacced::hw
