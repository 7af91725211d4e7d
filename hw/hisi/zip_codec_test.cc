#include "hw/hisi/zip_codec.h"

#include <lz4frame.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/abi/sgl.h"
#include "hw/hisi/zip_sqe.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

using ByteVector = std::vector<uint8_t>;
using Kind = SqeCodec::Decoded::Kind;
constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kCorrupt = absl::StatusCode::kInvalidArgument;
constexpr auto kTooSmall = absl::StatusCode::kOutOfRange;
constexpr const char* kAlgorithms = "zlib\ngzip\ndeflate\nlz77_zstd\nlz4\n";

class ZipCodecTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(QmVersion::kV3, Operation::kCompress); }

  void Open(QmVersion version, Operation operation) {
    version_ = version;
    operation_ = operation;
    codec_ = NewZipCodec(
        {.version = version,
         .depth = 4,
         .capabilities = ZipCapabilities(version, kAlgorithms, operation)});
    ASSERT_NE(codec_, nullptr);
  }

  Request Make(Algorithm format, const ByteVector& source, size_t room) {
    destination_.assign(room, 0xa5);
    Request request;
    request.operation = operation_;
    request.algorithm = format;
    request.level = 1;
    request.source = source;
    request.destination = destination_;
    return request;
  }
  absl::StatusCode Encode(Algorithm format, const ByteVector& source,
                          size_t room) {
    return codec_->Encode(Make(format, source, room), 1, sqe_);
  }
  // As the device does it.
  void Answer(uint32_t consumed, uint32_t produced, uint32_t dw3 = 0) {
    sqe_.dword[0] = consumed;
    sqe_.dword[1] = produced;
    sqe_.dword[3] = dw3;
  }
  SqeCodec::Decoded Decode() { return codec_->Decode(1, sqe_); }
  ByteVector Output(size_t bytes) const {
    return {destination_.begin(), destination_.begin() + bytes};
  }
  uint64_t Address(int low) const {
    return sqe_.dword[low] | uint64_t{sqe_.dword[low + 1]} << 32;
  }

  QmVersion version_;
  Operation operation_;
  std::unique_ptr<SqeCodec> codec_;
  ByteVector destination_;
  Sqe sqe_;
};

uint64_t At(const void* memory) { return reinterpret_cast<uintptr_t>(memory); }

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
    ASSERT_EQ(decoded.kind, row.kind) << row.consumed << " " << row.dw3;
    if (row.kind == Kind::kBroken) continue;
    EXPECT_EQ(decoded.code, row.code);
    if (row.code == kOk) {
      EXPECT_EQ(decoded.produced_bytes, row.produced + 10);
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
      EXPECT_EQ(Decode().kind, Kind::kBroken);
    }
    // The one before.
    ASSERT_EQ(Encode(Algorithm::kZlib, source, 2000), kOk);
    const Sqe before = sqe_;
    ASSERT_EQ(Encode(Algorithm::kZlib, source, 2000), kOk);
    sqe_ = before;
    Answer(1000, 90);
    EXPECT_EQ(Decode().kind, Kind::kBroken);
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
    const auto* list = reinterpret_cast<const hisi_sgl*>(Address(low));
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

TEST_F(ZipCodecTest, MembersAreReadOneAfterTheOther) {
  Open(QmVersion::kV3, Operation::kDecompress);
  const ByteVector header = FromHex("1f8b0800000000000003");
  ByteVector two = header;
  two.resize(50, 0x11);
  two.insert(two.end(), header.begin(), header.end());
  two.resize(100, 0x22);
  ASSERT_EQ(Encode(Algorithm::kGzip, two, 70), kOk);
  EXPECT_EQ(sqe_.dword[4], 90u);
  Answer(40, 30);
  ASSERT_EQ(Decode().kind, Kind::kContinue);
  codec_->Continue(1, sqe_);
  EXPECT_EQ(sqe_.dword[0], UINT32_MAX);
  EXPECT_EQ(sqe_.dword[4], 40u);
  EXPECT_EQ(sqe_.dword[14], 40u);
  EXPECT_EQ(Address(18), At(two.data() + 60));
  EXPECT_EQ(Address(20), At(destination_.data() + 30));
  Answer(40, 40);
  const auto decoded = Decode();
  EXPECT_EQ(decoded.kind, Kind::kDone);
  EXPECT_EQ(decoded.code, kOk);
  EXPECT_EQ(decoded.produced_bytes, 70u);
  // The room is full before the second member, which may be an empty one.
  for (const uint32_t produced : {0, 1}) {
    ASSERT_EQ(Encode(Algorithm::kGzip, two, 30), kOk);
    Answer(40, 30);
    ASSERT_EQ(Decode().kind, Kind::kContinue);
    codec_->Continue(1, sqe_);
    EXPECT_EQ(sqe_.dword[14], 1u);
    Answer(40, produced);
    EXPECT_EQ(Decode().code, produced == 0 ? kOk : kTooSmall);
  }
  // What follows is no member.
  ASSERT_EQ(Encode(Algorithm::kGzip, two, 70), kOk);
  Answer(39, 30);
  EXPECT_EQ(Decode().code, kCorrupt);
  Open(QmVersion::kV3, Operation::kDecompress);
  for (const Algorithm format : {Algorithm::kZlib, Algorithm::kDeflate}) {
    ByteVector zlib = FromHex("789c");
    zlib.resize(50);
    ASSERT_EQ(Encode(format, zlib, 70), kOk);
    Answer(sqe_.dword[4] - 1, 30);
    const auto got = Decode();
    EXPECT_EQ(got.kind, Kind::kDone);
    EXPECT_EQ(got.code, kCorrupt);
  }
}

TEST_F(ZipCodecTest, Lz4BlocksBecomeFrames) {
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
    ASSERT_EQ(decoded.code, kOk);
    EXPECT_EQ(decoded.produced_bytes, whole);
    EXPECT_EQ(read(decoded.produced_bytes), source);
  }
  ASSERT_EQ(Encode(Algorithm::kLz4, source, whole - 1), kOk);
  Answer(5'000, 0, 0x0e);
  EXPECT_EQ(Decode().code, kTooSmall);
  // One literal run of a smaller source stands for a block that shrank.
  const ByteVector zeros(1'000);
  ASSERT_EQ(Encode(Algorithm::kLz4, zeros, 2'000), kOk);
  const ByteVector block = FromHex("1f000100ffffffd6500000000000");
  std::copy(block.begin(), block.end(), destination_.begin() + 11);
  Answer(1'000, static_cast<uint32_t>(block.size()));
  const auto decoded = Decode();
  ASSERT_EQ(decoded.code, kOk);
  EXPECT_EQ(decoded.produced_bytes, 15 + block.size());
  EXPECT_EQ(Output(15), FromHex("04224d186070730e0000001f000100"));
  ASSERT_EQ(Encode(Algorithm::kLz4, source, whole), kOk);
  Answer(4'999, 100);
  EXPECT_EQ(Decode().kind, Kind::kBroken);
}

TEST_F(ZipCodecTest, FragmentsHaveTheirOwnContextsAndChecksums) {
  const ByteVector source(1000);
  uint32_t checksum = 0;
  Request request = Make(Algorithm::kGzip, source, 2000);
  request.fragment = true;
  request.checksum = &checksum;
  Sqe sqes[4];
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
      EXPECT_EQ(decoded.code, kOk);
      EXPECT_EQ(decoded.produced_bytes, 100u);
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

TEST_F(ZipCodecTest, AFragmentIsReadUpToAnEndThatIsPutBehind) {
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
    ASSERT_EQ(Decode().kind, Kind::kContinue);
    codec_->Continue(1, sqe_);
    EXPECT_EQ(sqe_.dword[4], 2u);
    EXPECT_EQ(
        std::memcmp(reinterpret_cast<const void*>(Address(18)), "\x03\x00", 2),
        0);
    Answer(row.consumed, row.produced, row.dw3);
    const auto decoded = Decode();
    ASSERT_EQ(decoded.kind, Kind::kDone);
    EXPECT_EQ(decoded.code, row.code) << row.dw3;
    if (row.code == kOk) {
      EXPECT_EQ(decoded.produced_bytes, 1000u);
    }
  }
  Request request = Make(Algorithm::kGzip, source, 1000);
  request.fragment = true;
  ASSERT_EQ(codec_->Encode(request, 1, sqe_), kOk);
  Answer(100, 10, 0x113);  // An end of its own.
  EXPECT_EQ(Decode().code, kCorrupt);
}

}  // namespace
}  // namespace uacced::hw::hisi
