#include "client/cli/options.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "client/cli/exit_code.h"
#include "client/cli/help.h"
#include "gtest/gtest.h"

namespace uacced::cli {
namespace {

using Words = std::vector<std::string>;

Options Parse(const Words& words, const char* environment_server = nullptr) {
  const auto options = ParseOptions(words, environment_server);
  EXPECT_TRUE(options.ok()) << options.status();
  return options.ok() ? *options : Options();
}

// The usage error's text.
std::string ErrorOf(const Words& words) {
  const auto options = ParseOptions(words, nullptr);
  EXPECT_EQ(ExitCodeOf(options.status()), ExitCode::kUsage);
  return std::string(options.status().message());
}

TEST(OptionsTest, DefaultsReadStandardInputAndWriteStandardOutput) {
  const Options options = Parse({"compress"});
  EXPECT_EQ(options.command, Command::kCompress);
  EXPECT_EQ(options.arguments, Words{"-"});
  EXPECT_EQ(options.output, "-");
  EXPECT_EQ(options.server, "unix:/run/uacced/uacced.sock");
  EXPECT_EQ(options.timeout, absl::Seconds(60));
  EXPECT_EQ(options.level, std::nullopt);
}

TEST(OptionsTest, OptionsStandAnywhereAndInEveryForm) {
  const Options options =
      Parse({"--json", "compress", "IN", "-vfzstd", "--level=9", "--output",
             "OUT", "--timeout", "1.5"});
  EXPECT_TRUE(options.json);
  EXPECT_TRUE(options.verbose);
  EXPECT_EQ(options.format, v1::COMPRESSION_FORMAT_ZSTD);
  EXPECT_EQ(options.level, 9);
  EXPECT_EQ(options.output, "OUT");
  EXPECT_EQ(options.arguments, Words{"IN"});
  EXPECT_EQ(options.timeout, absl::Milliseconds(1500));
}

TEST(OptionsTest, DoubleDashEndsOptions) {
  EXPECT_EQ(Parse({"digest", "--", "-v", "--"}).arguments, (Words{"-v", "--"}));
}

TEST(OptionsTest, ServerComesFromTheOptionThenTheEnvironment) {
  EXPECT_EQ(Parse({"status"}, "/run/x.sock").server, "unix:/run/x.sock");
  EXPECT_EQ(Parse({"status"}, "").server, "unix:/run/uacced/uacced.sock");
  EXPECT_EQ(Parse({"status", "--server", "./x"}, "/run/x").server, "unix:./x");
  EXPECT_EQ(Parse({"status", "--server", "host:5"}).server, "host:5");
  EXPECT_EQ(Parse({"status", "--server", "unix:a/b"}).server, "unix:a/b");
}

TEST(OptionsTest, MaxOutputTakesSuffixes) {
  const auto bytes = [](const char* text) {
    return Parse({"decompress", "--max-output", text}).max_output_bytes;
  };
  EXPECT_EQ(bytes("1000"), 1000u);
  EXPECT_EQ(bytes("64K"), 65'536u);
  EXPECT_EQ(bytes("16M"), 16u << 20);
  EXPECT_EQ(bytes("1G"), 1u << 30);
  for (const char* bad : {"", "0", "-1", "2G", "1025M", "K", "1T", "1.5M", "+1",
                          "99999999999999999999"}) {
    EXPECT_TRUE(absl::StrContains(ErrorOf({"decompress", "--max-output", bad}),
                                  "--max-output"))
        << bad;
  }
}

TEST(OptionsTest, TimeoutsAreBounded) {
  EXPECT_EQ(Parse({"status", "--timeout=500ms"}).timeout,
            absl::Milliseconds(500));
  for (const char* bad : {"0", "-1", "nan", "inf", "25h", "soon"}) {
    EXPECT_TRUE(
        absl::StrContains(ErrorOf({"status", "--timeout", bad}), "--timeout"))
        << bad;
  }
}

TEST(OptionsTest, KeysHasCommandsOfItsOwn) {
  EXPECT_EQ(Parse({"keys", "list"}).command, Command::kKeysList);
  const Options options =
      Parse({"keys", "import", "k", "-a", "hmac-sm3", "--from", "-", "--hex"});
  EXPECT_EQ(options.command, Command::kKeysImport);
  EXPECT_EQ(options.arguments, Words{"k"});
  EXPECT_TRUE(options.hex);
  EXPECT_EQ(Parse({"keys", "rotate", "k"}).command, Command::kKeysRotate);
  EXPECT_TRUE(
      absl::StrContains(ErrorOf({"keys", "rotate", "k", "--hex"}), "--from"));
  EXPECT_TRUE(absl::StrContains(ErrorOf({"keys", "rotate", "-k"}), "-k"));
  EXPECT_TRUE(absl::StrContains(ErrorOf({"keys"}), "keys --help"));
  EXPECT_TRUE(absl::StrContains(ErrorOf({"keys", "frob"}), "keys frob"));
}

TEST(OptionsTest, WrongLinesAreRefusedByName) {
  const std::vector<std::pair<Words, std::string>> cases = {
      {{}, "no command"},
      {{"frob"}, "frob"},
      {{""}, ": no such command"},
      {{"status", "--frob"}, "--frob"},
      {{"status", "-x"}, "-x"},
      {{"status", "--json=1"}, "--json"},
      {{"status", "--server"}, "--server"},
      {{"status", "--server="}, "--server"},
      {{"status", "extra"}, "extra"},
      {{"status", "-o", "x"}, "--output: not an option of status"},
      {{"compress", "a", "b"}, "\"b\""},
      {{"compress", "-f", "rar"}, "rar"},
      {{"compress", "-l", "1x"}, "1x"},
      {{"decompress", "-l", "1"}, "--level"},
      {{"encrypt"}, "--key"},
      {{"encrypt", "-k", "a/b"}, "a/b"},
      {{"encrypt", "-k", "k", "-a", "sha256"}, "sha256"},
      {{"digest", "-a", "md5"}, "md5"},
      {{"digest", "-a", "hmac-sha256"}, "--key"},
      {{"keys", "create"}, "name of a key"},
      {{"keys", "create", "a", "b"}, "\"b\""},
      {{"keys", "create", "k", "-a", "gzip"}, "gzip"},
      {{"keys", "create", ".k"}, ".k"},
      {{"keys", "import", "k", "--from", "f"}, "--algorithm"},
      {{"keys", "import", "k", "-a", "aes-256-gcm"}, "--from"},
      {{"keys", "destroy", "-"}, "\"-\""},
  };
  for (const auto& [words, part] : cases) {
    EXPECT_TRUE(absl::StrContains(ErrorOf(words), part)) << ErrorOf(words);
  }
}

TEST(OptionsTest, HelpNeedsNothingElse) {
  EXPECT_EQ(Parse({"--help"}).command, Command::kNone);
  EXPECT_EQ(Parse({"-h", "encrypt"}).command, Command::kEncrypt);
  EXPECT_EQ(Parse({"keys", "--help"}).command, Command::kKeys);
  EXPECT_EQ(Parse({"keys", "import", "--help"}).command, Command::kKeysImport);
  EXPECT_TRUE(Parse({"--version"}).version);
}

TEST(OptionsTest, EveryCommandHasHelpThatStartsWithItsUsage) {
  for (int i = 0; i <= static_cast<int>(Command::kStatus); ++i) {
    EXPECT_TRUE(
        absl::StartsWith(HelpText(static_cast<Command>(i)), "Usage: uaccectl"))
        << i;
  }
}

TEST(OptionsTest, HelpLinesFitATerminal) {
  for (int i = 0; i <= static_cast<int>(Command::kStatus); ++i) {
    size_t column = 0;
    for (const char c : HelpText(static_cast<Command>(i))) {
      column = c == '\n' ? 0 : column + 1;
      ASSERT_LE(column, 80u) << CommandName(static_cast<Command>(i));
    }
  }
}

}  // namespace
}  // namespace uacced::cli
