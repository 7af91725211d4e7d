#include "hw/hisi/sec_codec.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/sec_codec_fixture.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

using absl::StatusCode;

constexpr size_t kMax = 0xfffe00;

class SecCodecTest : public SecCodecFixture {
 protected:
  // Those that this version has.
  std::vector<Algorithm> Having(Family family) const {
    std::vector<Algorithm> all;
    for (size_t i = 0; i < kAlgorithmCount; ++i) {
      const auto algorithm = static_cast<Algorithm>(i);
      if (Info(algorithm).family == family &&
          (codec_->capabilities().Has(Operation::kEncrypt, algorithm) ||
           codec_->capabilities().Has(Operation::kDigest, algorithm))) {
        all.push_back(algorithm);
      }
    }
    return all;
  }

  // Encrypts and decrypts, on the device and on the CPU.
  void ThereAndBack(ContractWork& work) {
    const Ended there = Compare(work);
    ASSERT_EQ(there.code, StatusCode::kOk);
    const auto undo = Undo(work, there.output);
    const Ended back = Compare(*undo);
    ASSERT_EQ(back.code, StatusCode::kOk);
    EXPECT_TRUE(std::equal(back.output.begin(), back.output.end(),
                           work.request.source.begin(),
                           work.request.source.end()));
  }
};

INSTANTIATE_TEST_SUITE_P(Versions, SecCodecTest, ::testing::Values(2, 3));

TEST_P(SecCodecTest, WhatTheVersionLacksIsNoCapability) {
  const CapabilitySet& can = codec_->capabilities();
  const std::vector<std::string> both = {
      "aes-128-gcm", "aes-256-gcm", "aes-128-ccm", "aes-256-ccm", "aes-128-xts",
      "aes-256-xts", "aes-128-cbc", "aes-256-cbc", "sm4-xts",     "sm4-cbc"};
  const std::vector<std::string> newer = {"aes-128-ctr", "aes-256-ctr",
                                          "sm4-ctr"};
  const auto is_in = [](const std::vector<std::string>& list, Algorithm a) {
    const std::string name(Info(a).name);
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (size_t i = 0; i < kAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    SCOPED_TRACE(std::string(Info(algorithm).name));
    const Family family = Info(algorithm).family;
    const bool cipher =
        is_in(both, algorithm) || (version() > 2 && is_in(newer, algorithm));
    EXPECT_EQ(can.Has(Operation::kEncrypt, algorithm), cipher);
    EXPECT_EQ(can.Has(Operation::kDecrypt, algorithm), cipher);
    EXPECT_EQ(can.Has(Operation::kDigest, algorithm),
              family == Family::kHash || family == Family::kHmac);
    EXPECT_FALSE(can.Has(Operation::kCopy, algorithm));
    EXPECT_FALSE(can.Has(Operation::kCompress, algorithm));
    EXPECT_FALSE(can.Has(Operation::kDecompress, algorithm));
  }
}

TEST_P(SecCodecTest, BoundsAreThoseOfTheHardware) {
  const CapabilitySet& can = codec_->capabilities();
  const Capability& gcm = *can.Find(Operation::kEncrypt, Algorithm::kAes256Gcm);
  EXPECT_EQ(gcm.min_source_bytes, version() == 2 ? 1u : 0u);
  EXPECT_EQ(gcm.max_source_bytes, kMax);
  EXPECT_EQ(gcm.max_associated_data_bytes, 65'535u);
  EXPECT_EQ(gcm.min_nonce_bytes, 12u);
  EXPECT_EQ(gcm.max_nonce_bytes, 12u);
  EXPECT_FALSE(gcm.streams);
  const Capability& ccm = *can.Find(Operation::kDecrypt, Algorithm::kAes128Ccm);
  EXPECT_EQ(ccm.max_associated_data_bytes, 65'279u);
  EXPECT_EQ(ccm.min_nonce_bytes, 7u);
  EXPECT_EQ(ccm.max_nonce_bytes, 13u);
  EXPECT_EQ(can.Find(Operation::kDecrypt, Algorithm::kSm4Cbc)->max_source_bytes,
            kMax);
  const Capability& hmac =
      *can.Find(Operation::kDigest, Algorithm::kHmacSha384);
  EXPECT_EQ(hmac.max_key_bytes, 128u);
  EXPECT_EQ(hmac.min_source_bytes, version() == 2 ? 1u : 0u);
  EXPECT_TRUE(hmac.streams);
  EXPECT_EQ(can.Find(Operation::kDigest, Algorithm::kHmacSm3)->max_key_bytes,
            64u);
}

TEST_P(SecCodecTest, CiphersAreThoseOfTheCpu) {
  for (const Algorithm algorithm : Having(Family::kCipher)) {
    for (const size_t bytes : {16, 17, 31, 32, 33, 100, 4'096, 70'001}) {
      SCOPED_TRACE(std::string(Info(algorithm).name) + " of " +
                   std::to_string(bytes));
      ContractWork work(
          Operation::kEncrypt, algorithm,
          RandomBytes(IsCbc(algorithm) ? bytes & ~size_t{15} : bytes,
                      static_cast<uint32_t>(bytes)));
      ThereAndBack(work);
    }
  }
  EXPECT_EQ(device_.lists(), 0);
}

TEST_P(SecCodecTest, AnOverflowingCounterCarriesThroughAllOfIt) {
  if (version() == 2) return;
  ContractWork work(Operation::kEncrypt, Algorithm::kAes128Ctr,
                    RandomBytes(100, 1));
  const std::vector<uint8_t> counter(16, 0xff);
  work.request.nonce = counter;
  ThereAndBack(work);
}

TEST_P(SecCodecTest, AeadIsThatOfTheCpu) {
  const std::vector<uint8_t> associated = RandomBytes(65'279, 2);
  for (const Algorithm algorithm : Having(Family::kAead)) {
    for (const size_t associated_bytes : {0, 1, 16, 20, 65'279}) {
      for (const size_t bytes : {0, 1, 15, 16, 17, 4'096, 70'000}) {
        if (bytes == 0 && version() == 2) continue;
        SCOPED_TRACE(std::string(Info(algorithm).name) + " of " +
                     std::to_string(bytes) + " with " +
                     std::to_string(associated_bytes));
        ContractWork work(Operation::kEncrypt, algorithm,
                          RandomBytes(bytes, 3));
        work.request.associated_data =
            Bytes(associated).first(associated_bytes);
        device_.set_copies_associated_data(bytes % 2 == 0);
        ThereAndBack(work);
      }
    }
  }
}

TEST_P(SecCodecTest, EveryLengthOfTagAndNonce) {
  const std::vector<uint8_t> nonce = RandomBytes(16, 4);
  for (const Algorithm algorithm : Having(Family::kAead)) {
    const Capability& can =
        *codec_->capabilities().Find(Operation::kEncrypt, algorithm);
    for (size_t n = can.min_nonce_bytes; n <= can.max_nonce_bytes; ++n) {
      for (size_t mac_bytes = 4; mac_bytes <= 16; ++mac_bytes) {
        if (!IsMacLengthAllowed(algorithm, mac_bytes)) continue;
        SCOPED_TRACE(std::string(Info(algorithm).name) + ", nonce " +
                     std::to_string(n) + ", tag " + std::to_string(mac_bytes));
        ContractWork work(Operation::kEncrypt, algorithm, RandomBytes(99, 5));
        work.request.nonce = Bytes(nonce).first(n);
        SetMacBytes(work, mac_bytes);
        ThereAndBack(work);
      }
    }
  }
}

// Three bytes of length in B0: UADK writes two of them.
TEST_P(SecCodecTest, CcmKnowsAllOfALongLength) {
  const std::vector<uint8_t> nonce = RandomBytes(13, 6);
  for (const size_t bytes : {65'535, 65'536, 70'000}) {
    ContractWork work(Operation::kEncrypt, Algorithm::kAes128Ccm,
                      RandomBytes(bytes, 7));
    ThereAndBack(work);
    ContractWork brief(Operation::kEncrypt, Algorithm::kAes128Ccm,
                       RandomBytes(bytes, 7));
    brief.request.nonce = nonce;  // Leaves two.
    EXPECT_EQ(Compare(brief).code,
              bytes < 65'536 ? StatusCode::kOk : StatusCode::kInvalidArgument);
  }
}

TEST_P(SecCodecTest, TheLongestRequestsFit) {
  ContractWork work(Operation::kEncrypt, Algorithm::kAes256Gcm,
                    RandomBytes(kMax - 20, 8));
  ThereAndBack(work);
  EXPECT_EQ(device_.lists(), 4);
  ContractWork longer(Operation::kEncrypt, Algorithm::kAes256Gcm,
                      RandomBytes(kMax - 19, 8));
  const int executed = device_.executed();
  EXPECT_EQ(Run(longer).code, StatusCode::kUnimplemented);
  ContractWork padded(Operation::kEncrypt, Algorithm::kAes128Cbc,
                      RandomBytes(kMax, 9));
  padded.request.pkcs7_padding = true;
  padded.SetRoom(kMax + 16);
  EXPECT_EQ(Run(padded).code, StatusCode::kUnimplemented);
  EXPECT_EQ(device_.executed(), executed);
  padded.request.source = padded.request.source.first(kMax - 1);
  EXPECT_EQ(Run(padded).code, StatusCode::kOk);
}

TEST_P(SecCodecTest, PaddingGoesThereAndBack) {
  for (const Algorithm algorithm :
       {Algorithm::kAes256Cbc, Algorithm::kSm4Cbc}) {
    for (size_t bytes = 0; bytes <= 50; ++bytes) {
      SCOPED_TRACE(bytes);
      ContractWork work(Operation::kEncrypt, algorithm, RandomBytes(bytes, 10));
      work.request.pkcs7_padding = true;
      const size_t padded = bytes / 16 * 16 + 16;
      work.SetRoom(padded);
      const Ended there = Compare(work);
      ASSERT_EQ(there.output.size(), padded);
      // Every room from none to more than is needed.
      for (size_t room = 0; room <= padded + 3; ++room) {
        const auto undo = Undo(work, there.output);
        undo->SetRoom(room);
        const Ended back = Compare(*undo);
        ASSERT_EQ(back.code,
                  room < bytes ? StatusCode::kOutOfRange : StatusCode::kOk);
      }
    }
  }
}

TEST_P(SecCodecTest, WrongPaddingLeavesNoPlaintext) {
  std::vector<std::vector<uint8_t>> ends = {{}, {0}, {17}, {255}, {1, 2}, {16}};
  for (uint8_t n = 2; n <= 16; ++n) {
    ends.emplace_back(n, n);
    ends.back()[0] ^= 1;
  }
  const std::vector<uint8_t> text = TextBytes(48, 11);
  for (const auto& end : ends) {
    std::vector<uint8_t> plain = text;
    std::copy(end.begin(), end.end(), plain.end() - end.size());
    ContractWork work(Operation::kEncrypt, Algorithm::kAes128Cbc, plain);
    const Ended there = Compare(work);
    for (const size_t room : {32, 40, 48, 60}) {
      const auto undo = Undo(work, there.output);
      undo->request.pkcs7_padding = true;
      undo->SetRoom(room);
      EXPECT_EQ(Compare(*undo).code, StatusCode::kInvalidArgument);
      EXPECT_NE(std::memcmp(undo->Output(16).data(), text.data(), 16), 0);
      EXPECT_NE(std::memcmp(undo->Output(32).data() + 16, &text[16], 16), 0);
    }
  }
}

TEST_P(SecCodecTest, OddLengthsOfWholeBlocksAreInvalid) {
  for (const Operation operation : {Operation::kEncrypt, Operation::kDecrypt}) {
    ContractWork work(operation, Algorithm::kSm4Cbc, RandomBytes(31, 12));
    EXPECT_EQ(Compare(work).code, StatusCode::kInvalidArgument);
    ContractWork brief(operation, Algorithm::kAes256Xts, RandomBytes(15, 12));
    EXPECT_EQ(Compare(brief).code, StatusCode::kInvalidArgument);
  }
  ContractWork unpad(Operation::kDecrypt, Algorithm::kSm4Cbc, {});
  unpad.request.pkcs7_padding = true;
  EXPECT_EQ(Compare(unpad).code, StatusCode::kInvalidArgument);
  ContractWork weak(Operation::kEncrypt, Algorithm::kAes128Xts,
                    RandomBytes(64, 12));
  const std::vector<uint8_t> key(32, 7);
  weak.request.key = key;
  EXPECT_EQ(Compare(weak).code, StatusCode::kInvalidArgument);
  EXPECT_EQ(device_.executed(), 0);
}

TEST_P(SecCodecTest, NothingToEncryptAsksForNothing) {
  for (const Algorithm algorithm : Having(Family::kCipher)) {
    const bool xts = !IsCbc(algorithm) && Info(algorithm).key_bytes > 16 &&
                     algorithm != Algorithm::kAes256Ctr;
    if (xts) continue;
    for (const Operation operation :
         {Operation::kEncrypt, Operation::kDecrypt}) {
      const int idle = device_.idle();
      ContractWork work(operation, algorithm, {});
      EXPECT_EQ(Compare(work).code, StatusCode::kOk);
      EXPECT_EQ(device_.idle(), idle + 1);
    }
  }
}

TEST_P(SecCodecTest, DigestsAreThoseOfTheCpu) {
  std::vector<Algorithm> all = Having(Family::kHash);
  for (const Algorithm hmac : Having(Family::kHmac)) all.push_back(hmac);
  EXPECT_EQ(all.size(), 12u);
  for (const Algorithm algorithm : all) {
    for (const size_t bytes : {0, 1, 63, 64, 65, 111, 112, 128, 5'000}) {
      SCOPED_TRACE(std::string(Info(algorithm).name) + " of " +
                   std::to_string(bytes));
      ContractWork work(Operation::kDigest, algorithm, RandomBytes(bytes, 13));
      if (version() == 2 && bytes == 0) {
        EXPECT_FALSE(codec_->capabilities().Covers(work.request));
        continue;
      }
      EXPECT_EQ(Compare(work).code, StatusCode::kOk);
    }
  }
}

TEST_P(SecCodecTest, HmacKeysOfEveryLength) {
  const std::vector<uint8_t> key = RandomBytes(129, 14);
  for (const Algorithm algorithm : Having(Family::kHmac)) {
    const size_t max = codec_->capabilities()
                           .Find(Operation::kDigest, algorithm)
                           ->max_key_bytes;
    for (size_t bytes = 0; bytes <= max + 1; ++bytes) {
      SCOPED_TRACE(std::string(Info(algorithm).name) + ", key " +
                   std::to_string(bytes));
      ContractWork work(Operation::kDigest, algorithm, RandomBytes(77, 15));
      work.request.key = Bytes(key).first(bytes);
      if (bytes > max) {
        EXPECT_FALSE(codec_->capabilities().Covers(work.request));
      } else {
        EXPECT_EQ(Compare(work).code, StatusCode::kOk);
      }
    }
  }
}

TEST_P(SecCodecTest, ATooSmallDestinationIsSeenBeforeTheDevice) {
  for (const Family family :
       {Family::kAead, Family::kCipher, Family::kHash, Family::kHmac}) {
    for (const Algorithm algorithm : Having(family)) {
      SCOPED_TRACE(std::string(Info(algorithm).name));
      const bool digest = Info(algorithm).digest_bytes > 0;
      ContractWork work(digest ? Operation::kDigest : Operation::kEncrypt,
                        algorithm, RandomBytes(96, 16));
      const size_t needed = digest ? Info(algorithm).digest_bytes : 96;
      work.SetRoom(needed - 1);
      EXPECT_EQ(Run(work).code, StatusCode::kOutOfRange);
      if (digest) continue;
      ContractWork undo(Operation::kDecrypt, algorithm, RandomBytes(96, 16));
      undo.SetRoom(95);
      EXPECT_EQ(Run(undo).code, StatusCode::kOutOfRange);
    }
  }
  EXPECT_EQ(device_.executed(), 0);
}

}  // namespace
}  // namespace uacced::hw::hisi
