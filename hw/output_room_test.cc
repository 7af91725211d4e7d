#include "hw/output_room.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/soft/engine.h"
#include "hw/test_data.h"

namespace uacced::hw {
namespace {

constexpr uint64_t kNoLimit = UINT64_MAX;
constexpr Algorithm kFormats[] = {Algorithm::kGzip, Algorithm::kZlib,
                                  Algorithm::kDeflate, Algorithm::kZstd,
                                  Algorithm::kLz4};

class OutputRoomTest : public ::testing::Test {
 protected:
  std::vector<uint8_t> Compress(Algorithm format, int level,
                                const std::vector<uint8_t>& source) {
    Request request;
    request.operation = Operation::kCompress;
    request.algorithm = format;
    request.level = static_cast<int8_t>(level);
    request.source = source;
    std::vector<uint8_t> out(FirstOutputRoom(request, kNoLimit));
    request.destination = out;
    const Result result = engine_.Execute(request);
    EXPECT_EQ(result.code, absl::StatusCode::kOk)
        << Info(format).name << " level " << level << " of " << source.size();
    out.resize(result.ok() ? result.produced_bytes : 0);
    return out;
  }

  uint64_t Room(Operation operation, Algorithm algorithm, Bytes source,
                uint64_t limit_bytes = kNoLimit, bool pkcs7_padding = false) {
    Request request;
    request.operation = operation;
    request.algorithm = algorithm;
    request.source = source;
    request.pkcs7_padding = pkcs7_padding;
    return FirstOutputRoom(request, limit_bytes);
  }

  EvpAlgorithms algorithms_;
  Engine engine_{algorithms_};
};

TEST_F(OutputRoomTest, EveryCodecFitsInTheBoundWithDataThatDoesNotShrink) {
  const std::vector<uint8_t> noise = RandomBytes(4 << 20, 1);
  const size_t sizes[] = {0,       1,       2,        15,      100,     4'095,
                          5'000,   5'001,   10'001,   32'768,  65'535,  65'536,
                          65'537,  70'000,  99'999,   131'072, 131'073, 262'145,
                          300'000, 524'289, 1'048'577};
  for (const Algorithm format : kFormats) {
    const AlgorithmInfo& info = Info(format);
    for (int level = info.min_level; level <= info.max_level; ++level) {
      for (const size_t size : sizes) {
        // The slow levels differ in how they search, not in how they store.
        if (size > 70'000 && level > 9) continue;
        Compress(format, level, {noise.begin(), noise.begin() + size});
      }
    }
    Compress(format, info.default_level, noise);
  }
}

TEST_F(OutputRoomTest, OperationsOfKnownSizeGetExactlyThat) {
  const std::vector<uint8_t> data(100);
  EXPECT_EQ(Room(Operation::kCopy, Algorithm::kNone, data), 100u);
  EXPECT_EQ(Room(Operation::kEncrypt, Algorithm::kAes128Gcm, data), 100u);
  EXPECT_EQ(Room(Operation::kDecrypt, Algorithm::kAes128Gcm, data), 100u);
  EXPECT_EQ(Room(Operation::kEncrypt, Algorithm::kAes128Cbc, data, kNoLimit,
                 /*pkcs7_padding=*/true),
            112u);
  EXPECT_EQ(Room(Operation::kEncrypt, Algorithm::kAes128Cbc,
                 Bytes(data).first(96), kNoLimit, /*pkcs7_padding=*/true),
            112u);
  EXPECT_EQ(Room(Operation::kDigest, Algorithm::kSha384, data), 48u);
  EXPECT_EQ(Room(Operation::kDigest, Algorithm::kHmacSha1, data), 20u);
}

TEST_F(OutputRoomTest, FormatsThatTellTheirSizeGetExactlyThat) {
  for (const Algorithm format :
       {Algorithm::kGzip, Algorithm::kZstd, Algorithm::kLz4}) {
    // All the widths of zstd's size field but the last.
    for (const size_t size : {1, 255, 256, 300, 65'791, 65'792, 1'000'000}) {
      for (const auto& data :
           {TextBytes(size, 2), std::vector<uint8_t>(size)}) {
        const auto packed = Compress(format, Info(format).default_level, data);
        EXPECT_EQ(Room(Operation::kDecompress, format, packed), size)
            << Info(format).name;
      }
    }
  }
}

TEST_F(OutputRoomTest, OtherFormatsGetAMultipleOfTheSource) {
  const std::vector<uint8_t> packed = RandomBytes(10'000, 3);
  for (const Algorithm format : kFormats) {
    EXPECT_EQ(Room(Operation::kDecompress, format, packed), 40'000u);
    EXPECT_EQ(Room(Operation::kDecompress, format, Bytes(packed).first(9)),
              4'096u);
    EXPECT_EQ(Room(Operation::kDecompress, format, {}), 4'096u);
  }
}

TEST_F(OutputRoomTest, SeveralGzipMembersAreNotMistakenForTheLast) {
  auto packed = Compress(Algorithm::kGzip, 6, RandomBytes(50'000, 4));
  const auto last = Compress(Algorithm::kGzip, 6, {});
  packed.insert(packed.end(), last.begin(), last.end());
  EXPECT_EQ(Room(Operation::kDecompress, Algorithm::kGzip, packed),
            packed.size() * 4);
}

TEST_F(OutputRoomTest, PromisesThatNoInputCouldKeepAreIgnored) {
  // 20 bytes that claim 4 GiB - 1, 2^63 and 2^63 bytes.
  EXPECT_EQ(Room(Operation::kDecompress, Algorithm::kGzip,
                 FromHex("1f8b08000000000000ff0300"
                         "00000000ffffffff")),
            4'096u);
  EXPECT_EQ(Room(Operation::kDecompress, Algorithm::kZstd,
                 FromHex("28b52ffde00000000000000080"
                         "01000000000000")),
            4'096u);
  EXPECT_EQ(Room(Operation::kDecompress, Algorithm::kLz4,
                 FromHex("04224d186c40000000000000008000"
                         "0000000000")),
            4'096u);
}

TEST_F(OutputRoomTest, NothingExceedsTheLimit) {
  const std::vector<uint8_t> data(1'000'000);
  for (const Algorithm format : kFormats) {
    EXPECT_EQ(Room(Operation::kCompress, format, data, 5'000), 5'000u);
    const auto packed = Compress(format, Info(format).default_level, data);
    EXPECT_LE(Room(Operation::kDecompress, format, packed, 3'000), 3'000u);
  }
}

// Headers cut short anywhere must not be read past their end (ASan sees it).
TEST_F(OutputRoomTest, TruncatedHeadersAreReadWithinBounds) {
  for (const Algorithm format : kFormats) {
    const auto packed =
        Compress(format, Info(format).default_level, TextBytes(300, 5));
    for (size_t size = 0; size < packed.size(); ++size) {
      const std::vector<uint8_t> prefix(packed.begin(), packed.begin() + size);
      EXPECT_LE(Room(Operation::kDecompress, format, prefix),
                std::max<uint64_t>(4'096, size * 32'768));
    }
  }
}

}  // namespace
}  // namespace uacced::hw
