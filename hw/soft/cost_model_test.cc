#include "hw/soft/cost_model.h"

#include <vector>

#include "gtest/gtest.h"
#include "hw/stream.h"

namespace uacced::hw {
namespace {

Request Make(Operation operation, Algorithm algorithm, Bytes source) {
  Request request;
  request.operation = operation;
  request.algorithm = algorithm;
  request.level = Info(algorithm).default_level;
  request.source = source;
  return request;
}

TEST(CostModelTest, EveryOperationCostsMoreWithMoreInput) {
  const std::vector<uint8_t> data(1 << 20);
  for (size_t i = 1; i < kAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    Operation operation = Operation::kEncrypt;
    if (Info(algorithm).family == Family::kCompression) {
      operation = Operation::kCompress;
    } else if (Info(algorithm).digest_bytes > 0) {
      operation = Operation::kDigest;
    }
    int64_t before = 0;
    for (const size_t size : {0, 4'096, 65'536, 1 << 20}) {
      const int64_t now =
          EstimateNs(Make(operation, algorithm, Bytes(data).first(size)));
      EXPECT_GT(now, before) << Info(algorithm).name << " of " << size;
      before = now;
    }
    // Between 50 GB/s and 3 MB/s.
    EXPECT_GT(before, 20'000) << Info(algorithm).name;
    EXPECT_LT(before, 350'000'000) << Info(algorithm).name;
  }
}

TEST(CostModelTest, HigherLevelsNeverCostLess) {
  const std::vector<uint8_t> data(65'536);
  for (const Algorithm format :
       {Algorithm::kGzip, Algorithm::kZstd, Algorithm::kLz4}) {
    int64_t before = 0;
    for (int level = Info(format).min_level; level <= Info(format).max_level;
         ++level) {
      Request request = Make(Operation::kCompress, format, data);
      request.level = static_cast<int8_t>(level);
      EXPECT_GE(EstimateNs(request), before) << level;
      before = EstimateNs(request);
    }
  }
}

TEST(CostModelTest, ASmallBombIsNotASmallRequest) {
  const std::vector<uint8_t> source(100);
  std::vector<uint8_t> destination(1 << 20);
  Request request = Make(Operation::kDecompress, Algorithm::kGzip, source);
  EXPECT_LT(EstimateNs(request), 5'000);
  request.destination = destination;
  EXPECT_GT(EstimateNs(request), 500'000);
}

// hw::Stream only to be pointed at.
class NoStream : public Stream {
  size_t max_memory_bytes() const override { return 0; }
};

TEST(CostModelTest, ASmallPieceOfAStreamIsNotASmallRequest) {
  NoStream stream;
  const std::vector<uint8_t> source(1);
  for (const Operation operation :
       {Operation::kCompress, Operation::kDecompress}) {
    for (const Algorithm format :
         {Algorithm::kGzip, Algorithm::kZstd, Algorithm::kLz4}) {
      Request piece = Make(operation, format, source);
      const int64_t whole_ns = EstimateNs(piece);
      piece.stream = &stream;
      EXPECT_GT(EstimateNs(piece), 50'000) << Info(format).name;
      EXPECT_GT(EstimateNs(piece), whole_ns);
      // Whatever stands there, it is not the stream's level.
      const int64_t piece_ns = EstimateNs(piece);
      piece.level = Info(format).max_level;
      EXPECT_EQ(EstimateNs(piece), piece_ns);
    }
  }
  Request piece = Make(Operation::kDigest, Algorithm::kSha256, source);
  const int64_t whole_ns = EstimateNs(piece);
  piece.stream = &stream;
  EXPECT_EQ(EstimateNs(piece), whole_ns);
}

TEST(CostModelTest, AbsurdSizesDoNotOverflow) {
  uint8_t byte = 0;
  EXPECT_GT(EstimateNs(Make(Operation::kEncrypt, Algorithm::kSm4Cbc,
                            {&byte, SIZE_MAX / 2})),
            0);
}

}  // namespace
}  // namespace uacced::hw
