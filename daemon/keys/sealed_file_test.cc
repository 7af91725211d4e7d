#include "daemon/keys/sealed_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace uacced {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

class SealedFileTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<SealedFile>> Open(
      absl::Duration lock_wait = absl::ZeroDuration()) {
    return SealedFile::Open(folder_.path() + "/store", Key(), lock_wait);
  }
  KeyEncryptionKey Key() {
    return *KeyEncryptionKey::FromFile(
        folder_.Write("kek", std::string(32, 'k')));
  }
  absl::Status Write(SealedFile& file, const std::string& body) {
    const auto image = SealedFile::NewImage(body.size());
    std::copy(body.begin(), body.end(), SealedFile::BodyOf(*image).begin());
    return file.Write(*image);
  }
  // The body, or the error.
  std::string Read(const SealedFile& file, size_t max_body_bytes = 1000) {
    const auto contents = file.Read(max_body_bytes);
    if (!contents.ok()) return contents.status().ToString();
    if (!contents->has_value()) return "no file";
    const hw::Bytes body = (*contents)->body;
    return {body.begin(), body.end()};
  }

  const TemporaryFolder folder_;
};

TEST_F(SealedFileTest, IsReadAsItWasWritten) {
  {
    const auto file = Open();
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ(Read(**file), "no file");
    EXPECT_FALSE(folder_.Has("store"));
    ASSERT_TRUE(Write(**file, "one").ok());
    ASSERT_TRUE(Write(**file, "two and more").ok());
    EXPECT_EQ(Read(**file), "two and more");
  }
  const auto file = Open();
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Read(**file), "two and more");
  struct stat info;
  ASSERT_EQ(stat((folder_.path() + "/store").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  EXPECT_FALSE(folder_.Has("store.tmp"));
}

TEST_F(SealedFileTest, ACrashBeforeTheRenameLeavesTheOldAndIsCleanedUp) {
  const auto file = Open();
  ASSERT_TRUE(Write(**file, "old").ok());
  for (const std::string& left : {std::string(), std::string("UACCKEYS\0", 9),
                                  folder_.Read("store").substr(0, 80)}) {
    folder_.Write("store.tmp", left);
    EXPECT_EQ(Read(**file), "old");
    ASSERT_TRUE(Write(**file, "old").ok());
    EXPECT_FALSE(folder_.Has("store.tmp"));
  }
}

TEST_F(SealedFileTest, AFailedWriteLeavesTheOldAndSaysWhy) {
  const auto file = Open();
  ASSERT_TRUE(Write(**file, "old").ok());
  std::filesystem::create_directory(folder_.path() + "/store.tmp");
  const absl::Status status = Write(**file, "new");
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("store cannot be written: remove store.tmp: "));
  EXPECT_EQ(Read(**file), "old");
  std::filesystem::remove(folder_.path() + "/store.tmp");
  EXPECT_TRUE(Write(**file, "new").ok());
  EXPECT_EQ(Read(**file), "new");
}

TEST_F(SealedFileTest, AFileThatOthersMayUseIsRefused) {
  const auto file = Open();
  ASSERT_TRUE(Write(**file, "body").ok());
  for (const mode_t mode : {0640, 0604, 0620, 0602}) {
    chmod((folder_.path() + "/store").c_str(), mode);
    EXPECT_THAT(Read(**file), HasSubstr("chmod 600")) << mode;
  }
  chmod((folder_.path() + "/store").c_str(), 0400);
  EXPECT_EQ(Read(**file), "body");
}

TEST_F(SealedFileTest, WhatIsNoStoreOfOursIsRefusedAndKept) {
  const auto file = Open();
  const std::string before = folder_.Write("store", "hello");
  EXPECT_THAT(Read(**file), HasSubstr("not a key store of uacced"));
  EXPECT_EQ(folder_.Read("store"), "hello");
  folder_.Write("store", "");
  EXPECT_THAT(Read(**file), HasSubstr("DATA_LOSS"));
  std::filesystem::remove(before);
  std::filesystem::create_symlink(folder_.path() + "/kek", before);
  EXPECT_THAT(Read(**file), HasSubstr("symbolic links"));
  std::filesystem::remove(before);
  ASSERT_EQ(mkfifo(before.c_str(), 0600), 0);
  EXPECT_THAT(Read(**file), HasSubstr("not a regular file"));
}

TEST_F(SealedFileTest, ALargerFileThanThereCanBeIsRefused) {
  const auto file = Open();
  ASSERT_TRUE(Write(**file, std::string(100, 'x')).ok());
  EXPECT_EQ(Read(**file, 100), std::string(100, 'x'));
  EXPECT_THAT(Read(**file, 99), HasSubstr("keys.max_keys"));
}

TEST_F(SealedFileTest, AMissingFolderIsTold) {
  const auto file =
      SealedFile::Open(folder_.path() + "/a/b", Key(), absl::ZeroDuration());
  EXPECT_EQ(file.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(file.status().message()),
              HasSubstr(folder_.path() + "/a: No such file"));
}

TEST_F(SealedFileTest, OneDaemonHasItUntilItLetsGo) {
  const auto first = Open();
  ASSERT_TRUE(first.ok());
  const auto refused = Open();
  EXPECT_EQ(refused.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("another uacced has it"));
  EXPECT_FALSE((*first)->released());

  absl::StatusOr<std::unique_ptr<SealedFile>> second;
  std::thread newcomer([&] { second = Open(absl::Seconds(60)); });
  ASSERT_TRUE(Write(**first, "last words").ok());
  (*first)->Release();
  newcomer.join();
  EXPECT_TRUE((*first)->released());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(Read(**second), "last words");
}

}  // namespace
}  // namespace uacced
