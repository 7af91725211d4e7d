#include "client/cli/option_specs.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "client/cli/exit_code.h"
#include "client/cli/names.h"

namespace uacced::cli {
namespace {

// Bytes that --max-output may ask for at most: what a message may carry.
constexpr uint64_t kMaxOutputLimitBytes = uint64_t{1} << 30;

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
    {Command::kKeysRotate, "keys rotate", 1, 1, false},
    {Command::kKeysDestroy, "keys destroy", 1, 1, false},
    {Command::kDevices, "devices", 0, 0, false},
    {Command::kStatus, "status", 0, 0, false},
};

constexpr uint32_t kEverywhere = ~uint32_t{0};
constexpr uint32_t kWritesOutput =
    Bit(Command::kCompress) | Bit(Command::kDecompress) |
    Bit(Command::kEncrypt) | Bit(Command::kDecrypt) | Bit(Command::kCopy);
constexpr uint32_t kCrypts = Bit(Command::kEncrypt) | Bit(Command::kDecrypt);
constexpr uint32_t kMakesKey =
    Bit(Command::kKeysCreate) | Bit(Command::kKeysImport);

constexpr uint32_t kTakesMaterial =
    Bit(Command::kKeysImport) | Bit(Command::kKeysRotate);

using Value = const std::string&;

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
  if (absl::ConsumeSuffix(&digits, "K")) {
    shift = 10;
  } else if (absl::ConsumeSuffix(&digits, "M")) {
    shift = 20;
  } else if (absl::ConsumeSuffix(&digits, "G")) {
    shift = 30;
  }
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
    {0, "from", true, kTakesMaterial, SetText<&Options::from>},
    {0, "hex", false, kTakesMaterial, SetFlag<&Options::hex>},
};

}  // namespace

absl::Span<const CommandSpec> CommandSpecs() { return kCommands; }

const OptionSpec* FindShortOption(char name) {
  for (const OptionSpec& spec : kOptions) {
    if (spec.short_name == name) return &spec;
  }
  return nullptr;
}

const OptionSpec* FindLongOption(absl::string_view name) {
  for (const OptionSpec& spec : kOptions) {
    if (spec.long_name == name) return &spec;
  }
  return nullptr;
}

absl::Status SetServer(Options& options, const std::string& value) {
  if (value.empty()) return UsageError("--server: empty");
  // A path is a Unix socket; host:port has no slash.
  const bool is_path = absl::StrContains(value, '/') &&
                       !absl::StartsWith(value, "unix:") &&
                       !absl::StrContains(value, "://");
  options.server = is_path ? absl::StrCat("unix:", value) : value;
  return absl::OkStatus();
}

}  // namespace uacced::cli
