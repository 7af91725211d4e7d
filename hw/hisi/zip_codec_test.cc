#include "hw/hisi/zip_codec.h"

#include <lz4frame.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/abi/sgl.h"
#include "hw/hisi/zip_codec_fixture.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

using ZipCodecTest = ZipCodecFixture;

TEST_F(ZipCodecTest, CapabilitiesFollowVersionAndAlgorithms) {
  const auto compress = [](QmVersion version, const char* algorithms) {
    return ZipCapabilities(version, algorithms, Operation::kCompress);
  };
  const CapabilitySet v3 = compress(QmVersion::kV3, kAlgorithms);
  const Capability* gzip = v3.Find(Operation::kCompress, Algorithm::kGzip);
  ASSERT_NE(gzip, nullptr);
  EXPECT_EQ(gzip->min_level, 1);
  EXPECT_EQ(gzip->max_level, 6);
  EXPECT_TRUE(gzip->fragments);
  EXPECT_TRUE(gzip->streams);
  const Capability* lz4 = v3.Find(Operation::kCompress, Algorithm::kLz4);
  ASSERT_NE(lz4, nullptr);
  EXPECT_EQ(lz4->max_source_bytes, 4u << 20);
  EXPECT_FALSE(lz4->fragments);
  EXPECT_FALSE(lz4->streams);
  EXPECT_FALSE(v3.Has(Operation::kDecompress, Algorithm::kGzip));
  EXPECT_FALSE(v3.Has(Operation::kCompress, Algorithm::kZstd));
  EXPECT_FALSE(compress(QmVersion::kV2, kAlgorithms)
                   .Has(Operation::kCompress, Algorithm::kLz4));
  EXPECT_FALSE(compress(QmVersion::kV3, "zlib\ndeflate_x\n")
                   .Has(Operation::kCompress, Algorithm::kDeflate));
  EXPECT_FALSE(
      ZipCapabilities(QmVersion::kV3, kAlgorithms, Operation::kDecompress)
          .Has(Operation::kDecompress, Algorithm::kLz4));
}

// All words, the tag and the mark of an unanswered descriptor apart.
TEST_F(ZipCodecTest, DescriptorsAreTheManuals) {
  struct Row {
    Algorithm format;
    uint32_t request, header;
  };
  for (const QmVersion version : {QmVersion::kV2, QmVersion::kV3}) {
    for (const Row& row :
         {Row{Algorithm::kDeflate, 1, 0}, Row{Algorithm::kZlib, 2, 2},
          Row{Algorithm::kGzip, 3, 10}}) {
      for (const Operation operation :
           {Operation::kCompress, Operation::kDecompress}) {
        Open(version, operation);
        const bool compresses = operation == Operation::kCompress;
        ByteVector source(4096);
        const ByteVector header =
            row.header == 2 ? FromHex("789c") : FromHex("1f8b0800000000000003");
        std::copy_n(header.begin(), row.header, source.begin());
        ASSERT_EQ(Encode(row.format, source, 8192), kOk);
        const bool is_old = version == QmVersion::kV2 && row.request != 1;
        const uint32_t in = compresses ? 0 : row.header,
                       out = compresses ? row.header : 0;
        std::map<int, uint32_t> expected = {
            {4, 4096 - in},
            {7, is_old ? 0x0a000000 : 0x3a000000},
            {9, 0x4000 | row.request},
            {14, 8192 - out},
            {18, static_cast<uint32_t>(At(source.data() + in))},
            {19, static_cast<uint32_t>(At(source.data() + in) >> 32)},
            {20, static_cast<uint32_t>(At(destination_.data() + out))},
            {21, static_cast<uint32_t>(At(destination_.data() + out) >> 32)}};
        const int tag_at = is_old ? 13 : 26;
        EXPECT_EQ(sqe_.dword[0], UINT32_MAX);
        EXPECT_EQ(sqe_.dword[tag_at] & 0xffff, 1u);
        for (int i = 1; i < 32; ++i) {
          if (i != tag_at) {
            EXPECT_EQ(sqe_.dword[i], expected[i]) << i;
          }
        }
      }
    }
  }
}

TEST_F(ZipCodecTest, NoInputNeedsNoDevice) {
  for (const Algorithm format : {Algorithm::kGzip, Algorithm::kZlib,
                                 Algorithm::kDeflate, Algorithm::kLz4}) {
    ASSERT_EQ(Encode(format, {}, 100), SqeCodec::kFinished);
    const uint32_t bytes = codec_->FinishedBytes(1);
    EXPECT_EQ(Encode(format, {}, bytes - 1), kTooSmall);
    ASSERT_EQ(Encode(format, {}, bytes), SqeCodec::kFinished);
    uint8_t nothing[8];
    if (format == Algorithm::kLz4) {
      LZ4F_dctx* reader = nullptr;
      LZ4F_createDecompressionContext(&reader, LZ4F_VERSION);
      size_t produced = sizeof(nothing), consumed = bytes;
      EXPECT_EQ(LZ4F_decompress(reader, nothing, &produced, destination_.data(),
                                &consumed, nullptr),
                0u);
      EXPECT_EQ(produced, 0u);
      EXPECT_EQ(consumed, bytes);
      LZ4F_freeDecompressionContext(reader);
      continue;
    }
    z_stream stream = {};
    ASSERT_EQ(inflateInit2(&stream, format == Algorithm::kGzip   ? 31
                                    : format == Algorithm::kZlib ? 15
                                                                 : -15),
              Z_OK);
    stream.next_in = destination_.data();
    stream.avail_in = bytes;
    stream.next_out = nothing;
    stream.avail_out = sizeof(nothing);
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(stream.avail_in, 0u);
    EXPECT_EQ(stream.total_out, 0u);
    inflateEnd(&stream);
  }
}

TEST_F(ZipCodecTest, RoomForTheHeaderIsNeeded) {
  const ByteVector source(10);
  EXPECT_EQ(Encode(Algorithm::kGzip, source, 10), kTooSmall);
  EXPECT_EQ(Encode(Algorithm::kGzip, source, 11), kOk);
  EXPECT_EQ(sqe_.dword[14], 1u);
  EXPECT_EQ(Encode(Algorithm::kZlib, source, 2), kTooSmall);
  EXPECT_EQ(Encode(Algorithm::kDeflate, source, 0), kTooSmall);
  EXPECT_EQ(Encode(Algorithm::kDeflate, source, 1), kOk);
  EXPECT_EQ(Encode(Algorithm::kLz4, source, 15), kTooSmall);
}

TEST_F(ZipCodecTest, AnAnswerIsBelievedWhenItFits) {
  const ByteVector source(1000);
  struct Row {
    uint32_t consumed, produced, dw3;
    Kind kind;
    absl::StatusCode code;
  };
  const Row rows[] = {
      {1000, 90, 0, Kind::kDone, kOk},
      {1000, 90, 0x0d, Kind::kDone, kOk},
      {1000, 90, 0xffffff0d, Kind::kDone, kOk},
      {1000, 90, 0x0e, Kind::kDone, kTooSmall},
      {1000, 90, 0x13, Kind::kDone, absl::StatusCode::kUnavailable},
      {1000, 90, 0x0f, Kind::kDone, absl::StatusCode::kInternal},
      {UINT32_MAX, 0, 0x55, Kind::kDone, absl::StatusCode::kUnavailable},
      {UINT32_MAX, 90, 0, Kind::kBroken, {}},  // Never answered.
      {999, 90, 0, Kind::kBroken, {}},
      {1001, 90, 0, Kind::kBroken, {}},
      {0, 0, 0, Kind::kBroken, {}},
      {1000, 0, 0, Kind::kBroken, {}},
      {1000, 1990, 0, Kind::kDone, kOk},
      {1000, 1991, 0, Kind::kBroken, {}},
  };
  for (const Row& row : rows) {
    ASSERT_EQ(Encode(Algorithm::kGzip, source, 2000), kOk);
    Answer(row.consumed, row.produced, row.dw3);
    const auto decoded = Decode();
    ASSERT_EQ(decoded.kind(), row.kind) << row.consumed << " " << row.dw3;
    if (row.kind == Kind::kBroken) continue;
    EXPECT_EQ(decoded.code(), row.code);
    if (row.code == kOk) {
      EXPECT_EQ(decoded.produced_bytes(), row.produced + 10);
    }
  }
}

TEST_F(ZipCodecTest, ATagOfAnotherIsBroken) {
  for (const QmVersion version : {QmVersion::kV2, QmVersion::kV3}) {
    Open(version, Operation::kCompress);
    const ByteVector source(1000);
    for (int bit = 0; bit < 32; ++bit) {
      ASSERT_EQ(Encode(Algorithm::kZlib, source, 2000), kOk);
      Answer(1000, 90);
      sqe_.dword[version == QmVersion::kV2 ? 13 : 26] ^= 1u << bit;
      EXPECT_EQ(Decode().kind(), Kind::kBroken);
    }
    // The one before.
    ASSERT_EQ(Encode(Algorithm::kZlib, source, 2000), kOk);
    static Sqe before;
    before = sqe_;
    ASSERT_EQ(Encode(Algorithm::kZlib, source, 2000), kOk);
    sqe_ = before;
    Answer(1000, 90);
    EXPECT_EQ(Decode().kind(), Kind::kBroken);
  }
}

TEST_F(ZipCodecTest, LargeRequestsGoByLists) {
  const ByteVector source((8 << 20) + 1, 7);
  ASSERT_EQ(Encode(Algorithm::kDeflate, source, source.size() * 9 / 8), kOk);
  EXPECT_EQ(sqe_.dword[9], 0x4101u);
  EXPECT_EQ(sqe_.dword[4], source.size());
  EXPECT_EQ(sqe_.dword[14], destination_.size());
  for (const auto& [low, first] :
       {std::pair(18, source.data()),
        std::pair(20, static_cast<const uint8_t*>(destination_.data()))}) {
    EXPECT_EQ(Address(low) % HISI_SGL_ALIGN_BYTES, 0u);
    const auto* list = std::bit_cast<const hisi_sgl*>(Address(low));
    ASSERT_EQ(list->entry_sum_in_sgl, 2);
    EXPECT_EQ(list->next_dma, 0u);
    EXPECT_EQ(list->entries[0].buf, At(first));
    EXPECT_EQ(list->entries[0].len, 8u << 20);
    EXPECT_EQ(list->entries[1].buf, At(first) + (8 << 20));
  }
  // Up to 8 MiB all is flat, and more room than can be filled is not told.
  const ByteVector flat(4096);
  ASSERT_EQ(Encode(Algorithm::kDeflate, flat, 9 << 20), kOk);
  EXPECT_EQ(sqe_.dword[9], 0x4001u);
  EXPECT_EQ(sqe_.dword[14], 8u << 20);
  const ByteVector most(8 << 20);
  ASSERT_EQ(Encode(Algorithm::kDeflate, most, 8 << 20), kOk);
  EXPECT_EQ(sqe_.dword[9], 0x4001u);
}

TEST_F(ZipCodecTest, WhatIsNoStreamIsNotTried) {
  Open(QmVersion::kV2, Operation::kDecompress);
  for (const char* const hex :
       {"", "1f", "1f8b0800000000000003", "1f8b0820000000000003aabb",
        "1f8b08080000000000036162", "789c4b"}) {
    EXPECT_EQ(Encode(Algorithm::kGzip, FromHex(hex), 100), kCorrupt) << hex;
  }
  for (const char* const hex : {"", "78", "789c", "789d03", "79bb0300"}) {
    EXPECT_EQ(Encode(Algorithm::kZlib, FromHex(hex), 100), kCorrupt) << hex;
  }
  EXPECT_EQ(Encode(Algorithm::kDeflate, {}, 100), kCorrupt);
  EXPECT_EQ(Encode(Algorithm::kGzip, FromHex("1f8b080800000000000361004b"), 9),
            kOk);
  EXPECT_EQ(sqe_.dword[4], 1u);
}

}  // namespace
}  // namespace uacced::hw::hisi
