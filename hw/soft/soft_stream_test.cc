// What is particular to streams on the CPU; what holds for all of them is in
// hw/stream_contract_test.h.
#include "hw/soft/soft_stream.h"

#include <malloc.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/soft/engine.h"
#include "hw/soft/evp_algorithms.h"
#include "hw/soft/stream_factory.h"
#include "hw/test_data.h"

namespace uacced::hw {
namespace {

using ByteVector = std::vector<uint8_t>;
constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kOutOfRange = absl::StatusCode::kOutOfRange;
constexpr Algorithm kFormats[] = {Algorithm::kGzip, Algorithm::kZlib,
                                  Algorithm::kDeflate, Algorithm::kZstd,
                                  Algorithm::kLz4};

ByteVector Join(std::initializer_list<ByteVector> parts) {
  ByteVector all;
  for (const ByteVector& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

class SoftStreamTest : public ::testing::Test {
 protected:
  std::unique_ptr<SoftStream> Open(Operation operation, Algorithm algorithm,
                                   int level = 0) {
    StreamSpec spec;
    spec.operation = operation;
    spec.algorithm = algorithm;
    spec.level = static_cast<int8_t>(level);
    auto stream = NewSoftStream(algorithms_, spec);
    EXPECT_TRUE(stream.ok()) << stream.status();
    return *std::move(stream);
  }

  Result Run(SoftStream& stream, Bytes source, MutableBytes room, bool last) {
    Request piece;
    piece.stream = &stream;
    piece.source = source;
    piece.destination = room;
    piece.last = last;
    return engine_.Execute(piece);
  }

  // All of `input`, `piece_bytes` at a time.
  std::pair<absl::StatusCode, ByteVector> Pump(SoftStream& stream, Bytes input,
                                               size_t piece_bytes,
                                               size_t room_bytes = 50'000) {
    ByteVector output, room(room_bytes);
    for (;;) {
      const Bytes piece = input.first(std::min(input.size(), piece_bytes));
      const bool last = piece.size() == input.size();
      const Result result = Run(stream, piece, room, last);
      if (!result.ok()) return {result.code, {}};
      output.insert(output.end(), room.begin(),
                    room.begin() + result.produced_bytes);
      input = input.subspan(stream.progress().consumed_bytes);
      if (last && input.empty() &&
          (stream.progress().done || result.produced_bytes < room_bytes)) {
        EXPECT_TRUE(stream.progress().done);
        return {kOk, output};
      }
    }
  }
  std::pair<absl::StatusCode, ByteVector> Read(Algorithm format, Bytes input,
                                               size_t piece_bytes) {
    return Pump(*Open(Operation::kDecompress, format), input, piece_bytes,
                3'000);
  }

  // Without a stream.
  std::pair<absl::StatusCode, ByteVector> Whole(Operation operation,
                                                Algorithm format, Bytes source,
                                                size_t room = 400'000) {
    ByteVector out(room);
    Request request;
    request.operation = operation;
    request.algorithm = format;
    request.level = Info(format).default_level;
    request.source = source;
    request.destination = out;
    const Result result = engine_.Execute(request);
    out.resize(result.ok() ? result.produced_bytes : 0);
    return {result.code, out};
  }
  ByteVector Packed(Algorithm format, const ByteVector& data) {
    return Whole(Operation::kCompress, format, data).second;
  }

  EvpAlgorithms algorithms_;
  Engine engine_{algorithms_};
};

TEST_F(SoftStreamTest, EveryLevelIsReadAsAWhole) {
  for (const Algorithm format : kFormats) {
    const AlgorithmInfo& info = Info(format);
    const ByteVector text = TextBytes(70'000, 1),
                     noise = RandomBytes(70'000, 1);
    for (int level = info.min_level; level <= info.max_level; ++level) {
      SCOPED_TRACE(std::string(info.name) + " level " + std::to_string(level));
      for (const ByteVector& data : {text, noise, ByteVector(300'000)}) {
        const auto stream = Open(Operation::kCompress, format, level);
        const auto [code, packed] = Pump(*stream, data, 30'000, 999);
        ASSERT_EQ(code, kOk);
        EXPECT_EQ(Whole(Operation::kDecompress, format, packed).second, data);
      }
    }
  }
}

TEST_F(SoftStreamTest, HigherLevelsShrinkMore) {
  const ByteVector data = TextBytes(65'536, 2);
  for (const Algorithm format : kFormats) {
    const AlgorithmInfo& info = Info(format);
    const auto size = [&](int level) {
      return Pump(*Open(Operation::kCompress, format, level), data, 9'000)
          .second.size();
    };
    EXPECT_LE(size(info.max_level), size(info.default_level));
    EXPECT_LT(size(info.max_level), size(info.min_level));
  }
}

TEST_F(SoftStreamTest, OtherOperationsHaveNoStreams) {
  for (const StreamSpec& spec : {StreamSpec{.operation = Operation::kCopy},
                                 StreamSpec{.operation = Operation::kEncrypt,
                                 .algorithm = Algorithm::kAes128Ctr},
                                 StreamSpec{.operation = Operation::kDigest,
                                 .algorithm = Algorithm::kGzip},
                                 StreamSpec{.operation = Operation::kCompress,
                                 .algorithm = Algorithm::kSha256}}) {
    EXPECT_EQ(NewSoftStream(algorithms_, spec).status().code(),
              absl::StatusCode::kUnimplemented);
  }
}

// More than a few hundred bytes turn into, mostly, whatever is done to them.
constexpr size_t kDamagedRoomBytes = 8'000;

// zlib's opinion of one or more members.
bool ZlibReads(Algorithm format, ByteVector source) {
  z_stream stream = {};
  EXPECT_EQ(inflateInit2(&stream, format == Algorithm::kGzip   ? 31
                                  : format == Algorithm::kZlib ? 15
                                                               : -15),
            Z_OK);
  stream.next_in = source.data();
  stream.avail_in = source.size();
  int status = Z_STREAM_END;
  while (status == Z_STREAM_END && stream.avail_in > 0) {
    ByteVector out(kDamagedRoomBytes);
    stream.next_out = out.data();
    stream.avail_out = out.size();
    inflateReset(&stream);
    status = inflate(&stream, Z_FINISH);
  }
  inflateEnd(&stream);
  return status == Z_STREAM_END;
}

// Streams accept what whole requests accept, whatever is done to the input; but
// libdeflate lets pass some code lengths that are too many, and then ignored,
// which neither zlib nor ISA-L does.
TEST_F(SoftStreamTest, AgreesWithWholeRequestsOnDamagedInput) {
  std::mt19937 random(3);
  for (const Algorithm format : kFormats) {
    const bool deflate =
        format != Algorithm::kZstd && format != Algorithm::kLz4;
    int good = 0;
    for (int round = 0; round < 3'000; ++round) {
      const ByteVector data = TextBytes(random() % 300, round % 40);
      ByteVector packed =
          Whole(Operation::kCompress, format, data, kDamagedRoomBytes).second;
      if (round % 3 == 0) packed = Join({packed, packed});
      // Headers above all, then everything else.
      const size_t range =
          round % 2 == 0 ? std::min<size_t>(packed.size(), 20) : packed.size();
      for (int flips = random() % 3; flips > 0; --flips) {
        packed[random() % range] ^= 1 << random() % 8;
      }
      if (round % 7 == 0) packed.resize(random() % (packed.size() + 1));
      const auto whole =
          Whole(Operation::kDecompress, format, packed, kDamagedRoomBytes);
      const auto pieces = Read(format, packed, 1 + random() % 40);
      good += pieces.first == kOk;
      if (deflate && whole.first == kOk && pieces.first == kInvalid &&
          !ZlibReads(format, packed)) {
        continue;
      }
      // More output than there is room for, or than zstd's header promises in
      // vain: only a whole one is refused for it before anything else.
      if (whole.first == kOutOfRange) {
        ASSERT_TRUE(pieces.first != kOk ||
                    pieces.second.size() > kDamagedRoomBytes);
        continue;
      }
      // A window too large, which a whole frame does not need; and a block of
      // no compressed bytes, which libzstd lets pass in pieces.
      if (format == Algorithm::kZstd &&
          (pieces.first == kOutOfRange ||
           (whole.first == kInvalid && pieces.second.empty()))) {
        continue;
      }
      ASSERT_EQ(pieces, whole) << Info(format).name << " round " << round;
    }
    EXPECT_GT(good, 500) << Info(format).name;
  }
}

TEST_F(SoftStreamTest, GzipHeadersMayHaveEveryField) {
  const ByteVector body = Packed(Algorithm::kDeflate, TextBytes(100, 4));
  const ByteVector packed = Packed(Algorithm::kGzip, TextBytes(100, 4));
  const ByteVector trailer(packed.end() - 8, packed.end());
  const ByteVector text = FromHex("6e616d6500"), extra = FromHex("0300616263");
  const auto header = [](uint8_t flags) {
    ByteVector bytes = FromHex("1f8b080000000000ff03");
    bytes[3] = flags;
    return bytes;
  };
  for (int flags = 0; flags < 0x20; ++flags) {
    const ByteVector member =
        Join({header(flags), (flags & 4) != 0 ? extra : ByteVector(),
              (flags & 8) != 0 ? text : ByteVector(),
              (flags & 16) != 0 ? text : ByteVector(),
              (flags & 2) != 0 ? ByteVector(2) : ByteVector(), body, trailer});
    for (const size_t piece_bytes : {1, 3, 1'000}) {
      EXPECT_EQ(Read(Algorithm::kGzip, member, piece_bytes).second,
                TextBytes(100, 4))
          << flags;
    }
  }
  for (const uint8_t flags : {0x20, 0x40, 0x80}) {
    EXPECT_EQ(
        Read(Algorithm::kGzip, Join({header(flags), body, trailer}), 5).first,
        kInvalid);
  }
}

TEST_F(SoftStreamTest, SkippableFramesAreSkipped) {
  for (const Algorithm format : {Algorithm::kZstd, Algorithm::kLz4}) {
    const ByteVector data = TextBytes(200, 5);
    const ByteVector packed = Packed(format, data);
    const ByteVector none = FromHex("502a4d1800000000");
    const ByteVector some = FromHex("5f2a4d1803000000616263");
    const ByteVector huge = FromHex("502a4d18ffffffff616263");
    for (const size_t piece_bytes : {1, 4, 1'000}) {
      EXPECT_EQ(Read(format, Join({none, packed, some, some, packed, none}),
                     piece_bytes)
                    .second,
                Join({data, data}));
      EXPECT_EQ(Read(format, some, piece_bytes).first, kOk);
      EXPECT_EQ(Read(format, huge, piece_bytes).first, kInvalid);
    }
  }
}

TEST_F(SoftStreamTest, ZstdWindowsHaveALimit) {
  // A window of 8 MiB, the next larger one and the largest; a single segment of
  // 8 MiB and of a byte more. All of them stop after the header.
  EXPECT_EQ(Read(Algorithm::kZstd, FromHex("28b52ffd0068"), 9).first, kInvalid);
  EXPECT_EQ(Read(Algorithm::kZstd, FromHex("28b52ffd0069"), 9).first,
            kOutOfRange);
  EXPECT_EQ(Read(Algorithm::kZstd, FromHex("28b52ffd00ff"), 1).first,
            kOutOfRange);
  EXPECT_EQ(Read(Algorithm::kZstd, FromHex("28b52ffda000008000"), 9).first,
            kInvalid);
  EXPECT_EQ(Read(Algorithm::kZstd, FromHex("28b52ffda001008000"), 1).first,
            kOutOfRange);
}

TEST_F(SoftStreamTest, ZstdContentSizesMustBeTrue) {
  // Of 6 bytes, and of none: the only block is empty.
  EXPECT_EQ(Read(Algorithm::kZstd, FromHex("28b52ffd2006010000"), 9).first,
            kInvalid);
  EXPECT_EQ(Read(Algorithm::kZstd, FromHex("28b52ffd2000010000"), 9).first,
            kOk);
}

TEST_F(SoftStreamTest, FormatsBeforeTheirFirstVersionAreRefused) {
  // zstd 0.7, and LZ4's legacy frames.
  EXPECT_EQ(Read(Algorithm::kZstd, FromHex("27b52ffd00000000"), 1).first,
            kInvalid);
  EXPECT_EQ(Read(Algorithm::kLz4, FromHex("02214c1800000000"), 1).first,
            kInvalid);
}

TEST_F(SoftStreamTest, EmptyPiecesAndNoRoomDoNoHarm) {
  const ByteVector data = TextBytes(50'000, 6);
  for (const Algorithm format : kFormats) {
    for (const Operation operation :
         {Operation::kCompress, Operation::kDecompress}) {
      const auto stream = Open(operation, format, Info(format).default_level);
      const ByteVector input =
          operation == Operation::kCompress ? data : Packed(format, data);
      ByteVector output, room(700);
      Bytes rest = input;
      for (int i = 0; i < 20'000 && !stream->progress().done; ++i) {
        // Often nothing is given, and often nothing can be.
        const Bytes source = i % 3 == 0 ? Bytes() : rest;
        const MutableBytes here =
            i % 5 < 4 && i > 100 ? MutableBytes(room) : MutableBytes();
        const Result result =
            Run(*stream, source, here, source.size() == rest.size());
        ASSERT_EQ(result.code, kOk) << Info(format).name << " " << i;
        output.insert(output.end(), room.begin(),
                      room.begin() + result.produced_bytes);
        rest = rest.subspan(stream->progress().consumed_bytes);
      }
      ASSERT_TRUE(stream->progress().done) << Info(format).name;
      EXPECT_EQ(operation == Operation::kDecompress
                    ? output
                    : Whole(Operation::kDecompress, format, output).second,
                data);
    }
  }
}

size_t HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST_F(SoftStreamTest, HoldsNoMoreThanItSays) {
  const ByteVector data = RandomBytes(9 << 20, 7);
  ByteVector room(1 << 20);
  for (const Algorithm format : kFormats) {
    const AlgorithmInfo& info = Info(format);
    for (int level = info.min_level; level <= info.max_level; ++level) {
      const size_t before = HeapBytes();
      const auto stream = Open(Operation::kCompress, format, level);
      const size_t bytes = level > info.default_level ? 100'000 : data.size();
      for (Bytes rest = Bytes(data).first(bytes); !rest.empty();) {
        ASSERT_EQ(Run(*stream, rest, room, false).code, kOk);
        rest = rest.subspan(stream->progress().consumed_bytes);
        ASSERT_LE(HeapBytes() - before, stream->max_memory_bytes())
            << info.name << " level " << level;
      }
    }
    // The largest window and blocks there are.
    const auto packer = Open(Operation::kCompress, format, info.max_level);
    const ByteVector packed =
        format == Algorithm::kLz4
            ? Packed(format, ByteVector(data.begin(), data.begin() + 1))
            : Pump(*packer, Bytes(data).first(1'000), 500).second;
    const size_t before = HeapBytes();
    const auto stream = Open(Operation::kDecompress, format);
    ASSERT_EQ(Run(*stream, packed, room, true).code, kOk);
    EXPECT_LE(HeapBytes() - before, stream->max_memory_bytes()) << info.name;
  }
}

TEST_F(SoftStreamTest, HoldsNoMoreThanItSaysForTheLargestFrames) {
  const ByteVector noise = RandomBytes(1 << 20, 8);
  ByteVector room(1'000);
  // LZ4 with 4 MiB blocks that depend on each other; zstd with a window of
  // 8 MiB. Then a block, of which only a part has come.
  for (const auto& [format, header] :
       {std::pair(Algorithm::kLz4, FromHex("04224d184070df")),
        std::pair(Algorithm::kZstd, FromHex("28b52ffd0068fdff0f"))}) {
    const size_t before = HeapBytes();
    const auto stream = Open(Operation::kDecompress, format);
    ByteVector input = header;
    if (format == Algorithm::kLz4) {
      input.insert(input.end(), {0, 0, 0x30, 0});  // A block of 3 MiB.
    }
    input.insert(input.end(), noise.begin(), noise.begin() + 50'000);
    ASSERT_EQ(Run(*stream, input, room, false).code, kOk) << Info(format).name;
    EXPECT_LE(HeapBytes() - before, stream->max_memory_bytes());
  }
}

// The libraries count in 32 bits here and there.
TEST_F(SoftStreamTest, MoreThanFourGibibytesGoThereAndBack) {
  // Zeros, which are fast, and around the end of the count distances of 30,000
  // bytes, which are too long for whoever has begun to count anew.
  const ByteVector noise = RandomBytes(30'000, 9), zeros(3'000'000);
  ByteVector data;
  while (data.size() < zeros.size()) {
    data.insert(data.end(), noise.begin(), noise.end());
  }
  const auto packer = Open(Operation::kCompress, Algorithm::kGzip, 1);
  const auto reader = Open(Operation::kDecompress, Algorithm::kGzip);
  ByteVector packed(1 << 20), out(1 << 20);
  uint64_t total = 0;
  const uint64_t wrap = uint64_t{1} << 32, end = wrap + data.size() * 3;
  for (uint64_t sent = 0; !reader->progress().done;) {
    const bool near = sent + data.size() * 3 > wrap;
    const Bytes rest = Bytes(near ? data : zeros).subspan(sent % data.size());
    const bool last = sent >= end;
    const Result made = Run(*packer, last ? Bytes() : rest, packed, last);
    ASSERT_EQ(made.code, kOk);
    sent += packer->progress().consumed_bytes;
    for (Bytes source = Bytes(packed).first(made.produced_bytes);;) {
      const Result read = Run(*reader, source, out, packer->progress().done);
      ASSERT_EQ(read.code, kOk) << "after " << total << " bytes";
      total += read.produced_bytes;
      source = source.subspan(reader->progress().consumed_bytes);
      if (source.empty() && read.produced_bytes < out.size()) break;
    }
    ASSERT_LE(total, sent);
  }
  EXPECT_GT(total, wrap);
}

}  // namespace
}  // namespace uacced::hw
