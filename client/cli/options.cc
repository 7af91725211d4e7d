#include "client/cli/options.h"

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/cli/exit_code.h"
#include "client/cli/names.h"
#include "client/cli/option_specs.h"

namespace uacced::cli {
namespace {

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
    const OptionSpec* const spec = FindLongOption(name);
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
      const OptionSpec* const spec = FindShortOption(letters[i]);
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
  const bool is_group = name == "keys" || name == "faults";
  if (is_group && others.size() > 1) {
    absl::StrAppend(&name, " ", others[1]);
    words = 2;
  } else if (is_group && !help) {
    return UsageError(
        name == "keys"
            ? "keys: create, import, list or destroy? See uaccectl keys --help"
            : "faults: inject, clear or list? See uaccectl faults --help");
  }
  for (const CommandSpec& spec : CommandSpecs()) {
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
    return UsageError(
        absl::StrCat(spec.name, ": needs the name of a ",
                     !absl::StartsWith(spec.name, "faults") ? "key"
                     : spec.max_arguments > 1 ? "device and a kind of fault"
                                              : "device"));
  }
  if (spec.reads_input && options.arguments.empty()) {
    options.arguments.push_back("-");
  }
  return absl::OkStatus();
}

absl::Status CheckCompress(const Options& options) {
  if (!options.serial) return absl::OkStatus();
  if (options.verify) {
    return UsageError("--verify: not with --serial, which has no blocks");
  }
  if (options.block_bytes != 0) {
    return UsageError("--block-size: not with --serial, which has no blocks");
  }
  return absl::OkStatus();
}

absl::Status CheckHash(const Options& options) {
  if (options.algorithm.empty() || HashByName(options.algorithm) ||
      (!options.key.empty() && HmacByName(options.algorithm))) {
    return absl::OkStatus();
  }
  return UsageError(absl::StrCat(
      "--algorithm: \"", options.algorithm, "\" is not a hash",
      HmacByName(options.algorithm) ? " but needs --key NAME" : ""));
}

absl::Status CheckCipher(const Options& options) {
  if (options.algorithm.empty() || CipherByName(options.algorithm)) {
    return absl::OkStatus();
  }
  return UsageError(absl::StrCat("--algorithm: \"", options.algorithm,
                                 "\" is not a cipher; uaccectl encrypt --help "
                                 "lists them"));
}

absl::Status CheckBench(const Options& options) {
  const Command operation = options.bench.operation;
  const bool compresses =
      operation == Command::kCompress || operation == Command::kDecompress;
  const bool crypts =
      operation == Command::kEncrypt || operation == Command::kDecrypt;
  const auto useless = [&](absl::string_view option) {
    return UsageError(absl::StrCat(option, ": not with --operation ",
                                   CommandName(operation)));
  };
  if (!compresses && options.format != v1::COMPRESSION_FORMAT_UNSPECIFIED) {
    return useless("--format");
  }
  if (!compresses && options.level) return useless("--level");
  if (crypts && options.key.empty()) {
    return UsageError(absl::StrCat(
        "bench: --operation ", CommandName(operation), " needs --key NAME"));
  }
  if (crypts) return CheckCipher(options);
  if (operation == Command::kDigest) return CheckHash(options);
  if (!options.key.empty()) return useless("--key");
  if (!options.algorithm.empty()) return useless("--algorithm");
  return absl::OkStatus();
}

// What no single option can tell.
absl::Status CheckTogether(const Options& options) {
  const absl::string_view name = CommandName(options.command);
  const auto missing = [&](absl::string_view option) {
    return UsageError(absl::StrCat(name, ": needs ", option));
  };
  switch (options.command) {
    case Command::kCompress:
      return CheckCompress(options);
    case Command::kEncrypt:
      if (options.key.empty()) return missing("--key NAME");
      [[fallthrough]];
    case Command::kDecrypt:
      return CheckCipher(options);
    case Command::kDigest:
      return CheckHash(options);
    case Command::kBench:
      return CheckBench(options);
    case Command::kFaultsInject:
      if (FaultByName(options.arguments[1])) break;
      return UsageError(absl::StrCat(name, ": \"", options.arguments[1],
                                     "\" is no kind of fault; uaccectl faults "
                                     "--help lists them"));
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
    case Command::kKeysRotate:
      if (options.hex && options.from.empty()) return missing("--from FILE");
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
  return CommandSpecs()[static_cast<size_t>(command)].name;
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
  UACCED_RETURN_IF_ERROR(CheckArguments(
      CommandSpecs()[static_cast<size_t>(options.command)], options));
  UACCED_RETURN_IF_ERROR(CheckTogether(options));
  return options;
}

}  // namespace uacced::cli
