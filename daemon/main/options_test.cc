#include "daemon/main/options.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace uacced {
namespace {

absl::StatusOr<CommandLine> Parse(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  return ParseCommandLine(arguments);
}

TEST(OptionsTest, TakesTheConfigurationInBothForms) {
  EXPECT_EQ(Parse({})->config_path, "/etc/uacced/uacced.textproto");
  EXPECT_EQ(Parse({"--config", "a"})->config_path, "a");
  EXPECT_EQ(Parse({"--config=b", "--check"})->config_path, "b");
  EXPECT_EQ(Parse({"--config=b", "--check"})->action,
            CommandLine::Action::kCheck);
}

TEST(OptionsTest, HelpAndVersionWin) {
  EXPECT_EQ(Parse({"--help"})->action, CommandLine::Action::kHelp);
  EXPECT_EQ(Parse({"--version", "--nonsense"})->action,
            CommandLine::Action::kVersion);
}

TEST(OptionsTest, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(Parse({"--port=1"}).ok());
  EXPECT_FALSE(Parse({"file"}).ok());
  EXPECT_FALSE(Parse({"--config"}).ok());
}

}  // namespace
}  // namespace uacced
