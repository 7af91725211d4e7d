// Help, man page and completion know every command and option, and no others.
#include <cstdio>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "client/cli/help.h"
#include "client/cli/names.h"
#include "client/cli/option_specs.h"
#include "client/cli/options.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

constexpr char kManPage[] = "client/cli/uaccectl.1";
constexpr char kCompletion[] = "deploy/completion/uaccectl.bash";

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << path;
  return text.str();
}

// As it is read, not as it is written.
std::string ManPage() {
  return absl::StrReplaceAll(
      ReadFile(kManPage),
      {{"\\-", "-"}, {"\\fB", ""}, {"\\fI", ""}, {"\\fR", ""}});
}

// True when `text` has `word` and the name does not go on behind it.
bool HasWord(absl::string_view text, absl::string_view word) {
  for (size_t at = text.find(word); at != absl::string_view::npos;
       at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if (end == text.size()) return true;
    const char next = text[end];
    if (!absl::ascii_isalnum(static_cast<unsigned char>(next)) && next != '-') {
      return true;
    }
  }
  return false;
}

// What bash prints for `command` once it has read the completion.
std::set<std::string> Bash(const std::string& command) {
  const std::string line =
      absl::StrCat("bash -c 'source ", kCompletion, "; ", command, "'");
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(line.c_str(), "r"), pclose);
  std::string text;
  char buffer[4096];
  while (fgets(buffer, sizeof(buffer), pipe.get()) != nullptr) text += buffer;
  std::set<std::string> words;
  for (const absl::string_view word :
       absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    words.emplace(word);
  }
  return words;
}

bool IsOfEveryCommand(const OptionSpec& option) {
  return option.commands == ~uint32_t{0};
}

TEST(DocumentationTest, HelpNamesEveryOption) {
  for (const OptionSpec& option : OptionSpecs()) {
    const std::string name = absl::StrCat("--", option.long_name);
    for (const CommandSpec& command : CommandSpecs()) {
      if ((option.commands & Bit(command.command)) == 0) continue;
      const absl::string_view help =
          HelpText(IsOfEveryCommand(option) ? Command::kNone : command.command);
      EXPECT_TRUE(HasWord(help, name)) << command.name << " " << name;
      if (option.short_name != 0) {
        EXPECT_TRUE(absl::StrContains(
            help,
            absl::StrCat("-", std::string(1, option.short_name), ", ", name)))
            << command.name << " " << name;
      }
    }
  }
}

TEST(DocumentationTest, HelpNamesEveryCommand) {
  for (const CommandSpec& command : CommandSpecs()) {
    const absl::string_view first_word =
        command.name.substr(0, command.name.find(' '));
    EXPECT_TRUE(HasWord(HelpText(Command::kNone), first_word)) << command.name;
    EXPECT_TRUE(HasWord(HelpText(command.command), command.name))
        << command.name;
  }
}

TEST(DocumentationTest, TheManPageNamesEveryOptionAndCommand) {
  const std::string page = ManPage();
  for (const OptionSpec& option : OptionSpecs()) {
    EXPECT_TRUE(HasWord(page, absl::StrCat("--", option.long_name)))
        << option.long_name;
  }
  for (const CommandSpec& command : CommandSpecs()) {
    EXPECT_TRUE(HasWord(page, command.name)) << command.name;
  }
}

TEST(DocumentationTest, TheManPageNamesEveryAlgorithm) {
  const std::string page = ManPage();
  for (int i = 1; i <= v1::CompressionFormat_MAX; ++i) {
    const auto name = Name(static_cast<v1::CompressionFormat>(i));
    EXPECT_TRUE(HasWord(page, name)) << name;
  }
  for (int i = 1; i <= v1::CipherAlgorithm_MAX; ++i) {
    const auto name = Name(static_cast<v1::CipherAlgorithm>(i));
    EXPECT_TRUE(HasWord(page, name)) << name;
  }
}

TEST(DocumentationTest, TheManPageHasTheExitCodesOfHelp) {
  const std::string page = ManPage();
  const std::string help(HelpText(Command::kNone));
  const std::string codes = help.substr(help.find("\n  0  ") + 1);
  for (const absl::string_view line :
       absl::StrSplit(codes, '\n', absl::SkipEmpty())) {
    EXPECT_TRUE(absl::StrContains(page, line.substr(2))) << line;
  }
}

TEST(DocumentationTest, CompletionOffersEachCommandsOptions) {
  for (const CommandSpec& command : CommandSpecs()) {
    if (command.command == Command::kNone ||
        command.command == Command::kKeys) {
      continue;
    }
    std::set<std::string> expected;
    for (const OptionSpec& option : OptionSpecs()) {
      if ((option.commands & Bit(command.command)) == 0) continue;
      expected.insert(
          absl::StrCat("--", option.long_name, option.takes_value ? "=" : ""));
    }
    EXPECT_EQ(Bash(absl::StrCat("_uaccectl_options \"", command.name, "\"")),
              expected)
        << command.name;
  }
}

TEST(DocumentationTest, CompletionKnowsWhichOptionsTakeAValue) {
  for (const OptionSpec& option : OptionSpecs()) {
    if (!option.takes_value) continue;
    // The word behind the value is the command.
    const std::string name = absl::StrCat("--", option.long_name);
    const std::set<std::string> offered = Bash(absl::StrCat(
        "COMP_WORDS=(uaccectl ", name,
        " value \"\"); COMP_CWORD=3; _uaccectl; echo \"${COMPREPLY[@]}\""));
    EXPECT_TRUE(offered.contains("compress")) << name;
  }
}

TEST(DocumentationTest, CompletionKnowsEveryName) {
  std::set<std::string> formats, ciphers, hashes;
  for (int i = 1; i <= v1::CompressionFormat_MAX; ++i) {
    formats.emplace(Name(static_cast<v1::CompressionFormat>(i)));
  }
  for (int i = 1; i <= v1::CipherAlgorithm_MAX; ++i) {
    ciphers.emplace(Name(static_cast<v1::CipherAlgorithm>(i)));
  }
  EXPECT_EQ(Bash("_uaccectl_values compress --format"), formats);
  EXPECT_EQ(Bash("_uaccectl_values encrypt --algorithm"), ciphers);
  hashes = Bash("_uaccectl_values digest --algorithm");
  EXPECT_EQ(hashes.size(), static_cast<size_t>(v1::HashAlgorithm_MAX));
  for (const std::string& hash : hashes) {
    EXPECT_TRUE(HashByName(hash).has_value()) << hash;
    ciphers.insert(absl::StrCat("hmac-", hash));
  }
  EXPECT_EQ(Bash("_uaccectl_values \"keys create\" --algorithm"), ciphers);
  std::set<std::string> commands;
  for (const CommandSpec& command : CommandSpecs()) {
    if (command.command == Command::kNone) continue;
    commands.emplace(command.name.substr(0, command.name.find(' ')));
  }
  EXPECT_EQ(Bash("COMP_WORDS=(uaccectl \"\"); COMP_CWORD=1; _uaccectl; "
                 "echo \"${COMPREPLY[@]}\""),
            commands);
  std::set<std::string> keys;
  for (const CommandSpec& command : CommandSpecs()) {
    if (!absl::StartsWith(command.name, "keys ")) continue;
    keys.emplace(command.name.substr(5));
  }
  EXPECT_EQ(Bash("COMP_WORDS=(uaccectl keys \"\"); COMP_CWORD=2; _uaccectl; "
                 "echo \"${COMPREPLY[@]}\""),
            keys);
}

}  // namespace
}  // namespace uacced::cli
