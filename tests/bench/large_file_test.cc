#include "tests/bench/large_file.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "gtest/gtest.h"

namespace uacced::bench {
namespace {

std::string Path(const std::string& name) { return testing::TempDir() + name; }

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Doubling final : public LibraryCodec {
 public:
  absl::string_view Run(absl::string_view block) override {
    output_ = std::string(block) + std::string(block);
    return output_;
  }

 private:
  std::string output_;
};

class Failing final : public LibraryCodec {
 public:
  absl::string_view Run(absl::string_view) override { return {}; }
};

TEST(LargeFileTest, VaryTurnsTheAlphabetAndNothingElse) {
  EXPECT_EQ(Vary("az AZ 09\n", 1), "ba AZ 09\n");
  EXPECT_EQ(Vary("az AZ 09\n", 0), "az AZ 09\n");
}

TEST(LargeFileTest, PassesAreDifferentAndTheSizeIsExact) {
  const std::string path = Path("passes");
  ASSERT_TRUE(WriteLargeFile(path, "abcd", 10).ok());
  EXPECT_EQ(ReadFile(path), "abcdbcdecd");
}

TEST(LargeFileTest, AFileThatCannotBeWrittenIsAnError) {
  EXPECT_FALSE(WriteLargeFile(Path("no/such/folder"), "abcd", 10).ok());
  EXPECT_FALSE(WriteLargeFile("/dev/full", "abcd", 1 << 20).ok());
}

TEST(LargeFileTest, LibraryDoesEveryBlockOnce) {
  const std::string path = Path("blocks");
  ASSERT_TRUE(WriteLargeFile(path, "abcd", 1001).ok());
  const auto done = RunLibraryOnFile(
      [] { return std::make_unique<Doubling>(); }, path, 100, 3);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->round.payload_bytes, 1001);
  EXPECT_EQ(done->round.operations, 1);
  EXPECT_EQ(done->output_bytes, 2002);
  EXPECT_GT(done->round.wall_ns, 0);
  EXPECT_GT(done->round.client_cpu_ns, 0);
}

TEST(LargeFileTest, ALibraryThatFailsIsAnError) {
  const std::string path = Path("failing");
  ASSERT_TRUE(WriteLargeFile(path, "abcd", 1001).ok());
  EXPECT_EQ(
      RunLibraryOnFile([] { return std::make_unique<Failing>(); }, path, 100, 2)
          .status()
          .code(),
      absl::StatusCode::kInternal);
  EXPECT_FALSE(RunLibraryOnFile([] { return std::make_unique<Doubling>(); },
                                Path("missing"), 100, 2)
                   .ok());
}

}  // namespace
}  // namespace uacced::bench
