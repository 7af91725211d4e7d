#include "client/cli/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "client/cli/exit_code.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

class FilesTest : public testing::Test {
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
    const auto contents = ReadInput(Path(name), 1 << 20);
    return contents.ok() ? *contents : contents.status().ToString();
  }

  mode_t ModeOf(const std::string& name) const {
    struct stat facts = {};
    stat(Path(name).c_str(), &facts);
    return facts.st_mode & 07777;
  }

  char folder_[32] = "/tmp/uaccectl_files_XXXXXX";
};

using Names = std::set<std::string>;

TEST_F(FilesTest, OutputAppearsOnlyAtCommit) {
  auto file = OutputFile::Open(Path("out"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_FALSE(Listing().contains("out"));
  ASSERT_TRUE((*file)->Commit("head", "tail").ok());
  EXPECT_EQ(Listing(), Names{"out"});
  EXPECT_EQ(Get("out"), "headtail");
}

TEST_F(FilesTest, WithoutCommitTheOldFileStaysAndNothingIsLeft) {
  Put("out", "old", 0644);
  {
    auto file = OutputFile::Open(Path("out"));
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(Listing().size(), 2u);
  }
  EXPECT_EQ(Listing(), Names{"out"});
  EXPECT_EQ(Get("out"), "old");
}

TEST_F(FilesTest, NewFilesFollowTheUmask) {
  const mode_t old = umask(027);
  auto file = OutputFile::Open(Path("out"));
  umask(old);
  ASSERT_TRUE(file.ok() && (*file)->Commit("x").ok());
  EXPECT_EQ(ModeOf("out"), 0640u);
}

TEST_F(FilesTest, ReplacedFilesKeepTheirMode) {
  for (const mode_t mode : {0600, 0666, 0755}) {
    Put("out", "old", mode);
    auto file = OutputFile::Open(Path("out"));
    ASSERT_TRUE(file.ok() && (*file)->Commit("new").ok());
    EXPECT_EQ(ModeOf("out"), mode);
    EXPECT_EQ(Get("out"), "new");
  }
}

TEST_F(FilesTest, SymbolicLinksStay) {
  Put("target", "old", 0644);
  ASSERT_EQ(symlink("target", Path("link").c_str()), 0);
  auto file = OutputFile::Open(Path("link"));
  ASSERT_TRUE(file.ok() && (*file)->Commit("new").ok());
  struct stat facts;
  ASSERT_EQ(lstat(Path("link").c_str(), &facts), 0);
  EXPECT_TRUE(S_ISLNK(facts.st_mode));
  EXPECT_EQ(Get("target"), "new");
}

TEST_F(FilesTest, ADiskThatIsFullLeavesTheOldFile) {
  Put("out", "old", 0644);
  auto file = OutputFile::Open(Path("out"));
  ASSERT_TRUE(file.ok());
  // The limit on file sizes stands in for the disk.
  signal(SIGXFSZ, SIG_IGN);
  rlimit old;
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit tiny = {10, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tiny), 0);
  const absl::Status status = (*file)->Commit(std::string(100, 'x'));
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kFailure);
  file->reset();
  EXPECT_EQ(Listing(), Names{"out"});
  EXPECT_EQ(Get("out"), "old");
}

TEST_F(FilesTest, DevicesAreWrittenInPlace) {
  auto null = OutputFile::Open("/dev/null");
  ASSERT_TRUE(null.ok());
  EXPECT_TRUE((*null)->Commit("x").ok());
  auto full = OutputFile::Open("/dev/full");
  ASSERT_TRUE(full.ok());
  const absl::Status status = (*full)->Commit("x");
  EXPECT_TRUE(absl::StrContains(status.message(), "No space left")) << status;
}

TEST_F(FilesTest, FoldersAndMissingFoldersAreErrors) {
  EXPECT_FALSE(OutputFile::Open(folder_).ok());
  EXPECT_TRUE(absl::StrContains(
      OutputFile::Open(Path("none/out")).status().message(), Path("none/out")));
  EXPECT_FALSE(ReadInput(folder_, 10).ok());
  EXPECT_TRUE(absl::StrContains(ReadInput(Path("none"), 10).status().message(),
                                "No such file"));
}

TEST_F(FilesTest, ASignalRemovesTheTemporaryFile) {
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

TEST_F(FilesTest, ReadsUpToTheLimitAndNotBeyond) {
  Put("in", std::string(100, 'x'), 0644);
  const auto fits = ReadInput(Path("in"), 100);
  ASSERT_TRUE(fits.ok());
  EXPECT_EQ(fits->size(), 100u);
  const absl::Status status = ReadInput(Path("in"), 99, "split it").status();
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kLimit);
  EXPECT_TRUE(
      absl::EndsWith(status.message(), "larger than 99 bytes; split it"));
}

TEST_F(FilesTest, EndlessInputStopsAtTheLimit) {
  EXPECT_EQ(ExitCodeOf(ReadInput("/dev/zero", 3 << 20).status()),
            ExitCode::kLimit);
}

TEST_F(FilesTest, FilesThatSayNothingOfTheirSizeAreReadWhole) {
  const auto contents = ReadInput("/proc/self/status", 1 << 20);
  ASSERT_TRUE(contents.ok());
  EXPECT_TRUE(absl::StrContains(*contents, "Pid:"));
}

TEST_F(FilesTest, PipesAreReadToTheirEnd) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  UniqueFd read_end(ends[0]), write_end(ends[1]);
  ASSERT_EQ(write(write_end.get(), "abc", 3), 3);
  write_end.reset();
  const auto contents = ReadInput(absl::StrCat("/dev/fd/", read_end.get()), 3);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(*contents, "abc");
}

}  // namespace
}  // namespace uacced::cli
