#include "client/cli/output_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "client/cli/exit_code.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

class OutputFileTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(mkdtemp(folder_), nullptr); }
  void TearDown() override {
    for (const std::string& name : Listing()) unlink(Path(name).c_str());
    rmdir(folder_);
  }

  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_, "/", name);
  }

  std::set<std::string> Listing() const {
    std::set<std::string> names;
    DIR* const folder = opendir(folder_);
    while (const dirent* entry = readdir(folder)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.insert(name);
    }
    closedir(folder);
    return names;
  }

  void Put(const std::string& name, const std::string& text, mode_t mode) {
    const UniqueFd fd(
        open(Path(name).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    ASSERT_EQ(write(fd.get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
    ASSERT_EQ(fchmod(fd.get(), mode), 0);
  }

  std::string Get(const std::string& name) const {
    std::ifstream file(Path(name), std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }

  mode_t ModeOf(const std::string& name) const {
    struct stat facts = {};
    stat(Path(name).c_str(), &facts);
    return facts.st_mode & 07777;
  }

  char folder_[32] = "/tmp/uaccectl_files_XXXXXX";
};

using Names = std::set<std::string>;

TEST_F(OutputFileTest, OutputAppearsOnlyAtCommit) {
  auto file = OutputFile::Open(Path("out"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_FALSE(Listing().contains("out"));
  ASSERT_TRUE((*file)->Append("head").ok());
  ASSERT_TRUE((*file)->Append("tail").ok());
  EXPECT_FALSE(Listing().contains("out"));
  ASSERT_TRUE((*file)->Commit().ok());
  EXPECT_EQ((*file)->written_bytes(), 8u);
  EXPECT_EQ(Listing(), Names{"out"});
  EXPECT_EQ(Get("out"), "headtail");
}

TEST_F(OutputFileTest, WithoutCommitTheOldFileStaysAndNothingIsLeft) {
  Put("out", "old", 0644);
  {
    auto file = OutputFile::Open(Path("out"));
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(Listing().size(), 2u);
  }
  EXPECT_EQ(Listing(), Names{"out"});
  EXPECT_EQ(Get("out"), "old");
}

TEST_F(OutputFileTest, NewFilesFollowTheUmask) {
  const mode_t old = umask(027);
  auto file = OutputFile::Open(Path("out"));
  umask(old);
  ASSERT_TRUE(file.ok() && (*file)->Append("x").ok() && (*file)->Commit().ok());
  EXPECT_EQ(ModeOf("out"), 0640u);
}

TEST_F(OutputFileTest, ReplacedFilesKeepTheirMode) {
  for (const mode_t mode : {0600, 0666, 0755}) {
    Put("out", "old", mode);
    auto file = OutputFile::Open(Path("out"));
    ASSERT_TRUE(file.ok() && (*file)->Append("new").ok() &&
                (*file)->Commit().ok());
    EXPECT_EQ(ModeOf("out"), mode);
    EXPECT_EQ(Get("out"), "new");
  }
}

TEST_F(OutputFileTest, SymbolicLinksStay) {
  Put("target", "old", 0644);
  ASSERT_EQ(symlink("target", Path("link").c_str()), 0);
  auto file = OutputFile::Open(Path("link"));
  ASSERT_TRUE(file.ok() && (*file)->Append("new").ok() &&
              (*file)->Commit().ok());
  struct stat facts;
  ASSERT_EQ(lstat(Path("link").c_str(), &facts), 0);
  EXPECT_TRUE(S_ISLNK(facts.st_mode));
  EXPECT_EQ(Get("target"), "new");
}

TEST_F(OutputFileTest, ADiskThatIsFullLeavesTheOldFile) {
  Put("out", "old", 0644);
  auto file = OutputFile::Open(Path("out"));
  ASSERT_TRUE(file.ok());
  // The limit on file sizes stands in for the disk.
  signal(SIGXFSZ, SIG_IGN);
  rlimit old;
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit tiny = {10, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tiny), 0);
  const absl::Status status = (*file)->Append(std::string(100, 'x'));
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kFailure);
  file->reset();
  EXPECT_EQ(Listing(), Names{"out"});
  EXPECT_EQ(Get("out"), "old");
}

TEST_F(OutputFileTest, DevicesAreWrittenInPlace) {
  auto null = OutputFile::Open("/dev/null");
  ASSERT_TRUE(null.ok());
  EXPECT_TRUE((*null)->Append("x").ok() && (*null)->Commit().ok());
  auto full = OutputFile::Open("/dev/full");
  ASSERT_TRUE(full.ok());
  const absl::Status status = (*full)->Append("x");
  EXPECT_TRUE(absl::StrContains(status.message(), "No space left")) << status;
}

TEST_F(OutputFileTest, FoldersAndMissingFoldersAreErrors) {
  EXPECT_FALSE(OutputFile::Open(folder_).ok());
  EXPECT_TRUE(absl::StrContains(
      OutputFile::Open(Path("none/out")).status().message(), Path("none/out")));
}

TEST_F(OutputFileTest, WhatWasWrittenCanBeTakenBackUnlessItIsInPlace) {
  auto file = OutputFile::Open(Path("out"));
  ASSERT_TRUE(file.ok() && (*file)->Append("a longer beginning").ok());
  EXPECT_FALSE((*file)->IsWrittenInPlace());
  EXPECT_TRUE((*file)->Discard());
  ASSERT_TRUE((*file)->Append("new").ok() && (*file)->Commit().ok());
  EXPECT_EQ(Get("out"), "new");
  auto null = OutputFile::Open("/dev/null");
  ASSERT_TRUE(null.ok());
  EXPECT_TRUE((*null)->IsWrittenInPlace());
  EXPECT_TRUE((*null)->Discard());  // nothing was written yet
  ASSERT_TRUE((*null)->Append("x").ok());
  EXPECT_FALSE((*null)->Discard());
}

TEST_F(OutputFileTest, FifosAreWrittenInPlace) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  const UniqueFd reader(open(Path("fifo").c_str(), O_RDONLY | O_NONBLOCK));
  auto file = OutputFile::Open(Path("fifo"));
  ASSERT_TRUE(file.ok() && (*file)->Append("abc").ok());
  char buffer[8];
  EXPECT_EQ(read(reader.get(), buffer, sizeof(buffer)), 3);
  EXPECT_TRUE((*file)->Commit().ok());
}

TEST_F(OutputFileTest, ASignalRemovesTheTemporaryFile) {
  const pid_t child = fork();
  if (child == 0) {
    auto file = OutputFile::Open(Path("out"));
    raise(SIGTERM);
    _exit(file.ok() ? 0 : 1);
  }
  int status;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
  EXPECT_EQ(Listing(), Names{});
}

}  // namespace
}  // namespace uacced::cli
