// Fragments of all formats, joined as hw/request.h says, are read by what
// everybody else reads those formats with.
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/output_room.h"
#include "hw/soft/engine.h"
#include "hw/test_data.h"

namespace uacced::hw {
namespace {

using ByteVector = std::vector<uint8_t>;
constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kOutOfRange = absl::StatusCode::kOutOfRange;

void Append(ByteVector& to, const ByteVector& bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

// Text, zeros, noise and short repetitions, in stretches.
ByteVector MixedBytes(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  ByteVector data;
  while (data.size() < size) {
    const size_t bytes = 1 + random() % (1 << (4 + random() % 14));
    switch (random() % 4) {
      case 0:
        Append(data, TextBytes(bytes, random()));
        break;
      case 1:
        data.insert(data.end(), bytes, static_cast<uint8_t>(random()));
        break;
      case 2:
        Append(data, RandomBytes(bytes, random()));
        break;
      default:
        for (size_t i = 0; i < bytes; ++i) data.push_back(i % (2 + seed % 7));
    }
  }
  data.resize(size);
  return data;
}

class FragmentTest : public ::testing::TestWithParam<Algorithm> {
 protected:
  Algorithm format() const { return GetParam(); }
  bool IsDeflateFamily() const {
    return format() != Algorithm::kZstd && format() != Algorithm::kLz4;
  }

  Result Run(Operation operation, Bytes source, MutableBytes room, int level,
             bool fragment, uint32_t* checksum = nullptr) {
    Request request;
    request.operation = operation;
    request.algorithm = format();
    request.level = static_cast<int8_t>(level);
    request.source = source;
    request.destination = room;
    request.fragment = fragment;
    request.checksum = checksum;
    return engine_.Execute(request);
  }

  ByteVector Fragment(Bytes block, int level, uint32_t* checksum = nullptr) {
    Request request;
    request.operation = Operation::kCompress;
    request.algorithm = format();
    request.source = block;
    request.fragment = true;
    ByteVector out(FirstOutputRoom(request, UINT64_MAX));
    const Result result =
        Run(Operation::kCompress, block, out, level, true, checksum);
    EXPECT_EQ(result.code, kOk) << "level " << level << " of " << block.size();
    out.resize(result.ok() ? result.produced_bytes : 0);
    return out;
  }

  // Nothing when it is refused.
  std::optional<ByteVector> Decompress(const ByteVector& source, size_t room,
                                       bool fragment) {
    ByteVector out(room);
    const Result result = Run(Operation::kDecompress, source, out, 0, fragment);
    if (!result.ok()) return std::nullopt;
    out.resize(result.produced_bytes);
    return out;
  }

  ByteVector Header() const {
    switch (format()) {
      case Algorithm::kGzip:
        return FromHex("1f8b08000000000000ff");
      case Algorithm::kZlib:
        return FromHex("789c");
      case Algorithm::kLz4:
        return FromHex("04224d18707072");
      default:
        return {};
    }
  }

  ByteVector Trailer(uint32_t checksum, size_t size) const {
    ByteVector out;
    if (IsDeflateFamily()) out = FromHex("0300");
    if (format() == Algorithm::kGzip) {
      for (int i = 0; i < 4; ++i) out.push_back(checksum >> 8 * i);
      for (int i = 0; i < 4; ++i) out.push_back(size >> 8 * i);
    } else if (format() == Algorithm::kZlib) {
      for (int i = 3; i >= 0; --i) out.push_back(checksum >> 8 * i);
    } else if (format() == Algorithm::kLz4) {
      out = FromHex("00000000");
    }
    return out;
  }

  uint32_t Combine(uint32_t first, uint32_t second, size_t second_bytes) const {
    return format() == Algorithm::kGzip
               ? crc32_combine(first, second, second_bytes)
               : adler32_combine(first, second, second_bytes);
  }

  // zlib's own opinion; nothing when it is that `source` is wrong.
  std::optional<ByteVector> ZlibInflate(ByteVector source, size_t room) const {
    ByteVector out(room + 1);
    z_stream stream = {};
    EXPECT_EQ(inflateInit2(&stream, format() == Algorithm::kGzip   ? 31
                                    : format() == Algorithm::kZlib ? 15
                                                                   : -15),
              Z_OK);
    stream.next_in = source.data();
    stream.avail_in = source.size();
    stream.next_out = out.data();
    stream.avail_out = out.size();
    const bool done =
        inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return done ? std::optional(out) : std::nullopt;
  }

  // `data` in blocks that end at `cuts`, each at the level that is next.
  void CheckJoined(const ByteVector& data, const std::vector<size_t>& cuts,
                   const std::vector<int>& levels) {
    ByteVector joined = Header();
    uint32_t checksum = format() == Algorithm::kGzip ? 0 : 1;
    size_t begin = 0;
    for (size_t i = 0; i < cuts.size(); ++i) {
      const Bytes block = Bytes(data).subspan(begin, cuts[i] - begin);
      uint32_t block_checksum = 0;
      const ByteVector fragment =
          Fragment(block, levels[i % levels.size()], &block_checksum);
      checksum = Combine(checksum, block_checksum, block.size());
      EXPECT_EQ(block.empty() && format() != Algorithm::kZstd,
                fragment.empty());
      ASSERT_EQ(Decompress(fragment, block.size(), true),
                ByteVector(block.begin(), block.end()))
          << block.size() << " bytes at level " << levels[i % levels.size()];
      Append(joined, fragment);
      begin = cuts[i];
    }
    Append(joined, Trailer(checksum, data.size()));
    ASSERT_EQ(Decompress(joined, data.size(), false), data);
    if (IsDeflateFamily()) {
      ASSERT_EQ(ZlibInflate(joined, data.size()), data);
    }
  }

  EvpAlgorithms algorithms_;
  Engine engine_{algorithms_};
};

TEST_P(FragmentTest, BlocksCutAnywhereBecomeOneStream) {
  const AlgorithmInfo& info = Info(format());
  std::mt19937 random(1);
  for (uint32_t round = 0; round < 120; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const size_t size = random() % (1u << (1 + random() % 19));
    const ByteVector data = round % 5 == 0   ? TextBytes(size, round)
                            : round % 5 == 1 ? RandomBytes(size, round)
                            : round % 5 == 2 ? ByteVector(size)
                                             : MixedBytes(size, round);
    std::vector<size_t> cuts = {size};
    for (uint32_t i = random() % 6; i > 0; --i) {
      cuts.push_back(random() % (size + 1));
    }
    std::sort(cuts.begin(), cuts.end());
    std::vector<int> levels;
    for (size_t i = 0; i < cuts.size(); ++i) {
      const int highest = size > 50'000 ? 9 : int{info.max_level};
      levels.push_back(info.min_level +
                       random() % (highest - info.min_level + 1));
    }
    CheckJoined(data, cuts, levels);
  }
}

TEST_P(FragmentTest, EveryLevelEndsOnAByteWhateverTheLastBits) {
  const AlgorithmInfo& info = Info(format());
  const ByteVector data = MixedBytes(3'000, 3);
  for (int level = info.min_level; level <= info.max_level; ++level) {
    for (size_t size = 0; size < 120; ++size) {
      CheckJoined({data.begin(), data.begin() + size}, {size / 2, size},
                  {level});
    }
    CheckJoined(data, {1'000, 1'000, 3'000}, {level});
  }
}

TEST_P(FragmentTest, BlocksOfManyMebibytesAreSplitWhereTheFormatWantsIt) {
  const ByteVector data = MixedBytes(9'500'000, 4);
  CheckJoined(data, {9'000'000, 9'500'000},
              {format() == Algorithm::kZstd ? 1 : 4});
}

TEST_P(FragmentTest, TheFirstRoomIsEnoughForDataThatDoesNotShrink) {
  const AlgorithmInfo& info = Info(format());
  const ByteVector noise = RandomBytes(1 << 20, 5);
  for (int level = info.min_level; level <= info.max_level; ++level) {
    for (const size_t size : {1, 2, 100, 4'999, 5'000, 5'001, 9'999, 10'000,
                              10'001, 65'535, 65'536, 131'071, 1 << 20}) {
      if (size > 70'000 && level > 9) continue;
      Fragment(Bytes(noise).first(size), level);
    }
  }
}

TEST_P(FragmentTest, NeverWritesPastTheDestination) {
  const ByteVector data = TextBytes(5'000, 6);
  for (const int level : {int{Info(format()).min_level}, 1, 6}) {
    const ByteVector fragment = Fragment(data, level);
    for (size_t room = 0; room < data.size(); room += 7) {
      for (const Operation operation :
           {Operation::kCompress, Operation::kDecompress}) {
        const bool compress = operation == Operation::kCompress;
        ByteVector memory(room + 64, 0xA5);
        const auto code = Run(operation, compress ? data : fragment,
                              MutableBytes(memory).first(room), level, true)
                              .code;
        EXPECT_TRUE(code == kOutOfRange || (compress && code == kOk)) << room;
        EXPECT_EQ(std::count(memory.begin() + room, memory.end(), 0xA5), 64);
      }
    }
  }
}

TEST_P(FragmentTest, ATruncatedFragmentIsNone) {
  const ByteVector data = MixedBytes(700, 7);
  for (const int level : {int{Info(format()).min_level}, 1, 6}) {
    const ByteVector fragment = Fragment(data, level);
    for (size_t cut = 1; cut < fragment.size(); ++cut) {
      const ByteVector prefix(fragment.begin(), fragment.begin() + cut);
      const auto out = Decompress(prefix, 1'000, true);
      // Deflate's blocks may end on a byte by chance; less came out then, or
      // what is missing was an empty block.
      if (out.has_value() && IsDeflateFamily()) {
        EXPECT_TRUE(std::equal(out->begin(), out->end(), data.begin()));
        continue;
      }
      EXPECT_EQ(out, std::nullopt) << cut << " of " << fragment.size();
    }
  }
}

TEST_P(FragmentTest, WholeStreamsAndGarbageAreNoFragments) {
  const ByteVector data = TextBytes(900, 8);
  ByteVector whole(2'000);
  whole.resize(Run(Operation::kCompress, data, whole, 6, false).produced_bytes);
  ASSERT_FALSE(whole.empty());
  if (format() != Algorithm::kZstd) {
    EXPECT_EQ(Decompress(whole, 2'000, true), std::nullopt);
  }
  for (uint32_t seed = 0; seed < 300; ++seed) {
    const ByteVector garbage = RandomBytes(1 + seed * 3, seed);
    ByteVector out(1 << 16);
    const auto code = Run(Operation::kDecompress, garbage, out, 0, true).code;
    EXPECT_TRUE(code == kInvalid || code == kOutOfRange) << seed;
  }
  ByteVector twice = Fragment(data, 6);
  Append(twice, Header());
  Append(twice, Trailer(0, 0));
  Append(twice, Fragment(data, 6));
  if (format() != Algorithm::kZstd) {
    EXPECT_EQ(Decompress(twice, 2'000, true), std::nullopt);
  }
}

TEST_P(FragmentTest, ABombStopsAtTheDestination) {
  const ByteVector fragment = Fragment(ByteVector(8 << 20), 6);
  ByteVector out(100'000);
  EXPECT_EQ(Run(Operation::kDecompress, fragment, out, 0, true).code,
            kOutOfRange);
}

TEST_P(FragmentTest, WholeOnesAndFragmentsMayAlternate) {
  const ByteVector data = TextBytes(5'000, 9);
  const ByteVector fragment = Fragment(data, 6);
  for (int i = 0; i < 3; ++i) {
    ByteVector whole(8'000);
    whole.resize(
        Run(Operation::kCompress, data, whole, 6, false).produced_bytes);
    EXPECT_EQ(Decompress(whole, 5'000, false), data);
    EXPECT_EQ(Fragment(data, 6), fragment);
    EXPECT_EQ(Decompress({fragment.begin(), fragment.end() - 1}, 5'000, true)
                  .has_value(),
              false);
    EXPECT_EQ(Decompress(fragment, 5'000, true), data);
  }
}

INSTANTIATE_TEST_SUITE_P(All, FragmentTest,
                         ::testing::Values(Algorithm::kGzip, Algorithm::kZlib,
                                           Algorithm::kDeflate,
                                           Algorithm::kZstd, Algorithm::kLz4),
                         [](const ::testing::TestParamInfo<Algorithm>& param) {
                           return std::string(Info(param.param).name);
                         });

}  // namespace
}  // namespace uacced::hw
