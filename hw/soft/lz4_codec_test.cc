#include "hw/soft/lz4_codec.h"

#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/test_data.h"

namespace uacced::hw {
namespace {

using ByteVector = std::vector<uint8_t>;
constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class Lz4CodecTest : public ::testing::Test {
 protected:
  ByteVector Compress(const ByteVector& source) {
    ByteVector out(source.size() * 2 + 1'000);
    Request request;
    request.operation = Operation::kCompress;
    request.algorithm = Algorithm::kLz4;
    request.source = source;
    request.destination = out;
    const Result result = codec_.Compress(request);
    EXPECT_TRUE(result.ok());
    out.resize(result.ok() ? result.produced_bytes : 0);
    return out;
  }
  std::pair<absl::StatusCode, ByteVector> Decompress(const ByteVector& source,
                                                     size_t room = 100'000) {
    ByteVector out(room);
    Request request;
    request.operation = Operation::kDecompress;
    request.algorithm = Algorithm::kLz4;
    request.source = source;
    request.destination = out;
    const Result result = codec_.Decompress(request);
    out.resize(result.ok() ? result.produced_bytes : 0);
    return {result.code, std::move(out)};
  }

  Lz4Codec codec_;
};

ByteVector operator+(ByteVector a, const ByteVector& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const ByteVector kSkippable = FromHex("5f2a4d1803000000aabbcc");

TEST_F(Lz4CodecTest, FramesCarrySizeChecksumAndTheSmallestBlocksThatFit) {
  const struct {
    size_t source_bytes;
    int block_code;
  } kCases[] = {{65'536, 4},    {65'537, 5},    {262'144, 5},  {262'145, 6},
                {1'048'576, 6}, {1'048'577, 7}, {9'000'000, 7}};
  for (const auto& [source_bytes, block_code] : kCases) {
    const ByteVector packed = Compress(ByteVector(source_bytes));
    EXPECT_EQ(packed[4], 0x6C);  // Version 1, independent, size, checksum.
    EXPECT_EQ(packed[5] >> 4, block_code) << source_bytes;
  }
}

TEST_F(Lz4CodecTest, FramesAddUpAndSkippableOnesAreSkipped) {
  const ByteVector a = TextBytes(1'000, 1), b = TextBytes(2'000, 2);
  for (const ByteVector& packed :
       {Compress(a) + Compress(b), kSkippable + Compress(a) + Compress(b),
        Compress(a) + kSkippable + Compress({}) + Compress(b) + kSkippable}) {
    for (const size_t room : {3'000, 100'000}) {
      const auto [code, out] = Decompress(packed, room);
      EXPECT_EQ(code, kOk);
      EXPECT_EQ(out, a + b);
    }
    EXPECT_EQ(Decompress(packed, 2'999).first, absl::StatusCode::kOutOfRange);
    EXPECT_EQ(Decompress(packed, 1'000).first, absl::StatusCode::kOutOfRange);
  }
  const auto [code, out] = Decompress(kSkippable);
  EXPECT_EQ(code, kOk);
  EXPECT_TRUE(out.empty());
}

TEST_F(Lz4CodecTest, TheLegacyFormatIsRefused) {
  // "a" stored in one legacy block.
  EXPECT_EQ(Decompress(FromHex("02214c18020000001061")).first, kInvalid);
}

TEST_F(Lz4CodecTest, WholeFramesButTruncatedLastOneIsInvalid) {
  const ByteVector a = TextBytes(1'000, 1);
  ByteVector packed = Compress(a) + Compress(a);
  for (int i = 0; i < 12; ++i) {
    packed.pop_back();
    EXPECT_EQ(Decompress(packed, 2'000).first, kInvalid) << i;
  }
}

TEST_F(Lz4CodecTest, AFrameWithoutSizeIsFineAfterAnyFailure) {
  const ByteVector data = TextBytes(1'000, 1);
  const ByteVector sized = Compress(data);
  const ByteVector empty = Compress({});
  ASSERT_EQ(empty[4] >> 3 & 1, 0);  // An empty frame does not tell its size.
  for (const size_t cut : {size_t{16}, size_t{60}, sized.size() - 1}) {
    Decompress({sized.begin(), sized.begin() + cut});
    EXPECT_EQ(Decompress(empty).first, kOk);
    Decompress(sized, 500);
    EXPECT_EQ(Decompress(empty).first, kOk);
  }
}

TEST_F(Lz4CodecTest, BlocksOfFourMebibytesGoThereAndBack) {
  const ByteVector data = TextBytes(9'000'001, 3);
  const auto [code, out] = Decompress(Compress(data), data.size());
  EXPECT_EQ(code, kOk);
  EXPECT_EQ(out, data);
}

}  // namespace
}  // namespace uacced::hw
