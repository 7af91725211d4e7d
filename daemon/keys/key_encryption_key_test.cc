#include "daemon/keys/key_encryption_key.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace uacced {
namespace {

using testing::HasSubstr;

constexpr char kHex[] =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1F";

std::string Raw() {
  std::string raw;
  for (char c = 0; c < 32; ++c) raw.push_back(c);
  return raw;
}

std::string Text(const KeyEncryptionKey& key) {
  return {key.bytes().begin(), key.bytes().end()};
}

std::string ErrorOf(const absl::StatusOr<KeyEncryptionKey>& key) {
  return key.ok() ? "no error" : std::string(key.status().message());
}

TEST(KeyEncryptionKeyTest, RawAndHexadecimalFormsAreTheSameKey) {
  const TemporaryFolder folder;
  for (const std::string& content :
       {Raw(), std::string(kHex), std::string(kHex) + "\n"}) {
    const auto key =
        KeyEncryptionKey::FromFile(folder.Write("kek", content, 0400));
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(Text(*key), Raw());
  }
}

TEST(KeyEncryptionKeyTest, OtherLengthsAndCharactersAreRefused) {
  const TemporaryFolder folder;
  const std::string hex = kHex;
  for (const std::string& content :
       {std::string(), Raw().substr(1), Raw() + "\n", hex.substr(1),
        hex + "\n\n", hex + " ", hex + "00", std::string(4096, 'a')}) {
    EXPECT_THAT(
        ErrorOf(KeyEncryptionKey::FromFile(folder.Write("kek", content))),
        HasSubstr("exactly 32 bytes, or 64 hexadecimal digits"))
        << content.size();
  }
  for (const size_t at : {0, 1, 31, 63}) {
    std::string wrong = hex;
    wrong[at] = 'g';
    EXPECT_THAT(ErrorOf(KeyEncryptionKey::FromFile(folder.Write("kek", wrong))),
                HasSubstr("not hexadecimal digits"));
  }
}

TEST(KeyEncryptionKeyTest, AFileThatOthersMayUseIsRefused) {
  const TemporaryFolder folder;
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0601, 0666}) {
    EXPECT_THAT(
        ErrorOf(KeyEncryptionKey::FromFile(folder.Write("kek", kHex, mode))),
        HasSubstr("chmod 600"))
        << mode;
  }
}

TEST(KeyEncryptionKeyTest, AFileOfSomebodyElseIsRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("kek", kHex);
  if (chown(path.c_str(), 12345, 12345) != 0) {
    GTEST_SKIP() << "only root can give files away";
  }
  EXPECT_THAT(ErrorOf(KeyEncryptionKey::FromFile(path)),
              HasSubstr("belongs to user 12345"));
}

TEST(KeyEncryptionKeyTest, WhatIsNoFileIsRefused) {
  const TemporaryFolder folder;
  const std::string none = folder.path() + "/none";
  EXPECT_EQ(KeyEncryptionKey::FromFile(none).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_THAT(ErrorOf(KeyEncryptionKey::FromFile(none)), HasSubstr(none));
  const std::string fifo = folder.path() + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& path : {fifo, folder.path()}) {
    EXPECT_THAT(ErrorOf(KeyEncryptionKey::FromFile(path)),
                HasSubstr("not a regular file"));
  }
}

TEST(KeyEncryptionKeyTest, ACredentialComesFromItsFolder) {
  const TemporaryFolder folder;
  // systemd lets us in by an access control list, which shows as the group.
  folder.Write("kek", kHex, 0440);
  setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  const auto key = KeyEncryptionKey::FromCredential("kek");
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(Text(*key), Raw());
  EXPECT_EQ(KeyEncryptionKey::FromCredential("other").status().code(),
            absl::StatusCode::kNotFound);
  unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_THAT(ErrorOf(KeyEncryptionKey::FromCredential("kek")),
              HasSubstr("LoadCredential="));
}

}  // namespace
}  // namespace uacced
