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

struct SizeRange {
  const char* option;
  uint64_t min_bytes;
  uint64_t max_bytes;
  const char* text;  // the range, as the user may write it
};
constexpr SizeRange kMaxOutputRange = {"--max-output", 1, uint64_t{1} << 60,
                                       "1..1048576T; write 1000, 64K or 16M"};
constexpr SizeRange kBlockRange = {"--block-size", 64 << 10, 16 << 20,
                                   "64K..16M"};
constexpr SizeRange kChunkRange = {"--chunk-size", 4 << 10, 4 << 20, "4K..4M"};
constexpr SizeRange kBenchSizeRange = {"--size", 1, 64 << 20, "1..64M"};

constexpr uint32_t kMaxBenchInFlight = 65'536;
constexpr uint32_t kMaxBenchConnections = 1'024;

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
    {Command::kFaults, "faults", 0, 0, false},
    {Command::kFaultsInject, "faults inject", 2, 2, false},
    {Command::kFaultsClear, "faults clear", 1, 1, false},
    {Command::kFaultsList, "faults list", 1, 1, false},
    {Command::kDevices, "devices", 0, 0, false},
    {Command::kStatus, "status", 0, 0, false},
    {Command::kBench, "bench", 0, 0, false},
};

constexpr uint32_t kEverywhere = ~uint32_t{0};
constexpr uint32_t kWritesOutput =
    Bit(Command::kCompress) | Bit(Command::kDecompress) |
    Bit(Command::kEncrypt) | Bit(Command::kDecrypt) | Bit(Command::kCopy);
constexpr uint32_t kCrypts = Bit(Command::kEncrypt) | Bit(Command::kDecrypt);
constexpr uint32_t kReadsFiles = kWritesOutput | Bit(Command::kDigest);
constexpr uint32_t kBench = Bit(Command::kBench);
constexpr uint32_t kInjects = Bit(Command::kFaultsInject);
constexpr uint32_t kMakesKey =
    Bit(Command::kKeysCreate) | Bit(Command::kKeysImport);

constexpr uint32_t kTakesMaterial =
    Bit(Command::kKeysImport) | Bit(Command::kKeysRotate);

using Value = const std::string&;

absl::Status ParseTime(absl::string_view option, Value value,
                       absl::Duration& result) {
  double seconds;
  absl::Duration time;
  if (absl::SimpleAtod(value, &seconds)) {
    time = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(value, &time)) {
    return UsageError(absl::StrCat(option, ": \"", value,
                                   "\" is not a time; write 30s or 2m"));
  }
  if (time <= absl::ZeroDuration() || time > absl::Hours(24)) {
    return UsageError(
        absl::StrCat(option, ": must be more than 0 and at most 24h"));
  }
  result = time;
  return absl::OkStatus();
}

absl::Status SetTimeout(Options& options, Value value) {
  return ParseTime("--timeout", value, options.timeout);
}

absl::Status SetDuration(Options& options, Value value) {
  return ParseTime("--duration", value, options.bench.duration);
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

absl::Status ParseSize(const SizeRange& range, Value value, uint64_t& result) {
  absl::string_view digits = value;
  int shift = 0;
  if (absl::ConsumeSuffix(&digits, "K")) {
    shift = 10;
  } else if (absl::ConsumeSuffix(&digits, "M")) {
    shift = 20;
  } else if (absl::ConsumeSuffix(&digits, "G")) {
    shift = 30;
  } else if (absl::ConsumeSuffix(&digits, "T")) {
    shift = 40;
  }
  uint64_t count;
  if (digits.empty() || !absl::ascii_isdigit(digits[0]) ||
      !absl::SimpleAtoi(digits, &count) || count > (range.max_bytes >> shift) ||
      (count << shift) < range.min_bytes) {
    return UsageError(
        absl::StrCat(range.option, ": \"", value, "\" is not ", range.text));
  }
  result = count << shift;
  return absl::OkStatus();
}

template <uint64_t Options::*kMember, const SizeRange& kRange>
absl::Status SetSize(Options& options, Value value) {
  return ParseSize(kRange, value, options.*kMember);
}

absl::Status SetBenchSize(Options& options, Value value) {
  return ParseSize(kBenchSizeRange, value, options.bench.size_bytes);
}

absl::Status ParseCount(absl::string_view option, Value value, uint32_t most,
                        uint32_t& result) {
  uint32_t count;
  if (!absl::SimpleAtoi(value, &count) || count == 0 || count > most) {
    return UsageError(
        absl::StrCat(option, ": \"", value, "\" is not 1..", most));
  }
  result = count;
  return absl::OkStatus();
}

absl::Status SetInFlight(Options& options, Value value) {
  return ParseCount("--in-flight", value, kMaxBenchInFlight,
                    options.bench.in_flight);
}

absl::Status SetConnections(Options& options, Value value) {
  return ParseCount("--connections", value, kMaxBenchConnections,
                    options.bench.connections);
}

absl::Status SetOperation(Options& options, Value value) {
  for (const CommandSpec& spec : kCommands) {
    if ((Bit(spec.command) & kReadsFiles) == 0 || spec.name != value) continue;
    options.bench.operation = spec.command;
    options.fault.operation = value;
    return absl::OkStatus();
  }
  return UsageError(absl::StrCat(
      "--operation: \"", value,
      "\" is none of compress, decompress, encrypt, decrypt, digest, copy"));
}

absl::Status SetMode(Options& options, Value value) {
  const auto mode = ModeByName(value);
  if (!mode) {
    return UsageError(absl::StrCat("--mode: \"", value,
                                   "\" is none of hardware-only, "
                                   "prefer-hardware, balanced, software-only"));
  }
  options.mode = *mode;
  return absl::OkStatus();
}

absl::Status SetPerMille(Options& options, Value value) {
  return ParseCount("--per-mille", value, 1000, options.fault.per_mille);
}

template <uint64_t FaultOptions::*kMember>
absl::Status SetFaultNumber(Options& options, Value value) {
  if (absl::SimpleAtoi(value, &(options.fault.*kMember))) {
    return absl::OkStatus();
  }
  return UsageError(absl::StrCat("\"", value, "\" is not a whole number"));
}

absl::Status SetUnary(Options& options, Value) {
  options.bench.unary = true;
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
    {0, "mode", true, kReadsFiles | kBench, SetMode},
    {'o', "output", true, kWritesOutput, SetText<&Options::output>},
    {0, "force", false, Bit(Command::kCompress) | Bit(Command::kEncrypt),
     SetFlag<&Options::force>},
    {0, "crc32c", false, kReadsFiles | kBench, SetFlag<&Options::crc32c>},
    {0, "no-progress", false, kReadsFiles, SetFlag<&Options::no_progress>},
    {'f', "format", true,
     Bit(Command::kCompress) | Bit(Command::kDecompress) | kBench, SetFormat},
    {'l', "level", true, Bit(Command::kCompress) | kBench, SetLevel},
    {0, "serial", false, Bit(Command::kCompress), SetFlag<&Options::serial>},
    {0, "block-size", true, Bit(Command::kCompress),
     SetSize<&Options::block_bytes, kBlockRange>},
    {0, "verify", false, Bit(Command::kCompress) | kBench,
     SetFlag<&Options::verify>},
    {0, "max-output", true, Bit(Command::kDecompress),
     SetSize<&Options::max_output_bytes, kMaxOutputRange>},
    {'k', "key", true, kCrypts | Bit(Command::kDigest) | kBench, SetKey},
    {'a', "algorithm", true,
     kCrypts | kMakesKey | Bit(Command::kDigest) | kBench,
     SetText<&Options::algorithm>},
    {0, "chunk-size", true, Bit(Command::kEncrypt),
     SetSize<&Options::chunk_bytes, kChunkRange>},
    {0, "allow-unauthenticated", false, kCrypts,
     SetFlag<&Options::allow_unauthenticated>},
    {0, "caller-nonce", false, kMakesKey, SetFlag<&Options::caller_nonce>},
    {0, "from", true, kTakesMaterial, SetText<&Options::from>},
    {0, "hex", false, kTakesMaterial, SetFlag<&Options::hex>},
    {0, "operation", true, kBench | kInjects, SetOperation},
    {0, "skip", true, kInjects, SetFaultNumber<&FaultOptions::skip>},
    {0, "count", true, kInjects, SetFaultNumber<&FaultOptions::count>},
    {0, "per-mille", true, kInjects, SetPerMille},
    {0, "parameter", true, kInjects, SetFaultNumber<&FaultOptions::parameter>},
    {0, "size", true, kBench, SetBenchSize},
    {0, "in-flight", true, kBench, SetInFlight},
    {0, "duration", true, kBench, SetDuration},
    {0, "connections", true, kBench, SetConnections},
    {0, "unary", false, kBench, SetUnary},
};

}  // namespace

absl::Span<const CommandSpec> CommandSpecs() { return kCommands; }

absl::Span<const OptionSpec> OptionSpecs() { return kOptions; }

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
