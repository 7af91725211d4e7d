#include "hw/soft/engine.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/output_room.h"
#include "hw/test_data.h"

namespace uacced::hw {
namespace {

using ByteVector = std::vector<uint8_t>;
constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kOutOfRange = absl::StatusCode::kOutOfRange;

class EngineTest : public ::testing::Test {
 protected:
  std::pair<absl::StatusCode, ByteVector> Run(Operation operation,
                                              Algorithm algorithm,
                                              const ByteVector& source,
                                              size_t room, int level = 0) {
    ByteVector out(room);
    Request request;
    request.operation = operation;
    request.algorithm = algorithm;
    request.level = static_cast<int8_t>(level);
    request.source = source;
    request.destination = out;
    const Result result = engine_.Execute(request);
    out.resize(result.ok() ? result.produced_bytes : 0);
    return {result.code, std::move(out)};
  }

  ByteVector Compress(Algorithm format, int level, const ByteVector& source) {
    Request request;
    request.operation = Operation::kCompress;
    request.source = source;
    const size_t room = FirstOutputRoom(request, UINT64_MAX);
    auto [code, out] = Run(Operation::kCompress, format, source, room, level);
    EXPECT_EQ(code, kOk) << Info(format).name << " level " << level;
    return out;
  }

  std::pair<absl::StatusCode, ByteVector> Decompress(Algorithm format,
                                                     const ByteVector& source,
                                                     size_t room) {
    return Run(Operation::kDecompress, format, source, room);
  }

  EvpAlgorithms algorithms_;
  Engine engine_{algorithms_};
};

TEST_F(EngineTest, CopyCopies) {
  for (const size_t size : {0, 1, 100'000}) {
    const ByteVector data = RandomBytes(size, 1);
    const auto [code, out] =
        Run(Operation::kCopy, Algorithm::kNone, data, size + 3);
    EXPECT_EQ(code, kOk);
    EXPECT_EQ(out, data);
  }
  EXPECT_EQ(Run(Operation::kCopy, Algorithm::kNone, ByteVector(2), 1).first,
            kOutOfRange);
}

TEST_F(EngineTest, HasEverythingWithDebiansOpenSsl) {
  const CapabilitySet set = EngineCapabilities(algorithms_);
  for (size_t i = 0; i < kAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    const Family family = Info(algorithm).family;
    const bool compresses = family == Family::kCompression;
    const bool encrypts = family == Family::kAead || family == Family::kCipher;
    const bool digests = family == Family::kHash || family == Family::kHmac;
    EXPECT_EQ(set.Has(Operation::kCopy, algorithm), i == 0);
    EXPECT_EQ(set.Has(Operation::kCompress, algorithm), compresses);
    EXPECT_EQ(set.Has(Operation::kDecompress, algorithm), compresses);
    EXPECT_EQ(set.Has(Operation::kEncrypt, algorithm), encrypts);
    EXPECT_EQ(set.Has(Operation::kDecrypt, algorithm), encrypts);
    EXPECT_EQ(set.Has(Operation::kDigest, algorithm), digests);
  }
}

TEST_F(EngineTest, SourcesPastIntAreRefusedUnread) {
  uint8_t byte = 0;
  Request request;
  request.source = {&byte, size_t{1} << 31};
  request.destination = {&byte, 1};
  EXPECT_EQ(engine_.Execute(request).code, kInvalid);
}

// What holds for every format.
class FormatTest : public EngineTest,
                   public ::testing::WithParamInterface<Algorithm> {
 protected:
  Algorithm format() const { return GetParam(); }
  const AlgorithmInfo& info() const { return Info(format()); }
};

TEST_P(FormatTest, EverySizeComesBackAtEveryLevel) {
  for (int level = info().min_level; level <= info().max_level; ++level) {
    for (const size_t size : {0, 1, 2, 31, 300, 4'096, 65'535, 65'536, 65'537,
                              131'073, 1'000'003, 3'000'000}) {
      // Seconds each, and the levels differ in nothing that size changes.
      if (size > 70'000 && level > 1 && level != info().default_level) continue;
      SCOPED_TRACE("level " + std::to_string(level) + " of " +
                   std::to_string(size));
      for (const ByteVector& data :
           {TextBytes(size, level), ByteVector(size), RandomBytes(size, 3)}) {
        const ByteVector packed = Compress(format(), level, data);
        // Exactly enough room, then more than enough.
        for (const size_t extra : {0, 5'000}) {
          const auto [code, out] = Decompress(format(), packed, size + extra);
          ASSERT_EQ(code, kOk);
          ASSERT_EQ(out, data);
        }
        if (size == 0) continue;
        EXPECT_EQ(Decompress(format(), packed, size - 1).first, kOutOfRange);
        EXPECT_EQ(Decompress(format(), packed, 0).first, kOutOfRange);
      }
    }
  }
}

TEST_P(FormatTest, RandomSizesComeBack) {
  std::mt19937 random(7);
  for (int i = 0; i < 200; ++i) {
    const int levels = std::min(9, int{info().max_level}) - info().min_level;
    const int level = info().min_level + random() % (levels + 1);
    const size_t size = random() % (1u << (4 + random() % 15));
    const ByteVector data = TextBytes(size, i);
    const auto [code, out] =
        Decompress(format(), Compress(format(), level, data), size);
    ASSERT_EQ(code, kOk) << "level " << level << " of " << size;
    ASSERT_EQ(out, data);
  }
}

TEST_P(FormatTest, LevelsThatClaimMoreShrinkMore) {
  const ByteVector data = TextBytes(65'536, 8);
  const size_t least = Compress(format(), info().min_level, data).size();
  const size_t usual = Compress(format(), info().default_level, data).size();
  const size_t most = Compress(format(), info().max_level, data).size();
  EXPECT_GE(least, usual);
  EXPECT_GT(usual, most);
  EXPECT_LT(most, data.size() / 2);
}

TEST_P(FormatTest, EveryTruncationIsFound) {
  for (const size_t size : {0, 1, 700}) {
    for (const int level : {int{info().min_level}, int{info().max_level}}) {
      const ByteVector data = TextBytes(size, 9);
      const ByteVector packed = Compress(format(), level, data);
      for (size_t cut = 0; cut < packed.size(); ++cut) {
        const ByteVector prefix(packed.begin(), packed.begin() + cut);
        EXPECT_EQ(Decompress(format(), prefix, size + 100).first, kInvalid)
            << cut << " of " << packed.size();
      }
    }
  }
}

TEST_P(FormatTest, AFlippedBitIsFoundOrMadeNoDifference) {
  const ByteVector data = TextBytes(500, 10);
  const ByteVector packed = Compress(format(), info().default_level, data);
  for (size_t bit = 0; bit < packed.size() * 8; ++bit) {
    ByteVector broken = packed;
    broken[bit / 8] ^= 1 << bit % 8;
    const auto [code, out] = Decompress(format(), broken, 4'096);
    // Raw deflate has no checksum: nothing but its structure can be wrong.
    if (code == kOk && format() != Algorithm::kDeflate) {
      EXPECT_EQ(out, data) << "bit " << bit;
    } else if (code != kOk) {
      EXPECT_TRUE(code == kInvalid || code == kOutOfRange) << "bit " << bit;
    }
  }
}

TEST_P(FormatTest, EmptyInputAndGarbageAreInvalid) {
  EXPECT_EQ(Decompress(format(), {}, 100).first, kInvalid);
  for (uint32_t seed = 0; seed < 300; ++seed) {
    // Ends in a byte that cannot end any stream of zeros.
    const auto code =
        Decompress(format(), RandomBytes(1 + seed * 3, seed), 1 << 20).first;
    if (format() == Algorithm::kDeflate) {
      EXPECT_NE(code, absl::StatusCode::kInternal);
    } else {
      EXPECT_EQ(code, kInvalid) << seed;
    }
  }
}

TEST_P(FormatTest, BytesAfterTheEndAreInvalid) {
  const ByteVector data = TextBytes(900, 11);
  for (const size_t extra : {1, 3, 4, 7, 100}) {
    for (const uint8_t fill : {0x00, 0x1f, 0xff}) {
      ByteVector packed = Compress(format(), info().default_level, data);
      packed.insert(packed.end(), extra, fill);
      EXPECT_EQ(Decompress(format(), packed, 2'000).first, kInvalid)
          << extra << " of " << int{fill};
    }
  }
}

TEST_P(FormatTest, ABombStopsAtTheDestination) {
  const ByteVector packed =
      Compress(format(), info().default_level, ByteVector(16 << 20));
  ASSERT_LT(packed.size(), 200'000u);
  EXPECT_EQ(Decompress(format(), packed, 100'000).first, kOutOfRange);
}

TEST_P(FormatTest, NeverWritesPastTheDestination) {
  const ByteVector data = TextBytes(70'000, 12);
  for (const int level : {int{info().min_level}, int{info().max_level}}) {
    const ByteVector packed = Compress(format(), level, data);
    for (size_t room = 0; room < data.size(); room += 4'999) {
      for (const Operation operation :
           {Operation::kCompress, Operation::kDecompress}) {
        ByteVector memory(room + 64, 0xA5);
        Request request;
        request.operation = operation;
        request.algorithm = format();
        request.level = static_cast<int8_t>(level);
        request.source = operation == Operation::kCompress ? data : packed;
        request.destination = MutableBytes(memory).first(room);
        const auto code = engine_.Execute(request).code;
        EXPECT_TRUE(code == kOutOfRange ||
                    (operation == Operation::kCompress && code == kOk));
        for (size_t i = room; i < memory.size(); ++i) {
          ASSERT_EQ(memory[i], 0xA5) << "room " << room;
        }
      }
    }
  }
}

TEST_P(FormatTest, AnErrorLeavesNothingBehindForTheNextRequest) {
  const ByteVector data = TextBytes(5'000, 13);
  const ByteVector packed = Compress(format(), info().default_level, data);
  for (const size_t cut : {1, 7, 20, 300}) {
    Decompress(format(), {packed.begin(), packed.begin() + cut}, 9'000);
    EXPECT_EQ(Decompress(format(), packed, 5'000).second, data);
    Decompress(format(), packed, cut);
    EXPECT_EQ(Decompress(format(), packed, 5'000).second, data);
    Run(Operation::kCompress, format(), data, cut, info().default_level);
    EXPECT_EQ(Compress(format(), info().default_level, data), packed);
  }
}

INSTANTIATE_TEST_SUITE_P(All, FormatTest,
                         ::testing::Values(Algorithm::kGzip, Algorithm::kZlib,
                                           Algorithm::kDeflate,
                                           Algorithm::kZstd, Algorithm::kLz4),
                         [](const ::testing::TestParamInfo<Algorithm>& param) {
                           return std::string(Info(param.param).name);
                         });

}  // namespace
}  // namespace uacced::hw
