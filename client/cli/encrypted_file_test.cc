#include "client/cli/encrypted_file.h"

#include <random>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

EncryptedFile Sample() {
  return {
      "aes-256-gcm", "backup", std::string(12, 'n'), std::string(16, 't'), {}};
}

// The bytes of the documented format, written by hand.
std::string SampleBytes() {
  return absl::StrCat(absl::string_view("UACC\x00\x0b"
                                        "aes-256-gcm\x06"
                                        "backup\x0c",
                                        25),
                      std::string(12, 'n'), "\x10", std::string(16, 't'));
}

TEST(EncryptedFileTest, HeaderIsTheDocumentedBytes) {
  EXPECT_EQ(SerializeHeader(Sample()), SampleBytes());
  EXPECT_EQ(AssociatedData("aes-256-gcm", "backup"),
            SampleBytes().substr(0, 24));
}

TEST(EncryptedFileTest, ParsesWhatItSerialized) {
  const std::string bytes = absl::StrCat(SampleBytes(), "ciphertext");
  const auto file = ParseEncryptedFile(bytes);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->algorithm, "aes-256-gcm");
  EXPECT_EQ(file->key, "backup");
  EXPECT_EQ(file->nonce, std::string(12, 'n'));
  EXPECT_EQ(file->tag, std::string(16, 't'));
  EXPECT_EQ(file->ciphertext, "ciphertext");
}

TEST(EncryptedFileTest, EmptyCiphertextAndUnauthenticatedAreFine) {
  const auto empty = ParseEncryptedFile(SampleBytes());
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(empty->ciphertext, "");
  EXPECT_TRUE(
      ParseEncryptedFile(
          SerializeHeader({"aes-256-ctr", "k", std::string(16, 'n'), "", {}}))
          .ok());
}

TEST(EncryptedFileTest, EveryTruncationOfTheHeaderIsRefused) {
  const std::string bytes = SampleBytes();
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(ParseEncryptedFile(bytes.substr(0, length)).status().code(),
              absl::StatusCode::kInvalidArgument)
        << length;
  }
}

TEST(EncryptedFileTest, OtherVersionsAreNamed) {
  std::string bytes = SampleBytes();
  bytes[4] = '\xff';
  EXPECT_TRUE(absl::StrContains(ParseEncryptedFile(bytes).status().message(),
                                "version 255"));
}

TEST(EncryptedFileTest, TheHeadTellsVersionAndAlgorithm) {
  const auto old = ParseEncryptedFileHead(std::string("UACC\0", 5));
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(old->version, 0);
  const auto head = ParseEncryptedFileHead("UACC\1\13aes-256-gcm\1k");
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->version, 1);
  EXPECT_EQ(head->algorithm, "aes-256-gcm");
  for (const char* const bad :
       {"", "UACC", "UACC\1", "UACC\1\13aes-256-gc", "UACC\1\6sha256",
        "UACC\1\4none", "UACC\2", "uacc\1"}) {
    EXPECT_FALSE(ParseEncryptedFileHead(bad).ok()) << bad;
  }
}

TEST(EncryptedFileTest, FieldsThatNoAlgorithmAllowsAreRefused) {
  const auto refused = [](const EncryptedFile& file) {
    return !ParseEncryptedFile(SerializeHeader(file)).ok();
  };
  EncryptedFile file = Sample();
  file.algorithm = "sha256";
  EXPECT_TRUE(refused(file));
  file = Sample();
  file.algorithm = "none";
  EXPECT_TRUE(refused(file));
  file = Sample();
  file.key = "../x";
  EXPECT_TRUE(refused(file));
  file = Sample();
  file.key = std::string(65, 'k');
  EXPECT_TRUE(refused(file));
  file = Sample();
  file.nonce = "";
  EXPECT_TRUE(refused(file));
  file = Sample();
  file.nonce = std::string(129, 'n');
  EXPECT_TRUE(refused(file));
  file = Sample();
  file.tag = "short";
  EXPECT_TRUE(refused(file));
  file = Sample();
  file.algorithm = "aes-256-ctr";  // 12 bytes of nonce, and a tag
  EXPECT_TRUE(refused(file));
}

TEST(EncryptedFileTest, RandomBytesNeverHarm) {
  std::minstd_rand random(1);
  for (int i = 0; i < 100'000; ++i) {
    std::string bytes = SampleBytes();
    for (int flips = 0; flips < 3; ++flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    bytes.resize(random() % (bytes.size() + 1));
    const auto file = ParseEncryptedFile(bytes);
    if (!file.ok()) continue;
    // What parses is in its limits, and it is the same bytes again.
    ASSERT_LE(SerializeHeader(*file).size(), kMaxEncryptedHeaderBytes);
    ASSERT_EQ(absl::StrCat(SerializeHeader(*file), file->ciphertext), bytes);
  }
}

}  // namespace
}  // namespace uacced::cli
