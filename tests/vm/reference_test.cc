// The libraries that accelerators are compared with, as this folder calls them:
// they have to agree with themselves, each other and published answers.
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "hw/test_data.h"
#include "tests/vm/reference_crypto.h"
#include "tests/vm/reference_deflate.h"

namespace uacced::vm {
namespace {

std::string Text(size_t bytes) {
  const std::vector<uint8_t> text = hw::TextBytes(bytes, 1);
  return std::string(text.begin(), text.end());
}

std::string Key(size_t bytes) {
  const std::vector<uint8_t> key = hw::RandomBytes(bytes, 7);
  return std::string(key.begin(), key.end());
}

TEST(ReferenceDeflateTest, BothReadWhatBothWrite) {
  for (const auto format :
       {v1::COMPRESSION_FORMAT_GZIP, v1::COMPRESSION_FORMAT_ZLIB,
        v1::COMPRESSION_FORMAT_DEFLATE}) {
    for (const size_t bytes : {0, 1, 100'000}) {
      const std::string text = Text(bytes);
      for (const std::string& packed : {ZlibCompress(format, 6, text),
                                        LibdeflateCompress(format, 6, text)}) {
        EXPECT_EQ(ZlibDecompress(format, packed, bytes), text);
        EXPECT_EQ(LibdeflateDecompress(format, packed, bytes), text);
      }
    }
  }
  EXPECT_EQ(ZlibDecompress(v1::COMPRESSION_FORMAT_GZIP,
                           ZlibCompressWithName("text"), 4),
            "text");
}

TEST(ReferenceDeflateTest, RefusesWhatIsNotOneWholeStream) {
  const auto format = v1::COMPRESSION_FORMAT_GZIP;
  const std::string packed = ZlibCompress(format, 6, "text");
  std::string damaged = packed;
  damaged[packed.size() - 5] ^= 1;
  for (const std::string& bad :
       {std::string(), packed.substr(0, packed.size() - 1), packed + "x",
        damaged}) {
    EXPECT_EQ(ZlibDecompress(format, bad, 4), std::nullopt);
    EXPECT_EQ(LibdeflateDecompress(format, bad, 4), std::nullopt);
  }
  for (const size_t bytes : {3, 5}) {
    EXPECT_EQ(ZlibDecompress(format, packed, bytes), std::nullopt);
    EXPECT_EQ(LibdeflateDecompress(format, packed, bytes), std::nullopt);
  }
}

TEST(ReferenceCryptoTest, OpensWhatItSealsAndNothingElse) {
  for (const CipherKind& kind : CipherKinds()) {
    const std::string key = Key(kind.key_bytes), nonce = Key(kind.nonce_bytes);
    const std::string associated = kind.authenticated ? "with it" : "";
    for (const size_t bytes : {0, 16, 1000, 1001}) {
      if (bytes < kind.min_bytes) continue;
      SCOPED_TRACE(kind.name);
      Sealed sealed = Seal(kind, key, nonce, associated, Text(bytes));
      EXPECT_EQ(Open(kind, key, nonce, associated, sealed), Text(bytes));
      EXPECT_EQ(sealed.tag.size(), kind.authenticated ? 16u : 0u);
      if (!kind.authenticated) continue;
      EXPECT_EQ(Open(kind, key, nonce, "without", sealed), std::nullopt);
      sealed.tag[0] ^= 1;
      EXPECT_EQ(Open(kind, key, nonce, associated, sealed), std::nullopt);
    }
  }
}

TEST(ReferenceCryptoTest, KnowsPublishedAnswers) {
  // FIPS 180-4's example; RFC 4231, case 2; SP 800-38D, case 2.
  EXPECT_EQ(absl::BytesToHexString(Digest(HashKinds()[2], "abc")),
            "ba7816bf8f01cfea414140de5dae2223"
            "b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(absl::BytesToHexString(
                Hmac(HashKinds()[2], "Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c7"
            "5a003f089d2739839dec58b964ec3843");
  const std::string zeros(16, '\0');
  const Sealed sealed =
      Seal(CipherKinds()[0], zeros, zeros.substr(0, 12), "", zeros);
  EXPECT_EQ(absl::BytesToHexString(sealed.ciphertext),
            "0388dace60b6a392f328c2b971b2fe78");
  EXPECT_EQ(absl::BytesToHexString(sealed.tag),
            "ab6e47d42cec13bdf53a67b21257bddf");
}

}  // namespace
}  // namespace uacced::vm
