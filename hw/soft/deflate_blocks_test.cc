#include "hw/soft/deflate_blocks.h"

#include <libdeflate.h>
#include <zlib.h>

#include <memory>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "hw/test_data.h"

namespace uacced::hw {
namespace {

using ByteVector = std::vector<uint8_t>;

ByteVector ZlibDeflate(ByteVector data, int level, int strategy) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, -15, 8, strategy), Z_OK);
  ByteVector out(deflateBound(&stream, data.size()));
  stream.next_in = data.data();
  stream.avail_in = data.size();
  stream.next_out = out.data();
  stream.avail_out = out.size();
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

ByteVector LibdeflateDeflate(const ByteVector& data, int level) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(level);
  ByteVector out(data.size() + 1'000);
  out.resize(libdeflate_deflate_compress(compressor, data.data(), data.size(),
                                         out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

class DeflateBlocksTest : public ::testing::Test {
 protected:
  std::optional<DeflateBlocks::Last> Find(const ByteVector& stream) {
    return blocks_->FindLast(stream);
  }

  // The end is the stream's, and the header is that of its last block: behind
  // it lies another one as soon as it claims not to be final.
  void CheckWhole(ByteVector stream) {
    const auto last = Find(stream);
    ASSERT_TRUE(last.has_value());
    EXPECT_EQ((last->end_bit + 7) / 8, stream.size());
    EXPECT_LT(last->header_bit + 9, last->end_bit);
    stream[last->header_bit / 8] ^= 1 << last->header_bit % 8;
    ByteVector open = stream;
    EXPECT_FALSE(Find(open).has_value());
    // A final block behind it, bit by bit: 1 10 0000000.
    uint64_t end = last->end_bit;
    open.resize(stream.size() + 2);
    open[end / 8] |= 1 << end % 8;
    ++end;
    open[end / 8] |= 1 << end % 8;
    const auto second = Find(open);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->header_bit, last->end_bit);
    EXPECT_EQ(second->end_bit, last->end_bit + 10);
  }

  std::unique_ptr<DeflateBlocks> blocks_ = std::make_unique<DeflateBlocks>();
};

TEST_F(DeflateBlocksTest, KnowsWhereStreamsOfAllCompressorsEnd) {
  std::mt19937 random(1);
  for (uint32_t round = 0; round < 120; ++round) {
    const size_t size = random() % (1u << (1 + random() % 19));
    // Of uneven bytes: the codewords have all lengths.
    ByteVector uneven(size);
    for (uint8_t& byte : uneven) {
      byte = static_cast<uint8_t>(__builtin_ctz(random() | 1 << 20) * 11);
      if (random() % 512 == 0) byte = static_cast<uint8_t>(random());
    }
    for (const ByteVector& data :
         {TextBytes(size, round), RandomBytes(size, round), ByteVector(size),
          uneven}) {
      SCOPED_TRACE("round " + std::to_string(round));
      const int level = 1 + random() % (size > 50'000 ? 7 : 12);
      CheckWhole(LibdeflateDeflate(data, level));
      CheckWhole(ZlibDeflate(data, random() % 10, Z_DEFAULT_STRATEGY));
      CheckWhole(ZlibDeflate(data, 6, Z_HUFFMAN_ONLY));
      CheckWhole(ZlibDeflate(data, 6, Z_FIXED));
    }
  }
}

TEST_F(DeflateBlocksTest, EveryTruncationIsFound) {
  for (const ByteVector& data : {TextBytes(2'000, 2), RandomBytes(300, 2)}) {
    const ByteVector stream = LibdeflateDeflate(data, 6);
    for (size_t cut = 0; cut < stream.size(); ++cut) {
      EXPECT_FALSE(Find({stream.begin(), stream.begin() + cut}).has_value());
    }
  }
}

TEST_F(DeflateBlocksTest, BytesBehindTheEndAreNotLookedAt) {
  ByteVector stream = LibdeflateDeflate(TextBytes(5'000, 3), 6);
  const auto last = Find(stream);
  stream.insert(stream.end(), 100, 0xff);
  const auto again = Find(stream);
  ASSERT_TRUE(last.has_value() && again.has_value());
  EXPECT_EQ(last->header_bit, again->header_bit);
  EXPECT_EQ(last->end_bit, again->end_bit);
}

TEST_F(DeflateBlocksTest, WhatIsNotDeflateIsRefused) {
  EXPECT_FALSE(Find({}).has_value());
  EXPECT_FALSE(Find(ByteVector(1 << 20)).has_value());
  // Block type 3; LEN without its complement, and with it.
  EXPECT_FALSE(Find(FromHex("0700000000")).has_value());
  EXPECT_FALSE(Find(FromHex("010100ffff00")).has_value());
  EXPECT_TRUE(Find(FromHex("010100feff00")).has_value());
  // In the fixed codes: the lengths 286 and 285, the distances 30 and 29.
  EXPECT_FALSE(Find(FromHex("1b0300000000")).has_value());
  EXPECT_TRUE(Find(FromHex("1b0500000000")).has_value());
  EXPECT_FALSE(Find(FromHex("033e00000000")).has_value());
  EXPECT_TRUE(Find(FromHex("035e00000000")).has_value());
}

TEST_F(DeflateBlocksTest, CodesMustBeWhole) {
  // A dynamic block whose lengths are coded in a code that has `count`
  // codewords of `bits`, the first of them for 18: 138 zeros.
  const auto block = [](int count, int bits) {
    ByteVector stream(40);
    int at = 0;
    const auto put = [&](uint32_t value, int width) {
      for (int i = 0; i < width; ++i, ++at) {
        stream[at / 8] |= (value >> i & 1) << at % 8;
      }
    };
    put(1, 1);   // Final.
    put(2, 2);   // Dynamic.
    put(0, 10);  // 257 lengths, 1 distance.
    put(15, 4);  // All of the order that follows, of which 18 is the third.
    put(0, 6);
    for (int i = 0; i < 17; ++i) put(i < count ? bits : 0, 3);
    return stream;
  };
  // With zeros for the rest, a code that is whole gets as far as symbol 0 for
  // each of the lengths: 258 codewords that need not be there.
  EXPECT_FALSE(Find(block(17, 1)).has_value());
  EXPECT_FALSE(Find(block(3, 2)).has_value());
  EXPECT_FALSE(Find(block(2, 2)).has_value());
}

// Whatever zlib can read must not be refused; nothing else may crash.
TEST_F(DeflateBlocksTest, ReadsAllThatZlibReads) {
  std::mt19937 random(4);
  int read = 0;
  ByteVector out(1 << 16);
  for (int round = 0; round < 10'000; ++round) {
    ByteVector stream = LibdeflateDeflate(TextBytes(200, round % 50), 6);
    for (int flips = 1 + random() % 3; flips > 0; --flips) {
      stream[random() % stream.size()] ^= 1 << random() % 8;
    }
    const auto last = Find(stream);
    z_stream zlib = {};
    ASSERT_EQ(inflateInit2(&zlib, -15), Z_OK);
    zlib.next_in = stream.data();
    zlib.avail_in = stream.size();
    zlib.next_out = out.data();
    zlib.avail_out = out.size();
    if (inflate(&zlib, Z_FINISH) == Z_STREAM_END) {
      ++read;
      ASSERT_TRUE(last.has_value());
      ASSERT_EQ((last->end_bit + 7) / 8, zlib.total_in);
    }
    inflateEnd(&zlib);
  }
  EXPECT_GT(read, 500);
}

}  // namespace
}  // namespace uacced::hw
