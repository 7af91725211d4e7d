#include "hw/hisi/sec_stream.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/sec_algorithms.h"
#include "hw/hisi/sec_codec_fixture.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

using absl::StatusCode;

class SecStreamTest : public SecCodecFixture {
 protected:
  static std::vector<Algorithm> Digests() {
    std::vector<Algorithm> all;
    for (size_t i = 0; i < kAlgorithmCount; ++i) {
      const auto algorithm = static_cast<Algorithm>(i);
      if (Info(algorithm).digest_bytes > 0) all.push_back(algorithm);
    }
    return all;
  }

  Bytes KeyOf(Algorithm algorithm) const {
    return Bytes(key_).first(Info(algorithm).key_bytes);
  }

  std::unique_ptr<Stream> Open(Algorithm algorithm, Bytes key) {
    StreamSpec spec;
    spec.operation = Operation::kDigest;
    spec.algorithm = algorithm;
    spec.key = key;
    auto stream = NewSecStream(version(), spec);
    EXPECT_TRUE(stream.ok()) << stream.status();
    return stream.ok() ? *std::move(stream) : nullptr;
  }

  // One piece, which must be taken whole.
  ByteVector Piece(Stream& stream, Algorithm algorithm, Bytes source,
                   bool last) {
    ContractWork work(Operation::kDigest, algorithm, {});
    work.request.source = source;
    work.request.stream = &stream;
    work.request.last = last;
    const Ended ended = Run(work);
    EXPECT_EQ(ended.code, StatusCode::kOk);
    EXPECT_EQ(stream.progress().consumed_bytes, source.size());
    EXPECT_EQ(stream.progress().done, last);
    EXPECT_EQ(ended.output.size(), last ? Info(algorithm).digest_bytes : 0u);
    return ended.output;
  }

  ByteVector OnCpu(Algorithm algorithm, Bytes key, Bytes input) {
    ContractWork work(Operation::kDigest, algorithm, {});
    work.request.source = input;
    work.request.key = key;
    return RunOnCpu(work).output;
  }

  const ByteVector key_ = RandomBytes(256, 1);
};

INSTANTIATE_TEST_SUITE_P(Versions, SecStreamTest, ::testing::Values(2, 3));

TEST_P(SecStreamTest, PiecesOfEveryLengthMakeTheWhole) {
  std::mt19937 random(2);
  const ByteVector input = RandomBytes(3'000, 3);
  for (const Algorithm algorithm : Digests()) {
    for (int round = 0; round < 60; ++round) {
      SCOPED_TRACE(std::string(Info(algorithm).name) + ", round " +
                   std::to_string(round));
      const auto stream = Open(algorithm, KeyOf(algorithm));
      const size_t longest = 1 + random() % (round % 3 == 0 ? 20 : 400);
      const Bytes whole = Bytes(input).first(random() % input.size());
      Bytes rest = whole;
      while (!rest.empty() || random() % 3 == 0) {
        const size_t bytes =
            std::min<size_t>(rest.size(), random() % (longest + 1));
        Piece(*stream, algorithm, rest.first(bytes), false);
        rest = rest.subspan(bytes);
        if (random() % 64 == 0) break;
      }
      EXPECT_EQ(Piece(*stream, algorithm, rest, true),
                OnCpu(algorithm, KeyOf(algorithm), whole));
    }
  }
  EXPECT_GT(device_.idle(), 0);
  EXPECT_EQ(device_.lists(), 0);
}

TEST_P(SecStreamTest, AroundTheBlock) {
  for (const Algorithm algorithm : Digests()) {
    const size_t block = SecAlgorithmOf(algorithm).block_bytes;
    for (const size_t first :
         {size_t{0}, size_t{1}, block - 1, block, block + 1, 2 * block}) {
      for (const size_t second :
           {size_t{0}, size_t{1}, block - 1, block, block + 1, 3 * block - 1}) {
        SCOPED_TRACE(std::string(Info(algorithm).name) + ": " +
                     std::to_string(first) + ", " + std::to_string(second));
        const ByteVector input = RandomBytes(first + second, 4);
        const auto stream = Open(algorithm, KeyOf(algorithm));
        Piece(*stream, algorithm, Bytes(input).first(first), false);
        EXPECT_EQ(Piece(*stream, algorithm, Bytes(input).subspan(first), true),
                  OnCpu(algorithm, KeyOf(algorithm), input));
      }
    }
  }
}

TEST_P(SecStreamTest, NothingAtAllHasADigest) {
  for (const Algorithm algorithm : Digests()) {
    SCOPED_TRACE(std::string(Info(algorithm).name));
    const size_t block = SecAlgorithmOf(algorithm).block_bytes;
    const bool hmac = Info(algorithm).family == Family::kHmac;
    for (const size_t key_bytes : {size_t{0}, size_t{5}, block}) {
      const Bytes key = Bytes(key_).first(hmac ? key_bytes : 0);
      const int executed = device_.executed();
      const auto stream = Open(algorithm, key);
      EXPECT_EQ(Piece(*stream, algorithm, {}, true), OnCpu(algorithm, key, {}));
      EXPECT_EQ(device_.executed(),
                executed + (hmac && version() == 2 ? 2 : 1));
    }
  }
}

TEST_P(SecStreamTest, PiecesLongerThanADescriptorTakeSeveral) {
  constexpr size_t kMax = 0xfffe00;
  const ByteVector input = RandomBytes(2 * kMax + 200, 5);
  for (const Algorithm algorithm : {Algorithm::kSha1, Algorithm::kHmacSha512}) {
    const auto stream = Open(algorithm, KeyOf(algorithm));
    const Bytes rest = Bytes(input).subspan(1);
    Piece(*stream, algorithm, Bytes(input).first(1), false);
    const int executed = device_.executed();
    EXPECT_EQ(Piece(*stream, algorithm, rest, true),
              OnCpu(algorithm, KeyOf(algorithm), input));
    EXPECT_EQ(device_.executed(), executed + 4);
  }
}

TEST_P(SecStreamTest, WhatTheDeviceCannotDoIsNotOpened) {
  StreamSpec spec;
  spec.operation = Operation::kDigest;
  spec.algorithm = Algorithm::kHmacSha256;
  spec.key = Bytes(key_).first(65);
  EXPECT_EQ(NewSecStream(version(), spec).status().code(),
            StatusCode::kUnimplemented);
  spec.key = spec.key.first(64);
  EXPECT_TRUE(NewSecStream(version(), spec).ok());
  for (const Operation operation :
       {Operation::kEncrypt, Operation::kDecrypt, Operation::kCompress}) {
    for (const Algorithm algorithm :
         {Algorithm::kAes128Gcm, Algorithm::kGzip, Algorithm::kSha256}) {
      spec = {};
      spec.operation = operation;
      spec.algorithm = algorithm;
      EXPECT_EQ(NewSecStream(version(), spec).status().code(),
                StatusCode::kUnimplemented);
    }
  }
}

TEST_P(SecStreamTest, TheLastPieceNeedsItsRoom) {
  for (const Algorithm algorithm : Digests()) {
    const auto stream = Open(algorithm, KeyOf(algorithm));
    ContractWork work(Operation::kDigest, algorithm, RandomBytes(500, 6));
    work.request.stream = stream.get();
    work.SetRoom(0);
    EXPECT_EQ(Run(work).code, StatusCode::kOk);
    EXPECT_FALSE(stream->progress().done);
    work.request.last = true;
    work.SetRoom(Info(algorithm).digest_bytes - 1);
    EXPECT_EQ(Run(work).code, StatusCode::kOutOfRange);
    // That was its end.
    work.SetRoom(64);
    EXPECT_EQ(Run(work).code, StatusCode::kInvalidArgument);
  }
}

TEST_P(SecStreamTest, AFailedPieceEndsTheStream) {
  for (const uint32_t status : {0x00010001u, 0u}) {
    const auto stream = Open(Algorithm::kSha256, {});
    ContractWork work(Operation::kDigest, Algorithm::kSha256,
                      RandomBytes(500, 7));
    work.request.stream = stream.get();
    Sqe sqe = Encode(work.request, 2);
    sqe.dword[28] = status;
    const CodecStep decoded = codec_->Decode(2, sqe);
    if (status == 0) {
      EXPECT_EQ(decoded.kind(), CodecStep::Kind::kBroken);
    } else {
      EXPECT_EQ(decoded.kind(), CodecStep::Kind::kDone);
      EXPECT_EQ(decoded.code(), StatusCode::kUnavailable);
    }
    EXPECT_FALSE(stream->progress().done);
    EXPECT_EQ(Run(work).code, StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
