#include "daemon/keys/sealed_format.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace uacced {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

KeyEncryptionKey MakeKey(char fill) {
  const TemporaryFolder folder;
  return *KeyEncryptionKey::FromFile(
      folder.Write("kek", std::string(32, fill)));
}

// A sealed body of 100 bytes, 0, 1, 2, ...
std::vector<uint8_t> Sealed(const KeyEncryptionKey& key) {
  std::vector<uint8_t> image(100 + kSealedOverheadBytes);
  for (uint8_t i = 0; i < 100; ++i) image[kSealedHeaderBytes + i] = i;
  EXPECT_TRUE(Seal(key, image).ok());
  return image;
}

TEST(SealedFormatTest, OpensToWhatWasSealed) {
  const KeyEncryptionKey key = MakeKey('k');
  std::vector<uint8_t> image = Sealed(key);
  const std::string head(image.begin(), image.begin() + 8);
  EXPECT_EQ(head, "UACCKEYS");
  const auto body = Unseal(key, image);
  ASSERT_TRUE(body.ok()) << body.status();
  ASSERT_EQ(body->size(), 100u);
  for (uint8_t i = 0; i < 100; ++i) EXPECT_EQ((*body)[i], i);
}

TEST(SealedFormatTest, AnEmptyBodyOpensToo) {
  const KeyEncryptionKey key = MakeKey('k');
  std::vector<uint8_t> image(kSealedOverheadBytes);
  ASSERT_TRUE(Seal(key, image).ok());
  const auto body = Unseal(key, image);
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_TRUE(body->empty());
}

TEST(SealedFormatTest, NoTwoSealingsShareAKeyOrShowTheBody) {
  const KeyEncryptionKey key = MakeKey('k');
  const std::vector<uint8_t> one = Sealed(key), two = Sealed(key);
  int same = 0;
  int clear = 0;
  for (size_t i = 0; i < 100; ++i) {
    same += one[kSealedHeaderBytes + i] == two[kSealedHeaderBytes + i];
    clear += one[kSealedHeaderBytes + i] == i;
  }
  EXPECT_LT(same, 12);
  EXPECT_LT(clear, 12);
}

TEST(SealedFormatTest, EveryBitFlippedIsRefused) {
  const KeyEncryptionKey key = MakeKey('k');
  const std::vector<uint8_t> sealed = Sealed(key);
  for (size_t at = 0; at < sealed.size(); ++at) {
    for (const uint8_t bit : {0x01, 0x80}) {
      std::vector<uint8_t> image = sealed;
      image[at] ^= bit;
      EXPECT_FALSE(Unseal(key, image).ok()) << at;
    }
  }
}

TEST(SealedFormatTest, EveryTruncationAndExtensionIsRefused) {
  const KeyEncryptionKey key = MakeKey('k');
  const std::vector<uint8_t> sealed = Sealed(key);
  for (size_t size = 0; size < sealed.size(); ++size) {
    std::vector<uint8_t> image(sealed.begin(), sealed.begin() + size);
    const auto body = Unseal(key, image);
    EXPECT_EQ(body.status().code(), StatusCode::kDataLoss) << size;
  }
  std::vector<uint8_t> image = sealed;
  image.push_back(0);
  EXPECT_THAT(std::string(Unseal(key, image).status().message()),
              HasSubstr("trailing"));
}

TEST(SealedFormatTest, SaysWhatIsWrong) {
  const KeyEncryptionKey key = MakeKey('k');
  const std::vector<uint8_t> sealed = Sealed(key);
  const auto error_of = [&](size_t at, const KeyEncryptionKey& with) {
    std::vector<uint8_t> image = sealed;
    if (at < image.size()) image[at] ^= 2;
    return Unseal(with, image).status().ToString();
  };
  EXPECT_THAT(error_of(0, key), HasSubstr("DATA_LOSS: it is not a key store"));
  EXPECT_THAT(error_of(11, key), HasSubstr("has format version 3"));
  EXPECT_THAT(error_of(99999, MakeKey('x')),
              HasSubstr("FAILED_PRECONDITION: the key-encryption key is not"));
  EXPECT_THAT(error_of(kSealedHeaderBytes, key),
              HasSubstr("DATA_LOSS: its contents were changed"));
  EXPECT_THAT(error_of(sealed.size() - 1, key),
              HasSubstr("DATA_LOSS: its contents were changed"));
}

}  // namespace
}  // namespace uacced
