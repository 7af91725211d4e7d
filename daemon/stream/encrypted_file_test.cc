#include "daemon/stream/encrypted_file.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/test_data.h"

namespace uacced {
namespace {

using Data = std::vector<uint8_t>;

FileHeader Header() {
  FileHeader header;
  header.algorithm = hw::Algorithm::kAes256Gcm;
  header.key = "backup";
  header.key_version = 3;
  header.chunk_bytes = 65'536;
  for (size_t i = 0; i < header.salt.size(); ++i) {
    header.salt[i] = static_cast<uint8_t>(i);
  }
  return header;
}

TEST(EncryptedFileTest, HeaderStandsAsDocumented) {
  const Data expected = hw::FromHex(
      "55414343"
      "01"
      "0b"
      "6165732d3235362d67636d"
      "06"
      "6261636b7570"
      "00000003"
      "00010000"
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  EXPECT_EQ(SerializeFileHeader(Header()), expected);
}

TEST(EncryptedFileTest, HeaderComesBackAsItWasWritten) {
  FileHeader longest = Header();
  longest.algorithm = hw::Algorithm::kChaCha20Poly1305;
  longest.key = std::string(64, 'k');
  for (const FileHeader& header : {Header(), longest}) {
    const Data bytes = SerializeFileHeader(header);
    ASSERT_LE(bytes.size(), kMaxFileHeaderBytes);
    const auto parsed = ParseFileHeader(bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->algorithm, header.algorithm);
    EXPECT_EQ(parsed->key, header.key);
    EXPECT_EQ(parsed->key_version, header.key_version);
    EXPECT_EQ(parsed->chunk_bytes, header.chunk_bytes);
    EXPECT_EQ(parsed->salt, header.salt);
  }
}

// A reader that takes only what is asked for never takes a byte of a chunk.
TEST(EncryptedFileTest, AsksForTheHeaderAndNoMore) {
  Data file = SerializeFileHeader(Header());
  const size_t header_bytes = file.size();
  file.insert(file.end(), 100, 0xee);
  size_t seen = 0;
  for (;;) {
    const size_t needed = FileHeaderBytesNeeded(hw::Bytes(file).first(seen));
    ASSERT_GE(needed, seen);
    if (needed == seen) break;
    seen = needed;
  }
  EXPECT_EQ(seen, header_bytes);
}

TEST(EncryptedFileTest, RefusesAHeaderThatIsCutOrWrong) {
  const Data whole = SerializeFileHeader(Header());
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    EXPECT_FALSE(ParseFileHeader(hw::Bytes(whole).first(bytes)).ok()) << bytes;
  }
  Data longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(ParseFileHeader(longer).ok());
  const auto refuses = [](auto change) {
    FileHeader header = Header();
    change(header);
    return !ParseFileHeader(SerializeFileHeader(header)).ok();
  };
  EXPECT_TRUE(refuses([](FileHeader& h) { h.key.clear(); }));
  EXPECT_TRUE(refuses([](FileHeader& h) { h.key = std::string(65, 'k'); }));
  EXPECT_TRUE(refuses([](FileHeader& h) { h.key_version = 0; }));
  EXPECT_TRUE(refuses([](FileHeader& h) { h.chunk_bytes = 4095; }));
  EXPECT_TRUE(refuses([](FileHeader& h) { h.chunk_bytes = 4'194'305; }));
  EXPECT_TRUE(
      refuses([](FileHeader& h) { h.algorithm = hw::Algorithm::kAes256Ctr; }));
}

// Whatever comes: no read past the end, and no asking for more than a header.
TEST(EncryptedFileTest, AnyBytesAreBounded) {
  for (uint32_t seed = 0; seed < 2000; ++seed) {
    Data bytes = hw::RandomBytes(1 + seed % 160, seed);
    const Data good = SerializeFileHeader(Header());
    std::copy_n(good.begin(), std::min(bytes.size(), size_t{5}), bytes.begin());
    EXPECT_LE(FileHeaderBytesNeeded(bytes),
              std::max(bytes.size(), kMaxFileHeaderBytes));
    ParseFileHeader(bytes).IgnoreError();
  }
}

// Computed with Python's cryptography: HKDF(SHA256, 39, salt, info=header).
TEST(EncryptedFileTest, KeyAndNonceAreThoseOfRfc5869) {
  const Data header = SerializeFileHeader(Header());
  const Data key(32, 0x42);
  const auto file_key = FileKey::Derive(hw::Algorithm::kAes256Gcm, key, header);
  ASSERT_TRUE(file_key.ok());
  const hw::Bytes bytes = (*file_key)->bytes();
  EXPECT_EQ(
      Data(bytes.begin(), bytes.end()),
      hw::FromHex(
          "0a0a9826f8da96b33801d2f7f50878c7cfce662fbdd122943b04733b70236201"));
  const auto nonce = (*file_key)->Nonce(0x01020304, false);
  EXPECT_EQ(Data(nonce.begin(), nonce.end()), hw::FromHex("ae23cfc5c2e5a9"
                                                          "01020304"
                                                          "00"));
  EXPECT_EQ((*file_key)->Nonce(0x01020304, true).back(), 1);
}

TEST(EncryptedFileTest, EveryByteOfTheHeaderChangesTheKey) {
  const Data header = SerializeFileHeader(Header());
  const Data key(32, 0x42);
  const auto right = FileKey::Derive(hw::Algorithm::kAes256Gcm, key, header);
  ASSERT_TRUE(right.ok());
  for (size_t i = 0; i < header.size(); ++i) {
    Data changed = header;
    changed[i] ^= 1;
    const auto other = FileKey::Derive(hw::Algorithm::kAes256Gcm, key, changed);
    ASSERT_TRUE(other.ok());
    EXPECT_FALSE(std::ranges::equal((*right)->bytes(), (*other)->bytes()));
    EXPECT_NE((*right)->Nonce(0, true), (*other)->Nonce(0, true));
  }
}

TEST(EncryptedFileTest, ExtendedNonceKeysDoChunksWithPlainGcm) {
  const Data header = SerializeFileHeader(Header());
  const auto key =
      FileKey::Derive(hw::Algorithm::kXaes256Gcm, Data(32, 1), header);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ((*key)->chunk_algorithm(), hw::Algorithm::kAes256Gcm);
  EXPECT_EQ((*key)->bytes().size(), 32u);
}

}  // namespace
}  // namespace uacced
