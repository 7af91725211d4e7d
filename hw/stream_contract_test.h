// What every hw::Stream must do, and every fragment be, as a typed suite like
// that of hw/queue_contract_test.h, with the same factories:
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, StreamContractTest, MyFactory);
//
// Streams that the device does not open, and fragments of formats that it does
// not have, are left out.
#ifndef UACCED_HW_STREAM_CONTRACT_TEST_H_
#define UACCED_HW_STREAM_CONTRACT_TEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/queue_contract_fixture.h"
#include "hw/stream.h"
#include "hw/stream_contract_fixture.h"
#include "hw/test_data.h"

namespace uacced::hw {

template <typename Factory>
class StreamContractTest : public StreamContractFixture {
 private:
  std::unique_ptr<Device> MakeDevice() override {
    return Factory::MakeDevice();
  }
};
TYPED_TEST_SUITE_P(StreamContractTest);

TYPED_TEST_P(StreamContractTest, CompressedInPiecesItIsReadAsAWhole) {
  for (const auto& pair : this->pairs_) {
    const auto [operation, algorithm] = pair;
    if (operation != Operation::kCompress ||
        !this->Can(Operation::kDecompress, algorithm)) {
      continue;
    }
    uint32_t seed = 0;
    for (const auto& sizes : this->kSizes) {
      for (const size_t bytes : {0, 1, 5'000}) {
        SCOPED_TRACE(this->Label(pair) + " of " + std::to_string(bytes));
        const auto input = TextBytes(bytes, ++seed);
        const auto ended = this->PumpNew(pair, input, sizes, seed);
        if (ended.code == absl::StatusCode::kUnimplemented) break;
        ASSERT_EQ(ended.code, absl::StatusCode::kOk);
        ASSERT_TRUE(ended.done);
        EXPECT_EQ(this->Whole(Operation::kDecompress, algorithm, ended.output,
                              bytes + 1),
                  input);
      }
    }
  }
}

TYPED_TEST_P(StreamContractTest, AWholeIsReadInPieces) {
  for (const Algorithm format : this->Readable()) {
    uint32_t seed = 0;
    for (const auto& sizes : this->kSizes) {
      for (const size_t bytes : {0, 1, 5'000}) {
        SCOPED_TRACE(std::string(Info(format).name) + " of " +
                     std::to_string(bytes));
        const auto input = TextBytes(bytes, ++seed);
        const auto packed = this->Whole(Operation::kCompress, format, input);
        const auto ended = this->PumpNew({Operation::kDecompress, format},
                                         packed, sizes, seed);
        ASSERT_EQ(ended.code, absl::StatusCode::kOk);
        ASSERT_TRUE(ended.done);
        EXPECT_EQ(ended.output, input);
      }
    }
  }
}

TYPED_TEST_P(StreamContractTest, LongStreamsComeBack) {
  const auto input = TextBytes(2'000'000, 3);
  for (const Algorithm format : this->Readable()) {
    SCOPED_TRACE(std::string(Info(format).name));
    const auto packed = this->PumpNew({Operation::kCompress, format}, input,
                                      {400'000, 90'000}, 4);
    if (packed.code == absl::StatusCode::kUnimplemented) continue;
    ASSERT_EQ(packed.code, absl::StatusCode::kOk);
    const auto ended = this->PumpNew({Operation::kDecompress, format},
                                     packed.output, {50'000, 200'000}, 5);
    ASSERT_EQ(ended.code, absl::StatusCode::kOk);
    EXPECT_TRUE(ended.output == input);
  }
}

TYPED_TEST_P(StreamContractTest, DigestsInPiecesAreThoseOfTheWhole) {
  for (const auto& pair : this->pairs_) {
    if (pair.first != Operation::kDigest) continue;
    SCOPED_TRACE(this->Label(pair));
    for (const size_t bytes : {0, 1, 127, 128, 3'000}) {
      const auto input = TextBytes(bytes, 6);
      const auto ended = this->PumpNew(pair, input, {200, 0}, bytes);
      if (ended.code == absl::StatusCode::kUnimplemented) break;
      ASSERT_EQ(ended.code, absl::StatusCode::kOk);
      EXPECT_TRUE(ended.done);
      // A device may have streams of nothing and no requests of nothing.
      const Capability& whole =
          *this->device_->info().capabilities.Find(pair.first, pair.second);
      if (bytes < whole.min_source_bytes) continue;
      EXPECT_EQ(ended.output, this->Whole(pair.first, pair.second, input));
    }
  }
}

TYPED_TEST_P(StreamContractTest, ADigestNeedsItsRoomWithTheLastPiece) {
  for (const auto& pair : this->pairs_) {
    if (pair.first != Operation::kDigest) continue;
    const auto stream = this->Open(pair.first, pair.second);
    if (stream == nullptr) continue;
    const auto input = TextBytes(100, 7);
    std::vector<uint8_t> output;
    EXPECT_EQ(this->RunPiece(*stream, pair, input, false, 0, output),
              absl::StatusCode::kOk);
    EXPECT_FALSE(stream->progress().done);
    EXPECT_EQ(stream->progress().consumed_bytes, input.size());
    EXPECT_EQ(this->RunPiece(*stream, pair, {}, true,
                             Info(pair.second).digest_bytes - 1, output),
              absl::StatusCode::kOutOfRange);
  }
}

TYPED_TEST_P(StreamContractTest, OnlySomeFormatsGoOnAfterTheirEnd) {
  const auto input = TextBytes(3'000, 8);
  for (const Algorithm format : this->Readable()) {
    SCOPED_TRACE(std::string(Info(format).name));
    const auto packed = this->Whole(Operation::kCompress, format, input);
    auto twice = packed;
    twice.insert(twice.end(), packed.begin(), packed.end());
    auto expected = input;
    expected.insert(expected.end(), input.begin(), input.end());
    const bool goes_on =
        format != Algorithm::kZlib && format != Algorithm::kDeflate;
    for (const auto& sizes : this->kSizes) {
      const auto ended =
          this->PumpNew({Operation::kDecompress, format}, twice, sizes, 9);
      EXPECT_EQ(ended.code, goes_on ? absl::StatusCode::kOk
                                    : absl::StatusCode::kInvalidArgument);
      if (goes_on) {
        EXPECT_EQ(ended.output, expected);
      }
      for (const auto& garbage : {std::vector<uint8_t>(1),
                                  std::vector<uint8_t>(50), TextBytes(9, 1)}) {
        auto trailed = packed;
        trailed.insert(trailed.end(), garbage.begin(), garbage.end());
        EXPECT_EQ(
            this->PumpNew({Operation::kDecompress, format}, trailed, sizes, 10)
                .code,
            absl::StatusCode::kInvalidArgument);
      }
    }
  }
}

TYPED_TEST_P(StreamContractTest, ProgressTellsWhereAMemberEnds) {
  const auto input = TextBytes(3'000, 11);
  for (const Algorithm format : this->Readable()) {
    SCOPED_TRACE(std::string(Info(format).name));
    const auto packed = this->Whole(Operation::kCompress, format, input);
    const auto stream = this->Open(Operation::kDecompress, format);
    std::vector<uint8_t> output;
    for (size_t i = 0; i < packed.size(); ++i) {
      ASSERT_EQ(
          this->RunPiece(*stream, {Operation::kDecompress, format},
                         Bytes(packed).subspan(i, 1), false, 4'000, output),
          absl::StatusCode::kOk);
      ASSERT_EQ(stream->progress().consumed_bytes, 1u);
      ASSERT_EQ(stream->progress().done, i + 1 == packed.size()) << i;
    }
    EXPECT_EQ(output, input);
    // An empty last piece behind a whole member is fine.
    EXPECT_EQ(this->RunPiece(*stream, {Operation::kDecompress, format}, {},
                             true, 10, output),
              absl::StatusCode::kOk);
    EXPECT_TRUE(stream->progress().done);
  }
}

TYPED_TEST_P(StreamContractTest, TruncatedAndCorruptInputEndsTheStream) {
  const auto input = TextBytes(400, 12);
  for (const Algorithm format : this->Readable()) {
    SCOPED_TRACE(std::string(Info(format).name));
    const std::pair what(Operation::kDecompress, format);
    const auto packed = this->Whole(Operation::kCompress, format, input);
    for (size_t cut = 0; cut < packed.size(); ++cut) {
      const auto& sizes = this->kSizes[cut % std::size(this->kSizes)];
      const auto ended =
          this->PumpNew(what, {packed.begin(), packed.begin() + cut}, sizes, 1);
      ASSERT_EQ(ended.code, absl::StatusCode::kInvalidArgument) << cut;
    }
    for (size_t bit = 0; bit < packed.size() * 8; bit += 7) {
      auto broken = packed;
      broken[bit / 8] ^= 1 << bit % 8;
      const auto ended = this->PumpNew(what, broken, {50, 4'000}, 2);
      if (ended.code == absl::StatusCode::kOk) {
        // Raw deflate has no checksum; and some bits say nothing.
        if (format != Algorithm::kDeflate) {
          EXPECT_EQ(ended.output, input);
        }
      } else if (ended.code != absl::StatusCode::kOutOfRange) {
        ASSERT_EQ(ended.code, absl::StatusCode::kInvalidArgument) << bit;
      }
    }
    // Nothing more can be asked of a stream that has failed.
    const auto stream = this->Open(what.first, what.second);
    std::vector<uint8_t> output;
    const std::vector<uint8_t> garbage(64, 0x07);
    EXPECT_EQ(this->RunPiece(*stream, what, garbage, false, 100, output),
              absl::StatusCode::kInvalidArgument);
    EXPECT_FALSE(stream->progress().done);
    EXPECT_NE(this->RunPiece(*stream, what, packed, true, 4'000, output),
              absl::StatusCode::kOk);
  }
}

TYPED_TEST_P(StreamContractTest, ABombWaitsForRoom) {
  const std::vector<uint8_t> zeros(8 << 20);
  for (const Algorithm format : this->Readable()) {
    SCOPED_TRACE(std::string(Info(format).name));
    const auto packed = this->Whole(Operation::kCompress, format, zeros);
    const auto stream = this->Open(Operation::kDecompress, format);
    size_t produced = 0;
    Bytes source = packed;
    for (int i = 0; i < 40 && !stream->progress().done; ++i) {
      std::vector<uint8_t> output;
      ASSERT_EQ(this->RunPiece(*stream, {Operation::kDecompress, format},
                               source, true, 1 << 20, output),
                absl::StatusCode::kOk);
      produced += output.size();
      source = source.subspan(stream->progress().consumed_bytes);
    }
    EXPECT_EQ(produced, zeros.size());
    EXPECT_TRUE(stream->progress().done);
  }
}

TYPED_TEST_P(StreamContractTest, FragmentsComeBackAndCorruptOnesDoNot) {
  for (const auto& pair : this->pairs_) {
    const auto [operation, algorithm] = pair;
    if (operation != Operation::kCompress ||
        !this->CanFragment(operation, algorithm)) {
      continue;
    }
    for (const size_t bytes : {0, 1, 16, 4'096, 65'536}) {
      SCOPED_TRACE(this->Label(pair) + " of " + std::to_string(bytes));
      const auto input = TextBytes(bytes, 13);
      uint32_t checksum = 0xdeadbeef;
      ContractWork work(operation, algorithm, input);
      work.request.fragment = true;
      work.request.checksum = &checksum;
      const auto fragment = this->RunOk(work);
      EXPECT_EQ(fragment.empty(), bytes == 0 && algorithm != Algorithm::kZstd);
      if (bytes == 0 && algorithm == Algorithm::kGzip) {
        EXPECT_EQ(checksum, 0u);
      } else if (bytes == 0 && algorithm == Algorithm::kZlib) {
        EXPECT_EQ(checksum, 1u);
      }
      if (!this->CanFragment(Operation::kDecompress, algorithm)) continue;
      ContractWork reader(Operation::kDecompress, algorithm, fragment);
      reader.request.fragment = true;
      reader.SetRoom(bytes);
      EXPECT_EQ(this->RunOk(reader), input);
      if (bytes < 16) continue;
      ContractWork cramped(Operation::kDecompress, algorithm, fragment);
      cramped.request.fragment = true;
      cramped.SetRoom(bytes - 1);
      EXPECT_EQ(this->Run(cramped).code, absl::StatusCode::kOutOfRange);
      ContractWork garbage(Operation::kDecompress, algorithm,
                           std::vector<uint8_t>(fragment.size(), 0x07));
      garbage.request.fragment = true;
      garbage.SetRoom(65'536);
      EXPECT_EQ(this->Run(garbage).code, absl::StatusCode::kInvalidArgument);
    }
  }
}

REGISTER_TYPED_TEST_SUITE_P(
    StreamContractTest, CompressedInPiecesItIsReadAsAWhole,
    AWholeIsReadInPieces, LongStreamsComeBack,
    DigestsInPiecesAreThoseOfTheWhole, ADigestNeedsItsRoomWithTheLastPiece,
    OnlySomeFormatsGoOnAfterTheirEnd, ProgressTellsWhereAMemberEnds,
    TruncatedAndCorruptInputEndsTheStream, ABombWaitsForRoom,
    FragmentsComeBackAndCorruptOnesDoNot);

}  // namespace uacced::hw

#endif  // UACCED_HW_STREAM_CONTRACT_TEST_H_
