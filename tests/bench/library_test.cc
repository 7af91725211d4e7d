#include "tests/bench/library.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace uacced::bench {
namespace {

std::string Text() {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

TEST(LibraryTest, GzipOutputRestores) {
  const std::string text = Text();
  for (const auto& codec :
       {NewIsalGzip(1, text.size()), NewLibdeflateGzip(6, text.size())}) {
    for (int repeat = 0; repeat < 2; ++repeat) {
      const std::string output(codec->Run(text));
      EXPECT_LT(output.size(), text.size() / 2);
      EXPECT_TRUE(GzipRestores(output, text));
      EXPECT_FALSE(GzipRestores(output, text + "x"));
      EXPECT_FALSE(GzipRestores(output, text.substr(1)));
    }
  }
}

TEST(LibraryTest, ZstdOutputRestores) {
  const std::string text = Text();
  const std::unique_ptr<LibraryCodec> codec = NewZstd(3, text.size());
  const std::string output(codec->Run(text));
  EXPECT_LT(output.size(), text.size() / 2);
  EXPECT_TRUE(ZstdRestores(output, text));
  EXPECT_FALSE(ZstdRestores(output, text.substr(1)));
}

// GCM test case 13 and 14 of the specification by McGrew and Viega: key,
// nonce and plaintext are zeros.
TEST(LibraryTest, Aes256GcmRestoresTheSpecificationsVector) {
  const std::string key(32, '\0');
  const std::string nonce(12, '\0');
  const std::string ciphertext =
      absl::HexStringToBytes("cea7403d4d606b6e074ec5d3baf39d18");
  const std::string tag =
      absl::HexStringToBytes("d0d1c8a799996bf0265b98b5d48ab919");
  const std::string plaintext(16, '\0');
  EXPECT_TRUE(Aes256GcmRestores(key, nonce, tag, ciphertext, plaintext));
  EXPECT_FALSE(Aes256GcmRestores(key, nonce, std::string(16, 'x'), ciphertext,
                                 plaintext));
  EXPECT_FALSE(Aes256GcmRestores(key, nonce, tag, ciphertext, "other"));
}

TEST(LibraryTest, Aes256GcmUsesANewNonceForEachBlock) {
  const std::string text = Text();
  const std::unique_ptr<LibraryCodec> codec =
      NewAes256Gcm(std::string(32, 'k'), text.size());
  const std::string first(codec->Run(text));
  const std::string second(codec->Run(text));
  EXPECT_EQ(first.size(), text.size());
  EXPECT_EQ(second.size(), text.size());
  EXPECT_NE(first, second);
}

// FIPS 180-4's example.
TEST(LibraryTest, Sha256OfAbc) {
  EXPECT_EQ(absl::BytesToHexString(NewSha256()->Run("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace uacced::bench
