#include "client/cli/names.h"

#include <string>

#include "gtest/gtest.h"
#include "hw/algorithm.h"

namespace uacced::cli {
namespace {

TEST(NamesTest, EveryValueOfTheApiHasANameThatLeadsBack) {
  for (int value = 1; value <= v1::CompressionFormat_MAX; ++value) {
    const auto format = static_cast<v1::CompressionFormat>(value);
    EXPECT_EQ(FormatByName(Name(format)), format);
  }
  for (int value = 1; value <= v1::CipherAlgorithm_MAX; ++value) {
    const auto cipher = static_cast<v1::CipherAlgorithm>(value);
    EXPECT_EQ(CipherByName(Name(cipher)), cipher);
    EXPECT_GT(NonceBytes(cipher), 0u);
  }
}

TEST(NamesTest, SpotChecksAgainstTheApi) {
  EXPECT_EQ(FormatByName("zstd"), v1::COMPRESSION_FORMAT_ZSTD);
  EXPECT_EQ(CipherByName("aes-128-xts"), v1::CIPHER_ALGORITHM_AES_128_XTS);
  EXPECT_EQ(CipherByName("sm4-xts"), v1::CIPHER_ALGORITHM_SM4_XTS);
  EXPECT_EQ(HashByName("sha384"), v1::HASH_ALGORITHM_SHA384);
  EXPECT_EQ(HmacByName("hmac-sha1"), v1::HASH_ALGORITHM_SHA1);
  v1::Key key;
  EXPECT_EQ(AlgorithmName(key), "unknown");
  key.set_hmac(v1::HASH_ALGORITHM_SHA512);
  EXPECT_EQ(AlgorithmName(key), "hmac-sha512");
}

TEST(NamesTest, ModesAndFaultsHaveNames) {
  EXPECT_EQ(ModeByName("hardware-only"), v1::EXECUTION_MODE_HARDWARE_ONLY);
  EXPECT_EQ(ModeByName("prefer-hardware"), v1::EXECUTION_MODE_PREFER_HARDWARE);
  EXPECT_EQ(ModeByName("balanced"), v1::EXECUTION_MODE_BALANCED);
  EXPECT_EQ(ModeByName("software-only"), v1::EXECUTION_MODE_SOFTWARE_ONLY);
  for (const char* other : {"", "unspecified", "Balanced", "hardware_only"}) {
    EXPECT_FALSE(ModeByName(other)) << other;
    EXPECT_FALSE(FaultByName(other)) << other;
  }
  for (int kind = 1; kind <= v1::Fault::Kind_MAX; ++kind) {
    const auto fault = static_cast<v1::Fault::Kind>(kind);
    EXPECT_EQ(FaultByName(Name(fault)), fault);
  }
  EXPECT_EQ(Name(v1::Fault::LOSE_COMPLETION), "lose-completion");
  EXPECT_EQ(Name(v1::Fault::KIND_UNSPECIFIED), "unknown");
}

TEST(NamesTest, OthersNamesAreNone) {
  EXPECT_FALSE(FormatByName("none"));
  EXPECT_FALSE(FormatByName(""));
  EXPECT_FALSE(CipherByName("gzip"));
  EXPECT_FALSE(CipherByName("AES-256-GCM"));
  EXPECT_FALSE(HashByName("hmac-sha256"));
  EXPECT_FALSE(HmacByName("sha256"));
  EXPECT_EQ(Name(static_cast<v1::CipherAlgorithm>(99)), "unknown");
  EXPECT_EQ(NonceBytes(static_cast<v1::CipherAlgorithm>(-1)), 0u);
}

TEST(NamesTest, OnlyAeadIsAuthenticated) {
  EXPECT_TRUE(IsAuthenticated(v1::CIPHER_ALGORITHM_AES_128_GCM));
  EXPECT_TRUE(IsAuthenticated(v1::CIPHER_ALGORITHM_CHACHA20_POLY1305));
  EXPECT_FALSE(IsAuthenticated(v1::CIPHER_ALGORITHM_AES_128_XTS));
  EXPECT_FALSE(IsAuthenticated(v1::CIPHER_ALGORITHM_SM4_CBC));
  EXPECT_FALSE(IsAuthenticated(v1::CIPHER_ALGORITHM_UNSPECIFIED));
}

TEST(NamesTest, KeyNamesAreThoseOfTheApi) {
  EXPECT_TRUE(IsKeyName("k1"));
  EXPECT_TRUE(IsKeyName("A.b_c-9"));
  EXPECT_TRUE(IsKeyName(std::string(64, 'x')));
  for (const char* bad : {"", ".k", "-k", "a b", "a/b", "k\n", "\xc3\xa4"}) {
    EXPECT_FALSE(IsKeyName(bad)) << bad;
  }
  EXPECT_FALSE(IsKeyName(std::string(65, 'x')));
}

}  // namespace
}  // namespace uacced::cli
