#include "client/cli/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "client/cli/exit_code.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

class InputFileTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(mkdtemp(folder_), nullptr); }
  void TearDown() override {
    unlink(Path("in").c_str());
    rmdir(folder_);
  }
  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_, "/", name);
  }
  void Put(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
  }

  char folder_[32] = "/tmp/uaccectl_input_XXXXXX";
};

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
  std::string path() const { return absl::StrCat("/dev/fd/", read_end.get()); }
  void Write(const std::string& text) const {
    ASSERT_EQ(write(write_end.get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }
  UniqueFd read_end, write_end;
};

std::string ReadAll(InputFile& input, size_t piece_bytes) {
  std::string all;
  while (true) {
    const size_t before = all.size();
    const auto more = input.Read(piece_bytes, all);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more) return all;
    EXPECT_GT(all.size(), before);
    EXPECT_LE(all.size() - before, piece_bytes);
  }
}

TEST_F(InputFileTest, RegularFilesHaveASizeAndComeInPieces) {
  const std::string text(100'000, 'x');
  Put("in", text);
  const auto input = InputFile::Open(Path("in"));
  ASSERT_TRUE(input.ok());
  EXPECT_EQ((*input)->size_bytes(), 100'000u);
  EXPECT_EQ(ReadAll(**input, 4096), text);
}

TEST_F(InputFileTest, SparseFilesAreZeros) {
  Put("in", "");
  ASSERT_EQ(truncate(Path("in").c_str(), 3 << 20), 0);
  const auto input = InputFile::Open(Path("in"));
  ASSERT_TRUE(input.ok());
  EXPECT_EQ(ReadAll(**input, 1 << 20), std::string(3 << 20, '\0'));
}

TEST_F(InputFileTest, APipeGivesWhatItHasWithoutWaitingForMore) {
  const Pipe pipe;
  const auto input = InputFile::Open(pipe.path());
  ASSERT_TRUE(input.ok());
  EXPECT_EQ((*input)->size_bytes(), std::nullopt);
  pipe.Write("abc");
  std::string data;
  ASSERT_TRUE(*(*input)->Read(4096, data));
  EXPECT_EQ(data, "abc");
}

TEST_F(InputFileTest, InterruptWakesAReader) {
  const Pipe pipe;
  const auto input = InputFile::Open(pipe.path());
  ASSERT_TRUE(input.ok());
  std::thread other([&] { (*input)->Interrupt(); });
  std::string data;
  EXPECT_TRUE(absl::IsCancelled((*input)->Read(4096, data).status()));
  other.join();
  EXPECT_TRUE(absl::IsCancelled((*input)->Read(4096, data).status()));
  // Until it is begun again.
  EXPECT_TRUE((*input)->Rewind());
  pipe.Write("x");
  EXPECT_TRUE((*input)->Read(4096, data).ok());
}

TEST_F(InputFileTest, PeekTakesNothingAway) {
  Pipe pipe;
  pipe.Write("abcdef");
  pipe.write_end.reset();
  const auto input = InputFile::Open(pipe.path());
  ASSERT_TRUE(input.ok());
  EXPECT_EQ(*(*input)->Peek(3), "abc");
  EXPECT_EQ(*(*input)->Peek(2), "ab");
  EXPECT_EQ(*(*input)->Peek(100), "abcdef");
  EXPECT_EQ(ReadAll(**input, 4), "abcdef");
}

TEST_F(InputFileTest, RegularFilesCanBeReadAgain) {
  const std::string text(3 << 20, 'y');
  Put("in", text);
  const auto input = InputFile::Open(Path("in"));
  ASSERT_TRUE(input.ok());
  ASSERT_TRUE((*input)->Peek(10).ok());
  EXPECT_EQ(ReadAll(**input, 1 << 20).size(), text.size());
  ASSERT_TRUE((*input)->Rewind());
  EXPECT_EQ(ReadAll(**input, 1 << 20), text);
}

TEST_F(InputFileTest, PipesCanBeReadAgainWhileTheyAreShort) {
  Pipe pipe;
  const auto input = InputFile::Open(pipe.path());
  ASSERT_TRUE(input.ok());
  pipe.Write("abc");
  ASSERT_TRUE((*input)->Peek(2).ok());
  std::string first;
  ASSERT_TRUE(*(*input)->Read(4096, first));
  ASSERT_TRUE((*input)->Rewind());
  pipe.Write("def");
  pipe.write_end.reset();
  EXPECT_EQ(ReadAll(**input, 4096), "abcdef");

  const auto endless = InputFile::Open("/dev/zero");
  ASSERT_TRUE(endless.ok());
  std::string data;
  ASSERT_TRUE(*(*endless)->Read(2 << 20, data));
  EXPECT_FALSE((*endless)->Rewind());
}

TEST_F(InputFileTest, ReadsUpToTheLimitAndNotBeyond) {
  Put("in", std::string(100, 'x'));
  const auto fits = ReadInput(Path("in"), 100);
  ASSERT_TRUE(fits.ok());
  EXPECT_EQ(fits->size(), 100u);
  const absl::Status status = ReadInput(Path("in"), 99, "split it").status();
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kLimit);
  EXPECT_TRUE(
      absl::EndsWith(status.message(), "larger than 99 bytes; split it"));
}

TEST_F(InputFileTest, EndlessInputStopsAtTheLimit) {
  EXPECT_EQ(ExitCodeOf(ReadInput("/dev/zero", 3 << 20).status()),
            ExitCode::kLimit);
}

TEST_F(InputFileTest, FoldersAndMissingFilesAreErrors) {
  EXPECT_TRUE(absl::StrContains(ReadInput(folder_, 10).status().message(),
                                "Is a directory"));
  EXPECT_TRUE(absl::StrContains(ReadInput(Path("none"), 10).status().message(),
                                "No such file"));
}

TEST_F(InputFileTest, FilesThatSayNothingOfTheirSizeAreReadWhole) {
  const auto contents = ReadInput("/proc/self/status", 1 << 20);
  ASSERT_TRUE(contents.ok());
  EXPECT_TRUE(absl::StrContains(*contents, "Pid:"));
}

TEST_F(InputFileTest, PipesAreReadToTheirEnd) {
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
