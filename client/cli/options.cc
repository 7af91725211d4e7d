#include "client/cli/options.h"

#include <cstddef>
#include <iterator>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "client/cli/exit_code.h"
#include "client/cli/names.h"

namespace uacced::cli {
namespace {

// Bytes that --max-output may ask for at most: what a message may carry.
constexpr uint64_t kMaxOutputLimitBytes = uint64_t{1} << 30;

struct CommandSpec {
  Command command;
  absl::string_view name;
  size_t min_arguments;
  size_t max_arguments;
  bool reads_input;  // no argument means standard input
};

constexpr size_t kAnyCount = std::numeric_limits<size_t>::max();

// In the order of the enum.
constexpr CommandSpec kCommands[] = {
    {Command::kNone, "", 0, 0, false},
    {Command::kCompress, "compress", 0, 1, true},
    {Command::kDecompress, "decompress", 0, 1, true},
    {Command::kEncrypt, "encrypt", 0, 1, true},
    {Command::kDecrypt, "decrypt", 0, 1, true},
    {Command::kDigest, "digest", 0, kAnyCount, true},
    {Command::kCopy, "copy", 0, 1, true},
    {Command::kKeys, "keys", 0, 0, false},
    {Command::kKeysCreate, "keys create", 1, 1, false},
    {Command::kKeysImport, "keys import", 1, 1, false},
    {Command::kKeysList, "keys list", 0, 0, false},
    {Command::kKeysDestroy, "keys destroy", 1, 1, false},
    {Command::kDevices, "devices", 0, 0, false},
    {Command::kStatus, "status", 0, 0, false},
};

constexpr uint32_t Bit(Command command) {
  return uint32_t{1} << static_cast<unsigned>(command);
}
constexpr uint32_t kEverywhere = ~uint32_t{0};
constexpr uint32_t kWritesOutput =
    Bit(Command::kCompress) | Bit(Command::kDecompress) |
    Bit(Command::kEncrypt) | Bit(Command::kDecrypt) | Bit(Command::kCopy);
constexpr uint32_t kCrypts = Bit(Command::kEncrypt) | Bit(Command::kDecrypt);
constexpr uint32_t kMakesKey =
    Bit(Command::kKeysCreate) | Bit(Command::kKeysImport);

using Value = const std::string&;

absl::Status SetServer(Options& options, Value value) {
  if (value.empty()) return UsageError("--server: empty");
  // A path is a Unix socket; host:port has no slash.
  const bool is_path = absl::StrContains(value, '/') &&
                       !absl::StartsWith(value, "unix:") &&
                       !absl::StrContains(value, "://");
  options.server = is_path ? absl::StrCat("unix:", value) : value;
  return absl::OkStatus();
}

absl::Status SetTimeout(Options& options, Value value) {
  double seconds;
  absl::Duration timeout;
  if (absl::SimpleAtod(value, &seconds)) {
    timeout = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(value, &timeout)) {
    return UsageError(absl::StrCat("--timeout: \"", value,
                                   "\" is not a time; write 30s or 2m"));
  }
  if (timeout <= absl::ZeroDuration() || timeout > absl::Hours(24)) {
    return UsageError("--timeout: must be more than 0 and at most 24h");
  }
  options.timeout = timeout;
  return absl::OkStatus();
}

absl::Status SetFormat(Options& options, Value value) {
  const auto format = FormatByName(value);
  if (!format) {
    return UsageError(absl::StrCat(
        "--format: \"", value, "\" is none of gzip, zlib, deflate, zstd, lz4"));
  }
  options.format = *format;
  return absl::OkStatus();
}

absl::Status SetLevel(Options& options, Value value) {
  int level;
  if (!absl::SimpleAtoi(value, &level)) {
    return UsageError(absl::StrCat("--level: \"", value, "\" is not a number"));
  }
  options.level = level;
  return absl::OkStatus();
}

absl::Status SetMaxOutput(Options& options, Value value) {
  absl::string_view digits = value;
  int shift = 0;
  if (absl::ConsumeSuffix(&digits, "K"))
    shift = 10;
  else if (absl::ConsumeSuffix(&digits, "M"))
    shift = 20;
  else if (absl::ConsumeSuffix(&digits, "G"))
    shift = 30;
  uint64_t count;
  if (digits.empty() || !absl::ascii_isdigit(digits[0]) ||
      !absl::SimpleAtoi(digits, &count) || count == 0 ||
      count > (kMaxOutputLimitBytes >> shift)) {
    return UsageError(absl::StrCat("--max-output: \"", value,
                                   "\" is not 1..1G; write 1000, 64K or 16M"));
  }
  options.max_output_bytes = count << shift;
  return absl::OkStatus();
}

absl::Status SetKey(Options& options, Value value) {
  if (!IsKeyName(value)) {
    return UsageError(
        absl::StrCat("--key: \"", value, "\" cannot be the name of a key"));
  }
  options.key = value;
  return absl::OkStatus();
}

template <std::string Options::*kMember>
absl::Status SetText(Options& options, Value value) {
  options.*kMember = value;
  return absl::OkStatus();
}

template <bool Options::*kMember>
absl::Status SetFlag(Options& options, Value) {
  options.*kMember = true;
  return absl::OkStatus();
}

struct OptionSpec {
  char short_name;  // 0: none
  absl::string_view long_name;
  bool takes_value;
  uint32_t commands;
  absl::Status (*set)(Options& options, Value value);
};

constexpr OptionSpec kOptions[] = {
    {'h', "help", false, kEverywhere, SetFlag<&Options::help>},
    {0, "version", false, kEverywhere, SetFlag<&Options::version>},
    {0, "server", true, kEverywhere, SetServer},
    {0, "timeout", true, kEverywhere, SetTimeout},
    {0, "json", false, kEverywhere, SetFlag<&Options::json>},
    {'v', "verbose", false, kEverywhere, SetFlag<&Options::verbose>},
    {'o', "output", true, kWritesOutput, SetText<&Options::output>},
    {0, "force", false, Bit(Command::kCompress) | Bit(Command::kEncrypt),
     SetFlag<&Options::force>},
    {'f', "format", true, Bit(Command::kCompress) | Bit(Command::kDecompress),
     SetFormat},
    {'l', "level", true, Bit(Command::kCompress), SetLevel},
    {0, "max-output", true, Bit(Command::kDecompress), SetMaxOutput},
    {'k', "key", true, kCrypts | Bit(Command::kDigest), SetKey},
    {'a', "algorithm", true, kCrypts | kMakesKey | Bit(Command::kDigest),
     SetText<&Options::algorithm>},
    {0, "allow-unauthenticated", false, kCrypts,
     SetFlag<&Options::allow_unauthenticated>},
    {0, "caller-nonce", false, kMakesKey, SetFlag<&Options::caller_nonce>},
    {0, "from", true, Bit(Command::kKeysImport), SetText<&Options::from>},
    {0, "hex", false, Bit(Command::kKeysImport), SetFlag<&Options::hex>},
};

const OptionSpec* FindShort(char name) {
  for (const OptionSpec& spec : kOptions) {
    if (spec.short_name == name) return &spec;
  }
  return nullptr;
}

const OptionSpec* FindLong(absl::string_view name) {
  for (const OptionSpec& spec : kOptions) {
    if (spec.long_name == name) return &spec;
  }
  return nullptr;
}

// Splits words into options, whose commands are checked later, and others.
class Scanner {
 public:
  Scanner(const std::vector<std::string>& words, Options& options)
      : words_(words), options_(options) {}

  absl::Status Scan() {
    bool options_ended = false;
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      if (options_ended || word == "-" || !absl::StartsWith(word, "-")) {
        others.push_back(word);
      } else if (word == "--") {
        options_ended = true;
      } else if (absl::StartsWith(word, "--")) {
        UACCED_RETURN_IF_ERROR(ScanLong(word.substr(2)));
      } else {
        UACCED_RETURN_IF_ERROR(ScanShort(word.substr(1)));
      }
    }
    return absl::OkStatus();
  }

  std::vector<const OptionSpec*> seen;
  std::vector<std::string> others;

 private:
  absl::Status ScanLong(const std::string& word) {
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const OptionSpec* const spec = FindLong(name);
    if (spec == nullptr) return Unknown(absl::StrCat("--", name));
    if (!spec->takes_value) {
      if (equals != std::string::npos) {
        return UsageError(absl::StrCat("--", name, ": takes no value"));
      }
      return Set(*spec, "");
    }
    if (equals != std::string::npos) {
      return Set(*spec, word.substr(equals + 1));
    }
    return SetToNextWord(*spec);
  }

  // "-v", "-vo FILE" and "-oFILE".
  absl::Status ScanShort(const std::string& letters) {
    for (size_t i = 0; i < letters.size(); ++i) {
      const OptionSpec* const spec = FindShort(letters[i]);
      if (spec == nullptr) {
        return Unknown(absl::StrCat("-", letters.substr(i, 1)));
      }
      if (!spec->takes_value) {
        UACCED_RETURN_IF_ERROR(Set(*spec, ""));
      } else if (i + 1 < letters.size()) {
        return Set(*spec, letters.substr(i + 1));
      } else {
        return SetToNextWord(*spec);
      }
    }
    return absl::OkStatus();
  }

  absl::Status SetToNextWord(const OptionSpec& spec) {
    if (next_ == words_.size()) {
      return UsageError(absl::StrCat("--", spec.long_name, ": needs a value"));
    }
    return Set(spec, words_[next_++]);
  }

  absl::Status Set(const OptionSpec& spec, const std::string& value) {
    if (spec.takes_value && value.empty()) {
      return UsageError(absl::StrCat("--", spec.long_name, ": is empty"));
    }
    seen.push_back(&spec);
    return spec.set(options_, value);
  }

  static absl::Status Unknown(absl::string_view name) {
    return UsageError(
        absl::StrCat(name, ": no such option; uaccectl --help lists them"));
  }

  const std::vector<std::string>& words_;
  Options& options_;
  size_t next_ = 0;
};

// Takes the command's one or two words off the front of `others`.
absl::StatusOr<Command> TakeCommand(std::vector<std::string>& others,
                                    bool help) {
  if (others.empty()) {
    if (help) return Command::kNone;
    return UsageError("no command given; see uaccectl --help");
  }
  std::string name = others[0];
  size_t words = 1;
  if (name == "keys" && others.size() > 1) {
    absl::StrAppend(&name, " ", others[1]);
    words = 2;
  } else if (name == "keys" && !help) {
    return UsageError(
        "keys: create, import, list or destroy? See uaccectl keys --help");
  }
  for (const CommandSpec& spec : kCommands) {
    if (spec.name != name || spec.command == Command::kNone) continue;
    others.erase(others.begin(), others.begin() + words);
    return spec.command;
  }
  return UsageError(
      absl::StrCat(name, ": no such command; uaccectl --help lists them"));
}

absl::Status CheckArguments(const CommandSpec& spec, Options& options) {
  if (options.arguments.size() > spec.max_arguments) {
    return UsageError(absl::StrCat(spec.name, ": \"",
                                   options.arguments[spec.max_arguments],
                                   "\" is one argument too many"));
  }
  if (options.arguments.size() < spec.min_arguments) {
    return UsageError(absl::StrCat(spec.name, ": needs the name of a key"));
  }
  if (spec.reads_input && options.arguments.empty()) {
    options.arguments.push_back("-");
  }
  return absl::OkStatus();
}

// What no single option can tell.
absl::Status CheckTogether(const Options& options) {
  const absl::string_view name = CommandName(options.command);
  const auto missing = [&](absl::string_view option) {
    return UsageError(absl::StrCat(name, ": needs ", option));
  };
  switch (options.command) {
    case Command::kEncrypt:
      if (options.key.empty()) return missing("--key NAME");
      [[fallthrough]];
    case Command::kDecrypt:
      if (options.algorithm.empty() || CipherByName(options.algorithm)) break;
      return UsageError(absl::StrCat("--algorithm: \"", options.algorithm,
                                     "\" is not a cipher; uaccectl encrypt "
                                     "--help lists them"));
    case Command::kDigest:
      if (options.algorithm.empty() || HashByName(options.algorithm) ||
          (!options.key.empty() && HmacByName(options.algorithm))) {
        break;
      }
      return UsageError(absl::StrCat(
          "--algorithm: \"", options.algorithm, "\" is not a hash",
          HmacByName(options.algorithm) ? " but needs --key NAME" : ""));
    case Command::kKeysImport:
      if (options.algorithm.empty()) return missing("--algorithm NAME");
      if (options.from.empty()) return missing("--from FILE");
      [[fallthrough]];
    case Command::kKeysCreate:
      if (!options.algorithm.empty() && !CipherByName(options.algorithm) &&
          !HmacByName(options.algorithm)) {
        return UsageError(absl::StrCat(
            "--algorithm: \"", options.algorithm,
            "\" is no algorithm for keys; uaccectl keys --help lists them"));
      }
      [[fallthrough]];
    case Command::kKeysDestroy:
      if (IsKeyName(options.arguments[0])) break;
      return UsageError(absl::StrCat(name, ": \"", options.arguments[0],
                                     "\" cannot be the name of a key"));
    default:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view CommandName(Command command) {
  return kCommands[static_cast<size_t>(command)].name;
}

absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments,
                                     const char* environment_server) {
  Options options;
  if (environment_server != nullptr && *environment_server != '\0') {
    UACCED_RETURN_IF_ERROR(SetServer(options, environment_server));
  }
  Scanner scanner(arguments, options);
  UACCED_RETURN_IF_ERROR(scanner.Scan());
  const bool only_facts = options.help || options.version;
  UACCED_ASSIGN_OR_RETURN(options.command,
                          TakeCommand(scanner.others, only_facts));
  for (const OptionSpec* spec : scanner.seen) {
    if ((spec->commands & Bit(options.command)) == 0) {
      return UsageError(absl::StrCat("--", spec->long_name,
                                     ": not an option of ",
                                     CommandName(options.command)));
    }
  }
  if (only_facts) return options;
  options.arguments = std::move(scanner.others);
  UACCED_RETURN_IF_ERROR(
      CheckArguments(kCommands[static_cast<size_t>(options.command)], options));
  UACCED_RETURN_IF_ERROR(CheckTogether(options));
  return options;
}

}  // namespace uacced::cli
