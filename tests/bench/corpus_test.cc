#include "tests/bench/corpus.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace uacced::bench {
namespace {

using ::testing::ElementsAre;

class CorpusTest : public ::testing::Test {
 protected:
  CorpusTest() : directory_(::testing::TempDir() + "/corpus") {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directory(directory_);
    std::ofstream(directory_ + "/b") << "second";
    std::ofstream(directory_ + "/a") << "first-";
    std::filesystem::create_symlink("a", directory_ + "/0-link");
  }
  std::string directory_;
};

TEST_F(CorpusTest, ReadsFilesInOrderWithoutLinks) {
  const absl::StatusOr<std::string> corpus = ReadCorpus({directory_}, 10);
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  EXPECT_EQ(*corpus, "first-seco");
}

TEST_F(CorpusTest, TooLittleTextIsAnError) {
  EXPECT_EQ(ReadCorpus({directory_, "/nonexistent"}, 13).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(CutBlocksTest, SpreadsBlocksOverTheCorpus) {
  EXPECT_THAT(CutBlocks("abcdefgh", 2, 2), ElementsAre("ab", "ef"));
}

TEST(CutBlocksTest, GivesWholeBlocksOnly) {
  EXPECT_THAT(CutBlocks("abcdefgh", 3, 100), ElementsAre("abc", "efg"));
}

}  // namespace
}  // namespace uacced::bench
