// Requests of the ZIP codec that take more than one descriptor, or more than
// the device makes.
#include <lz4frame.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/zip_codec.h"
#include "hw/hisi/zip_codec_fixture.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

using ZipCodecSequenceTest = ZipCodecFixture;

TEST_F(ZipCodecSequenceTest, MembersAreReadOneAfterTheOther) {
  Open(QmVersion::kV3, Operation::kDecompress);
  const ByteVector header = FromHex("1f8b0800000000000003");
  ByteVector two = header;
  two.resize(50, 0x11);
  two.insert(two.end(), header.begin(), header.end());
  two.resize(100, 0x22);
  ASSERT_EQ(Encode(Algorithm::kGzip, two, 70), kOk);
  EXPECT_EQ(sqe_.dword[4], 90u);
  Answer(40, 30);
  ASSERT_EQ(Decode().kind(), Kind::kWork);
  codec_->Continue(1, sqe_);
  EXPECT_EQ(sqe_.dword[0], UINT32_MAX);
  EXPECT_EQ(sqe_.dword[4], 40u);
  EXPECT_EQ(sqe_.dword[14], 40u);
  EXPECT_EQ(Address(18), At(two.data() + 60));
  EXPECT_EQ(Address(20), At(destination_.data() + 30));
  Answer(40, 40);
  const auto decoded = Decode();
  EXPECT_EQ(decoded.kind(), Kind::kDone);
  EXPECT_EQ(decoded.code(), kOk);
  EXPECT_EQ(decoded.produced_bytes(), 70u);
  // The room is full before the second member, which may be an empty one.
  for (const uint32_t produced : {0, 1}) {
    ASSERT_EQ(Encode(Algorithm::kGzip, two, 30), kOk);
    Answer(40, 30);
    ASSERT_EQ(Decode().kind(), Kind::kWork);
    codec_->Continue(1, sqe_);
    EXPECT_EQ(sqe_.dword[14], 1u);
    Answer(40, produced);
    EXPECT_EQ(Decode().code(), produced == 0 ? kOk : kTooSmall);
  }
  // What follows is no member.
  ASSERT_EQ(Encode(Algorithm::kGzip, two, 70), kOk);
  Answer(39, 30);
  EXPECT_EQ(Decode().code(), kCorrupt);
  Open(QmVersion::kV3, Operation::kDecompress);
  for (const Algorithm format : {Algorithm::kZlib, Algorithm::kDeflate}) {
    ByteVector zlib = FromHex("789c");
    zlib.resize(50);
    ASSERT_EQ(Encode(format, zlib, 70), kOk);
    Answer(sqe_.dword[4] - 1, 30);
    const auto got = Decode();
    EXPECT_EQ(got.kind(), Kind::kDone);
    EXPECT_EQ(got.code(), kCorrupt);
  }
}

TEST_F(ZipCodecSequenceTest, Lz4BlocksBecomeFrames) {
  const ByteVector source = TextBytes(5'000, 1);
  const size_t whole = 15 + source.size();
  const auto read = [&](uint32_t bytes) {
    ByteVector output(source.size() + 1);
    LZ4F_dctx* reader = nullptr;
    LZ4F_createDecompressionContext(&reader, LZ4F_VERSION);
    size_t produced = output.size(), consumed = bytes;
    EXPECT_EQ(LZ4F_decompress(reader, output.data(), &produced,
                              destination_.data(), &consumed, nullptr),
              0u);
    EXPECT_EQ(consumed, bytes);
    LZ4F_freeDecompressionContext(reader);
    output.resize(produced);
    return output;
  };
  // Not smaller, or no room to see: the source itself.
  for (const auto& [produced, dw3] :
       {std::pair(5'100u, 0x0du), std::pair(0u, 0x0eu)}) {
    ASSERT_EQ(Encode(Algorithm::kLz4, source, whole + 200), kOk);
    EXPECT_EQ(sqe_.dword[9] & 0xff, 4u);
    EXPECT_EQ(Address(20), At(destination_.data() + 11));
    EXPECT_EQ(sqe_.dword[14], whole + 200 - 15);
    Answer(5'000, produced, dw3);
    const auto decoded = Decode();
    ASSERT_EQ(decoded.code(), kOk);
    EXPECT_EQ(decoded.produced_bytes(), whole);
    EXPECT_EQ(read(decoded.produced_bytes()), source);
  }
  ASSERT_EQ(Encode(Algorithm::kLz4, source, whole - 1), kOk);
  Answer(5'000, 0, 0x0e);
  EXPECT_EQ(Decode().code(), kTooSmall);
  // One literal run of a smaller source stands for a block that shrank.
  const ByteVector zeros(1'000);
  ASSERT_EQ(Encode(Algorithm::kLz4, zeros, 2'000), kOk);
  const ByteVector block = FromHex("1f000100ffffffd6500000000000");
  std::copy(block.begin(), block.end(), destination_.begin() + 11);
  Answer(1'000, static_cast<uint32_t>(block.size()));
  const auto decoded = Decode();
  ASSERT_EQ(decoded.code(), kOk);
  EXPECT_EQ(decoded.produced_bytes(), 15 + block.size());
  EXPECT_EQ(Output(15), FromHex("04224d186070730e0000001f000100"));
  ASSERT_EQ(Encode(Algorithm::kLz4, source, whole), kOk);
  Answer(4'999, 100);
  EXPECT_EQ(Decode().kind(), Kind::kBroken);
}

TEST_F(ZipCodecSequenceTest, FragmentsHaveTheirOwnContextsAndChecksums) {
  const ByteVector source(1000);
  uint32_t checksum = 0;
  Request request = Make(Algorithm::kGzip, source, 2000);
  request.fragment = true;
  request.checksum = &checksum;
  static Sqe sqes[4];
  for (int lap = 0; lap < 3; ++lap) {
    for (uint32_t i = 0; i < 4; ++i) {
      ASSERT_EQ(codec_->Encode(request, i, sqes[i]), kOk);
      EXPECT_EQ(sqes[i].dword[7], 0x3c000000u);
      EXPECT_EQ(sqes[i].dword[14], 2000u);
      for (uint32_t j = 0; j < i; ++j) {
        EXPECT_NE(sqes[i].dword[22], sqes[j].dword[22]);
      }
    }
    for (uint32_t i = 0; i < 4; ++i) {
      checksum = 0;
      sqes[i].dword[0] = 1000;
      sqes[i].dword[1] = 100;
      sqes[i].dword[31] = 0x63eb1aee;
      const auto decoded = codec_->Decode(i, sqes[i]);
      EXPECT_EQ(decoded.code(), kOk);
      EXPECT_EQ(decoded.produced_bytes(), 100u);
      EXPECT_EQ(checksum, 0x88a72839u);
    }
  }
  ASSERT_EQ(codec_->Encode(Request(request), 0, sqes[0]), kOk);
  Request empty = request;
  empty.source = {};
  ASSERT_EQ(codec_->Encode(empty, 1, sqes[1]), SqeCodec::kFinished);
  EXPECT_EQ(codec_->FinishedBytes(1), 0u);
  EXPECT_EQ(checksum, 0u);
}

TEST_F(ZipCodecSequenceTest, AFragmentIsReadUpToAnEndThatIsPutBehind) {
  struct Row {
    uint32_t consumed, produced, dw3;
    absl::StatusCode code;
  };
  Open(QmVersion::kV3, Operation::kDecompress);
  const ByteVector source(100);
  for (const Row& row :
       {Row{2, 0, 0x113, kOk}, Row{2, 0, 0, kCorrupt},
        Row{1, 0, 0x113, kCorrupt}, Row{2, 7, 0, kTooSmall},
        Row{2, 7, 0x113, kTooSmall}, Row{2, 0, 0x55, kCorrupt}}) {
    Request request = Make(Algorithm::kGzip, source, 1000);
    request.fragment = true;
    ASSERT_EQ(codec_->Encode(request, 1, sqe_), kOk);
    EXPECT_EQ(sqe_.dword[9], 0x4001u);
    Answer(100, 1000);
    ASSERT_EQ(Decode().kind(), Kind::kWork);
    codec_->Continue(1, sqe_);
    EXPECT_EQ(sqe_.dword[4], 2u);
    EXPECT_EQ(
        std::memcmp(std::bit_cast<const void*>(Address(18)), "\x03\x00", 2), 0);
    Answer(row.consumed, row.produced, row.dw3);
    const auto decoded = Decode();
    ASSERT_EQ(decoded.kind(), Kind::kDone);
    EXPECT_EQ(decoded.code(), row.code) << row.dw3;
    if (row.code == kOk) {
      EXPECT_EQ(decoded.produced_bytes(), 1000u);
    }
  }
  Request request = Make(Algorithm::kGzip, source, 1000);
  request.fragment = true;
  ASSERT_EQ(codec_->Encode(request, 1, sqe_), kOk);
  Answer(100, 10, 0x113);  // An end of its own.
  EXPECT_EQ(Decode().code(), kCorrupt);
}

}  // namespace
}  // namespace uacced::hw::hisi
