#include "hw/algorithm.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace uacced::hw {
namespace {

TEST(AlgorithmTest, NamesAreUniqueAndFoundAgain) {
  std::set<std::string> names;
  for (size_t i = 1; i < kAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    EXPECT_TRUE(names.emplace(Info(algorithm).name).second);
    EXPECT_EQ(AlgorithmByName(Info(algorithm).name), algorithm);
  }
  EXPECT_EQ(AlgorithmByName("rot13"), Algorithm::kNone);
  EXPECT_EQ(AlgorithmByName(""), Algorithm::kNone);
}

TEST(AlgorithmTest, TableAndEnumAgree) {
  EXPECT_EQ(Info(Algorithm::kLz4).name, "lz4");
  EXPECT_EQ(Info(Algorithm::kSm4Cbc).name, "sm4-cbc");
  EXPECT_EQ(Info(Algorithm::kXaes256Gcm).name, "xaes-256-gcm");
  EXPECT_EQ(Info(Algorithm::kXaes256Gcm).key_bytes, 32);
  EXPECT_EQ(Info(Algorithm::kXaes256Gcm).nonce_bytes, 24);
  EXPECT_EQ(Info(Algorithm::kSm3).name, "sm3");
  EXPECT_EQ(Info(Algorithm::kHmacSm3).name, "hmac-sm3");
}

TEST(AlgorithmTest, HmacAndHashNameEachOther) {
  for (size_t i = 0; i < kAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    if (Info(algorithm).family != Family::kHmac) continue;
    const Algorithm hash = HashOfHmac(algorithm);
    EXPECT_EQ(Info(hash).family, Family::kHash);
    EXPECT_EQ(HmacOfHash(hash), algorithm);
    EXPECT_EQ(Info(hash).digest_bytes, Info(algorithm).digest_bytes);
    EXPECT_EQ("hmac-" + std::string(Info(hash).name), Info(algorithm).name);
  }
}

TEST(AlgorithmTest, ShortTagsAreNotOffered) {
  EXPECT_FALSE(IsMacLengthAllowed(Algorithm::kAes256Gcm, 11));
  EXPECT_TRUE(IsMacLengthAllowed(Algorithm::kAes256Gcm, 12));
  EXPECT_FALSE(IsMacLengthAllowed(Algorithm::kAes256Gcm, 17));
  EXPECT_FALSE(IsMacLengthAllowed(Algorithm::kAes128Ccm, 6));
  EXPECT_FALSE(IsMacLengthAllowed(Algorithm::kAes128Ccm, 9));
  EXPECT_TRUE(IsMacLengthAllowed(Algorithm::kAes128Ccm, 8));
  EXPECT_FALSE(IsMacLengthAllowed(Algorithm::kChaCha20Poly1305, 12));
  EXPECT_FALSE(IsMacLengthAllowed(Algorithm::kXaes256Gcm, 12));
  EXPECT_TRUE(IsMacLengthAllowed(Algorithm::kXaes256Gcm, 16));
  EXPECT_FALSE(IsMacLengthAllowed(Algorithm::kAes128Ctr, 16));
}

}  // namespace
}  // namespace uacced::hw
