#include "client/cli/options.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "client/cli/exit_code.h"
#include "client/cli/help.h"
#include "client/cli/option_specs.h"
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
  EXPECT_EQ(bytes("1048576T"), uint64_t{1} << 60);
  for (const char* bad : {"", "0", "-1", "1048577T", "K", "1P", "1.5M", "+1",
                          "99999999999999999999"}) {
    EXPECT_TRUE(absl::StrContains(ErrorOf({"decompress", "--max-output", bad}),
                                  "--max-output"))
        << bad;
  }
}

TEST(OptionsTest, SizesAreBoundedAsTheDaemonBoundsThem) {
  EXPECT_EQ(Parse({"compress", "--block-size=64K"}).block_bytes, 65'536u);
  EXPECT_EQ(Parse({"compress", "--block-size=16M"}).block_bytes, 16u << 20);
  EXPECT_EQ(Parse({"encrypt", "-kk", "--chunk-size=4K"}).chunk_bytes, 4096u);
  for (const char* bad : {"65535", "16385K", "1G"}) {
    EXPECT_TRUE(absl::StrContains(ErrorOf({"compress", "--block-size", bad}),
                                  "64K..16M"))
        << bad;
  }
  EXPECT_TRUE(absl::StrContains(ErrorOf({"encrypt", "-kk", "--chunk-size=5M"}),
                                "4K..4M"));
}

TEST(OptionsTest, BenchHasItsOwnDefaultsAndBounds) {
  const BenchOptions usual = Parse({"bench"}).bench;
  EXPECT_EQ(usual.operation, Command::kCopy);
  EXPECT_EQ(usual.size_bytes, 4096u);
  EXPECT_EQ(usual.in_flight, 64u);
  EXPECT_EQ(usual.duration, absl::Seconds(5));
  EXPECT_EQ(usual.connections, 1u);
  const Options options = Parse(
      {"bench", "--operation", "encrypt", "-k", "k", "--size=1M", "--in-flight",
       "65536", "--duration=250ms", "--connections=3", "--unary", "--verify"});
  EXPECT_EQ(options.bench.operation, Command::kEncrypt);
  EXPECT_EQ(options.bench.size_bytes, 1u << 20);
  EXPECT_EQ(options.bench.in_flight, 65'536u);
  EXPECT_EQ(options.bench.duration, absl::Milliseconds(250));
  EXPECT_EQ(options.bench.connections, 3u);
  EXPECT_TRUE(options.bench.unary);
  EXPECT_TRUE(options.verify);
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
      {{"compress", "--serial", "--verify"}, "--verify: not with --serial"},
      {{"compress", "--serial", "--block-size=1M"}, "--block-size: not with"},
      {{"decompress", "--serial"}, "--serial"},
      {{"bench", "--operation", "status"}, "status"},
      {{"bench", "--in-flight", "0"}, "1..65536"},
      {{"bench", "--connections", "1025"}, "1..1024"},
      {{"bench", "--size", "65M"}, "1..64M"},
      {{"bench", "--duration", "0"}, "--duration"},
      {{"bench", "--operation", "encrypt"}, "--key"},
      {{"bench", "-f", "zstd"}, "--format: not with --operation copy"},
      {{"bench", "-l", "1"}, "--level: not with"},
      {{"bench", "-k", "k"}, "--key: not with"},
      {{"bench", "-a", "sha256"}, "--algorithm: not with"},
      {{"bench", "--operation", "digest", "-a", "gzip"}, "gzip"},
      {{"bench", "file"}, "file"},
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
  for (const CommandSpec& spec : CommandSpecs()) {
    EXPECT_TRUE(absl::StartsWith(HelpText(spec.command), "Usage: uaccectl"))
        << spec.name;
  }
}

TEST(OptionsTest, HelpLinesFitATerminal) {
  for (const CommandSpec& spec : CommandSpecs()) {
    size_t column = 0;
    for (const char c : HelpText(spec.command)) {
      column = c == '\n' ? 0 : column + 1;
      ASSERT_LE(column, 80u) << spec.name;
    }
  }
}

TEST(OptionsTest, CommandsStandInTheOrderOfTheEnum) {
  for (size_t i = 0; i < CommandSpecs().size(); ++i) {
    EXPECT_EQ(static_cast<size_t>(CommandSpecs()[i].command), i);
  }
}

}  // namespace
}  // namespace uacced::cli
