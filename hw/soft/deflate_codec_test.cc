#include "hw/soft/deflate_codec.h"

#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/test_data.h"

namespace uacced::hw {
namespace {

using ByteVector = std::vector<uint8_t>;

class DeflateCodecTest : public ::testing::Test {
 protected:
  ByteVector Compress(Algorithm format, int level, const ByteVector& source) {
    ByteVector out(source.size() * 2 + 1'000);
    Request request;
    request.operation = Operation::kCompress;
    request.algorithm = format;
    request.level = static_cast<int8_t>(level);
    request.source = source;
    request.destination = out;
    const Result result = codec_.Compress(request);
    EXPECT_TRUE(result.ok());
    out.resize(result.ok() ? result.produced_bytes : 0);
    return out;
  }
  std::pair<absl::StatusCode, ByteVector> Decompress(Algorithm format,
                                                     const ByteVector& source) {
    ByteVector out(100'000);
    Request request;
    request.operation = Operation::kDecompress;
    request.algorithm = format;
    request.source = source;
    request.destination = out;
    const Result result = codec_.Decompress(request);
    out.resize(result.ok() ? result.produced_bytes : 0);
    return {result.code, std::move(out)};
  }

  DeflateCodec codec_;
};

TEST_F(DeflateCodecTest, LevelsOfBothLibrariesAreOneScale) {
  const ByteVector data = TextBytes(65'536, 1);
  size_t before = Compress(Algorithm::kDeflate, 0, data).size();
  EXPECT_GT(before, data.size());
  for (int level = 1; level <= 12; ++level) {
    const size_t now = Compress(Algorithm::kDeflate, level, data).size();
    EXPECT_LE(now, before) << level;
    before = now;
  }
}

TEST_F(DeflateCodecTest, TheThreeFormatsAreReallyThose) {
  const ByteVector data = TextBytes(10, 2);
  for (int level = 0; level <= 12; ++level) {
    const ByteVector gzip = Compress(Algorithm::kGzip, level, data);
    EXPECT_EQ(gzip[0], 0x1f);
    EXPECT_EQ(gzip[1], 0x8b);
    // Nothing of the host or the time, so equal input gives equal output.
    EXPECT_EQ(ByteVector(gzip.begin() + 3, gzip.begin() + 8), ByteVector(5));
    const ByteVector zlib = Compress(Algorithm::kZlib, level, data);
    EXPECT_EQ(zlib[0], 0x78);
    EXPECT_EQ((zlib[0] << 8 | zlib[1]) % 31, 0);
    const ByteVector raw = Compress(Algorithm::kDeflate, level, data);
    EXPECT_EQ(raw.size() + 6, zlib.size());
    EXPECT_EQ(raw.size() + 18, gzip.size());
  }
}

TEST_F(DeflateCodecTest, GzipMembersAddUp) {
  ByteVector packed, expected;
  for (int level = 0; level <= 12; ++level) {
    const ByteVector data = TextBytes(level * 100, level);
    const ByteVector member = Compress(Algorithm::kGzip, level, data);
    packed.insert(packed.end(), member.begin(), member.end());
    expected.insert(expected.end(), data.begin(), data.end());
  }
  const auto [code, out] = Decompress(Algorithm::kGzip, packed);
  EXPECT_EQ(code, absl::StatusCode::kOk);
  EXPECT_EQ(out, expected);
  packed.pop_back();
  EXPECT_EQ(Decompress(Algorithm::kGzip, packed).first,
            absl::StatusCode::kInvalidArgument);
}

TEST_F(DeflateCodecTest, TwoZlibStreamsAreOneTooMany) {
  for (const Algorithm format : {Algorithm::kZlib, Algorithm::kDeflate}) {
    const ByteVector once = Compress(format, 6, TextBytes(100, 3));
    ByteVector packed = once;
    packed.insert(packed.end(), once.begin(), once.end());
    EXPECT_EQ(Decompress(format, packed).first,
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(DeflateCodecTest, GzipHeadersMayHaveEveryField) {
  // FEXTRA, FNAME and FCOMMENT; made by hand around "a" stored (RFC 1952, 2.3).
  const ByteVector packed = FromHex(
      "1f8b081c78563412000304004142000061"
      "2e747874006869000101"
      "00feff6143beb7e801000000");
  const auto [code, out] = Decompress(Algorithm::kGzip, packed);
  EXPECT_EQ(code, absl::StatusCode::kOk);
  EXPECT_EQ(out, ByteVector(1, 'a'));
}

TEST_F(DeflateCodecTest, NearOptimalLevelsMayAlternate) {
  const ByteVector data = TextBytes(20'000, 4);
  const ByteVector at_10 = Compress(Algorithm::kGzip, 10, data);
  const ByteVector at_12 = Compress(Algorithm::kGzip, 12, data);
  EXPECT_EQ(Compress(Algorithm::kGzip, 10, data), at_10);
  EXPECT_EQ(Compress(Algorithm::kGzip, 12, data), at_12);
}

}  // namespace
}  // namespace uacced::hw
