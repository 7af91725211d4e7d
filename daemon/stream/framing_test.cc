#include "daemon/stream/framing.h"

#include <lz4frame.h>
#include <zlib.h>

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"
#include "hw/test_data.h"

namespace uacced {
namespace {

using Data = std::vector<uint8_t>;

// As a device would: deflate blocks that end on a byte, none final.
Data DeflateFragment(hw::Bytes block) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY),
            Z_OK);
  Data out(deflateBound(&stream, block.size()) + 16);
  stream.next_in = const_cast<uint8_t*>(block.data());
  stream.avail_in = static_cast<uInt>(block.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_SYNC_FLUSH), Z_OK);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// `input` in blocks of `block_bytes`, framed.
Data Join(hw::Algorithm format, const Data& input, size_t block_bytes) {
  Framing framing(format);
  Data out(framing.header().begin(), framing.header().end());
  for (size_t at = 0; at < input.size(); at += block_bytes) {
    const hw::Bytes block =
        hw::Bytes(input).subspan(at, std::min(block_bytes, input.size() - at));
    const Data fragment = DeflateFragment(block);
    out.insert(out.end(), fragment.begin(), fragment.end());
    const auto length = static_cast<uInt>(block.size());
    framing.Add(static_cast<uint32_t>(format == hw::Algorithm::kZlib
                                          ? adler32(1, block.data(), length)
                                          : crc32(0, block.data(), length)),
                length);
  }
  uint8_t trailer[Framing::kMaxTrailerBytes];
  const size_t trailer_bytes = framing.WriteTrailer(trailer);
  out.insert(out.end(), trailer, trailer + trailer_bytes);
  return out;
}

// zlib checks header, checksum and length by itself.
Data Inflate(const Data& packed, int window_bits, size_t bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, window_bits), Z_OK);
  Data out(bytes + 1);
  stream.next_in = const_cast<uint8_t*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0u);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(FramingTest, DeflateFragmentsBecomeOneValidStream) {
  for (const size_t bytes :
       {size_t{0}, size_t{1}, size_t{1000}, size_t{9999}}) {
    const Data input = hw::TextBytes(bytes, 1);
    EXPECT_EQ(Inflate(Join(hw::Algorithm::kGzip, input, 1000), 15 + 16, bytes),
              input);
    EXPECT_EQ(Inflate(Join(hw::Algorithm::kZlib, input, 1000), 15, bytes),
              input);
    EXPECT_EQ(Inflate(Join(hw::Algorithm::kDeflate, input, 1000), -15, bytes),
              input);
  }
}

TEST(FramingTest, Lz4FrameWithoutBlocksIsAnEmptyFrame) {
  const Data frame = Join(hw::Algorithm::kLz4, {}, 1);
  LZ4F_dctx* context = nullptr;
  ASSERT_FALSE(
      LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)));
  uint8_t out[16];
  size_t out_bytes = sizeof(out);
  size_t in_bytes = frame.size();
  EXPECT_EQ(LZ4F_decompress(context, out, &out_bytes, frame.data(), &in_bytes,
                            nullptr),
            0u);
  EXPECT_EQ(in_bytes, frame.size());
  EXPECT_EQ(out_bytes, 0u);
  LZ4F_freeDecompressionContext(context);
}

TEST(FramingTest, ZstdNeedsNothingButAFrameForEmptyInput) {
  const Framing framing(hw::Algorithm::kZstd);
  uint8_t trailer[Framing::kMaxTrailerBytes];
  EXPECT_TRUE(framing.header().empty());
  EXPECT_EQ(framing.WriteTrailer(trailer), 0u);
  EXPECT_TRUE(framing.empty_needs_fragment());
  EXPECT_FALSE(Framing(hw::Algorithm::kGzip).empty_needs_fragment());
}

TEST(FramingTest, GzipLengthIsModulo32Bits) {
  Framing framing(hw::Algorithm::kGzip);
  for (int i = 0; i < 5; ++i) framing.Add(0, uint64_t{1} << 30);
  uint8_t trailer[Framing::kMaxTrailerBytes];
  ASSERT_EQ(framing.WriteTrailer(trailer), 10u);
  EXPECT_EQ(Data(trailer + 6, trailer + 10), (Data{0, 0, 0, 0x40}));
}

}  // namespace
}  // namespace uacced
