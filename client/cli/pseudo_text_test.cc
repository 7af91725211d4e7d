#include "client/cli/pseudo_text.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

TEST(PseudoTextTest, ASeedNamesOneText) {
  EXPECT_EQ(PseudoText(1, 10'000), PseudoText(1, 10'000));
  EXPECT_NE(PseudoText(1, 10'000), PseudoText(2, 10'000));
  EXPECT_EQ(PseudoText(1, 10'000).substr(0, 500), PseudoText(1, 500));
}

TEST(PseudoTextTest, HasTheLengthAskedFor) {
  for (const size_t bytes : {0, 1, 2, 63, 64, 4096, 100'001}) {
    EXPECT_EQ(PseudoText(3, bytes).size(), bytes);
  }
}

TEST(PseudoTextTest, WordsRepeatButNotAlways) {
  const std::string text = PseudoText(4, 64 << 10);
  std::set<std::string> words;
  size_t count = 0;
  for (size_t at = 0; at < text.size(); ++count) {
    const size_t end = std::min(text.find_first_of(" ,.\n", at), text.size());
    words.insert(text.substr(at, end - at));
    at = end + 1;
  }
  EXPECT_GT(words.size(), 1000u);
  EXPECT_LT(words.size(), count / 3);
}

}  // namespace
}  // namespace uacced::cli
