#include "daemon/task/strict_inflate.h"

#include <zlib.h>

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace uacced {
namespace {

using ByteVector = std::vector<uint8_t>;
using hw::Algorithm;

ByteVector Pack(Algorithm format, size_t bytes) {
  ByteVector data(bytes);
  for (size_t i = 0; i < bytes; ++i) data[i] = static_cast<uint8_t>(i * i >> 7);
  z_stream stream = {};
  const int bits = format == Algorithm::kGzip   ? 31
                   : format == Algorithm::kZlib ? 15
                                                : -15;
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY),
            Z_OK);
  ByteVector packed(deflateBound(&stream, bytes));
  stream.next_in = data.data();
  stream.avail_in = static_cast<uInt>(bytes);
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

TEST(StrictInflateTest, TakesWholeStreamsAndNothingElse) {
  for (const Algorithm format :
       {Algorithm::kGzip, Algorithm::kZlib, Algorithm::kDeflate}) {
    for (const size_t bytes : {0, 1, 100, 300'000}) {
      ByteVector packed = Pack(format, bytes);
      EXPECT_TRUE(IsStrictlyValid(format, packed));
      EXPECT_FALSE(
          IsStrictlyValid(format, hw::Bytes(packed).first(packed.size() - 1)));
      packed.push_back(0);
      EXPECT_FALSE(IsStrictlyValid(format, packed));
    }
    EXPECT_FALSE(IsStrictlyValid(format, {}));
  }
}

TEST(StrictInflateTest, OnlyGzipGoesOn) {
  for (const Algorithm format :
       {Algorithm::kGzip, Algorithm::kZlib, Algorithm::kDeflate}) {
    ByteVector both = Pack(format, 1000);
    const ByteVector second = Pack(format, 20);
    both.insert(both.end(), second.begin(), second.end());
    EXPECT_EQ(IsStrictlyValid(format, both), format == Algorithm::kGzip);
    both.pop_back();
    EXPECT_FALSE(IsStrictlyValid(format, both));
  }
}

TEST(StrictInflateTest, RefusesAWrongChecksum) {
  for (const Algorithm format : {Algorithm::kGzip, Algorithm::kZlib}) {
    ByteVector packed = Pack(format, 1000);
    packed[packed.size() - (format == Algorithm::kGzip ? 5 : 1)] ^= 1;
    EXPECT_FALSE(IsStrictlyValid(format, packed));
  }
}

}  // namespace
}  // namespace uacced
