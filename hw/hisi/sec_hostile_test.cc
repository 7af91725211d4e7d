// What a device may write back, and what the codec makes of it.
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/sec_codec_fixture.h"
#include "hw/hisi/sec_padding.h"
#include "hw/hisi/sec_stream.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

using absl::StatusCode;
using Kind = CodecStep::Kind;

class SecHostileTest : public SecCodecFixture {
 protected:
  // The device writes `status` and does nothing else.
  CodecStep Answer(const ContractWork& work, uint32_t status) {
    Sqe sqe = Encode(work.request, 3);
    sqe.dword[28] = status;
    return codec_->Decode(3, sqe);
  }
};

INSTANTIATE_TEST_SUITE_P(Versions, SecHostileTest, ::testing::Values(2, 3));

TEST_P(SecHostileTest, StatusBecomesACode) {
  const StatusCode ok = StatusCode::kOk, no = StatusCode::kUnavailable;
  const StatusCode wrong = StatusCode::kInvalidArgument;
  const struct {
    uint32_t status;
    StatusCode cipher, seal, open, digest;
  } kCases[] = {
      {0x00000101, ok, no, no, ok},    {0x00000181, no, ok, ok, ok},
      {0x00000185, no, no, wrong, ok}, {0x00000105, ok, no, wrong, ok},
      {0x00000005, no, no, wrong, ok}, {0x00000081, no, no, no, ok},
      {0x00000001, no, no, no, ok},    {0x00010101, no, no, no, no},
      {0x00ff0000, no, no, no, no},    {0x00800185, no, no, no, no},
      {0x55000181, no, ok, ok, ok},    {0x55000101, ok, no, no, ok},
  };
  const std::vector<uint8_t> source = TextBytes(64, 1);
  ContractWork cipher(Operation::kDecrypt, Algorithm::kAes128Xts, source);
  ContractWork seal(Operation::kEncrypt, Algorithm::kAes128Gcm, source);
  ContractWork open(Operation::kDecrypt, Algorithm::kAes128Ccm, source);
  ContractWork digest(Operation::kDigest, Algorithm::kSm3, source);
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.status);
    EXPECT_EQ(Answer(cipher, row.status).code(), row.cipher);
    EXPECT_EQ(Answer(seal, row.status).code(), row.seal);
    EXPECT_EQ(Answer(open, row.status).code(), row.open);
    EXPECT_EQ(Answer(digest, row.status).code(), row.digest);
    EXPECT_EQ(Answer(digest, row.status).kind(), Kind::kDone);
  }
  for (const uint32_t status : {0x0u, 0x180u, 0x184u, 0xff000000u}) {
    for (ContractWork* work : {&cipher, &seal, &open, &digest}) {
      EXPECT_EQ(Answer(*work, status).kind(), Kind::kBroken);
    }
  }
}

TEST_P(SecHostileTest, AWrongTagIsInvalidAndLeavesNoPlaintext) {
  const std::vector<uint8_t> source = TextBytes(4'096, 2);
  for (const Algorithm algorithm :
       {Algorithm::kAes128Gcm, Algorithm::kAes256Gcm, Algorithm::kAes128Ccm,
        Algorithm::kAes256Ccm}) {
    ContractWork work(Operation::kEncrypt, algorithm, source);
    const Ended sealed = Run(work);
    ASSERT_EQ(sealed.code, StatusCode::kOk);
    const auto undo = Undo(work, sealed.output);
    for (size_t bit = 0; bit < 128; ++bit) {
      undo->mac[bit / 8] ^= 1 << bit % 8;
      undo->SetRoom(source.size() + 7);
      EXPECT_EQ(Run(*undo).code, StatusCode::kInvalidArgument);
      EXPECT_EQ(undo->Output(source.size()), std::vector<uint8_t>(4'096));
      // What is not asked for stays.
      EXPECT_EQ(undo->Output(source.size() + 7).back(), 0xA5);
      undo->mac[bit / 8] ^= 1 << bit % 8;
    }
    // A failure of any other kind leaves none, either.
    Sqe sqe = Encode(undo->request, 3);
    device_.Execute(sqe);
    ASSERT_EQ(undo->Output(source.size()), source);
    sqe.dword[28] = 0x00040181;
    EXPECT_EQ(codec_->Decode(3, sqe).code(), StatusCode::kUnavailable);
    EXPECT_EQ(undo->Output(source.size()), std::vector<uint8_t>(4'096));
  }
}

TEST_P(SecHostileTest, ATagIsWrittenOnlyOnSuccess) {
  ContractWork work(Operation::kEncrypt, Algorithm::kAes128Gcm,
                    TextBytes(64, 3));
  SetMacBytes(work, 12);
  Sqe sqe = Encode(work.request, 3);
  device_.Execute(sqe);
  EXPECT_EQ(work.mac, std::vector<uint8_t>(12, 0xA5));
  Sqe failed = sqe;
  failed.dword[28] = 0x00010000;
  EXPECT_EQ(codec_->Decode(3, failed).code(), StatusCode::kUnavailable);
  EXPECT_EQ(work.mac, std::vector<uint8_t>(12, 0xA5));
  EXPECT_EQ(codec_->Decode(3, sqe).code(), StatusCode::kOk);
  EXPECT_NE(work.mac, std::vector<uint8_t>(12, 0xA5));
}

// A padded key stands in the scratch only while it is needed.
TEST_P(SecHostileTest, KeysAreNotKept) {
  ContractWork work(Operation::kDigest, Algorithm::kHmacSha256,
                    TextBytes(64, 4));
  const std::vector<uint8_t> key = RandomBytes(31, 5);
  work.request.key = key;
  Sqe sqe = Encode(work.request, 3);
  uint64_t address;
  std::memcpy(&address, &sqe.dword[version() == 2 ? 16 : 6], sizeof(address));
  const uint8_t* const there = PointerOf(address);
  std::vector<uint8_t> padded = key;
  padded.push_back(0);
  EXPECT_EQ(std::vector<uint8_t>(there, there + 32), padded);
  device_.Execute(sqe);
  ASSERT_EQ(codec_->Decode(3, sqe).code(), StatusCode::kOk);
  EXPECT_EQ(std::vector<uint8_t>(there, there + 32), std::vector<uint8_t>(32));
}

TEST_P(SecHostileTest, RandomDescriptorsAreBrokenOrFailures) {
  std::mt19937 random(6);
  const std::vector<uint8_t> source = TextBytes(64, 7);
  ContractWork works[] = {
      {Operation::kEncrypt, Algorithm::kAes128Gcm, source},
      {Operation::kDecrypt, Algorithm::kAes256Ccm, source},
      {Operation::kDecrypt, Algorithm::kSm4Cbc, source},
      {Operation::kDigest, Algorithm::kHmacSha384, source},
      {Operation::kDecrypt, Algorithm::kAes128Cbc, source},
  };
  works[4].request.pkcs7_padding = true;
  works[4].SetRoom(50);
  int broken = 0, done = 0;
  for (int i = 0; i < 100'000; ++i) {
    ContractWork& work = works[i % std::size(works)];
    Sqe sqe = Encode(work.request, 3);
    const int kind = static_cast<int>(random() % 3);
    if (kind == 0) {
      for (uint32_t& dword : sqe.dword) dword = random();
    } else if (kind == 1) {
      sqe.dword[28] = random() & (i % 2 == 0 ? 0xff0387u : 0xffffffffu);
    } else {
      sqe.dword[28] = 0x181;
      sqe.dword[random() % kSqeDwords] ^= 1u << random() % 32;
    }
    const uint32_t status = sqe.dword[28];
    const CodecStep decoded = codec_->Decode(3, sqe);
    ASSERT_NE(decoded.kind(), Kind::kWork);
    ASSERT_TRUE(work.GuardIsIntact());
    if (decoded.kind() == Kind::kBroken) {
      ++broken;
      continue;
    }
    ++done;
    if (decoded.code() != StatusCode::kOk) continue;
    ASSERT_LE(decoded.produced_bytes(), work.request.destination.size());
    ASSERT_EQ(status & 1, 1u);
    ASSERT_EQ(status >> 16 & 0xff, 0u);
    if (Info(work.request.algorithm).family == Family::kAead) {
      ASSERT_EQ(status >> 7 & 15, 3u);
      ASSERT_NE(status >> 1 & 7, 2u);
    }
  }
  EXPECT_GT(broken, 10'000);
  EXPECT_GT(done, 10'000);
}

TEST_P(SecHostileTest, RandomAnswersToStreamsEndThem) {
  std::mt19937 random(8);
  StreamSpec spec;
  spec.operation = Operation::kDigest;
  spec.algorithm = Algorithm::kSha512;
  ContractWork work(Operation::kDigest, spec.algorithm, TextBytes(700, 9));
  int continued = 0, finished = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto stream = NewSecStream(version(), spec);
    work.request.stream = stream->get();
    work.request.last = true;
    ContractWork begun(Operation::kDigest, spec.algorithm, TextBytes(7, 9));
    begun.request.stream = stream->get();
    ASSERT_EQ(Run(begun).code, StatusCode::kOk);
    Sqe sqe = Encode(work.request, 3);
    for (;;) {
      const uint32_t status = random() & 0xff0185;
      sqe.dword[28] = random() % 8 == 0 ? status : status & 0xffff;
      const CodecStep decoded = codec_->Decode(3, sqe);
      ASSERT_EQ(
          stream.value()->progress().done,
          decoded.kind() == Kind::kDone && decoded.code() == StatusCode::kOk);
      finished += stream.value()->progress().done;
      if (decoded.kind() != Kind::kWork) break;
      ++continued;
      codec_->Continue(3, sqe);
    }
  }
  EXPECT_GT(continued, 1'000);
  EXPECT_GT(finished, 100);
}

TEST(SecPaddingTest, OnlyPaddingIsPadding) {
  std::mt19937 random(10);
  for (int i = 0; i < 200'000; ++i) {
    uint8_t block[16];
    const auto n = static_cast<uint8_t>(random() % 18);
    for (uint8_t& byte : block) byte = static_cast<uint8_t>(random());
    for (int j = 0; j < n && j < 16; ++j) block[15 - j] = n;
    if (random() % 2 == 0) block[random() % 16] ^= 1u << random() % 8;
    uint32_t expected = block[15];
    if (expected == 0 || expected > 16) expected = 0;
    for (uint32_t j = 0; j < expected; ++j) {
      if (block[15 - j] != block[15]) expected = 0;
    }
    ASSERT_EQ(Pkcs7PaddingBytes(block), expected);
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
