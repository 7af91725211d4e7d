// The tables of uaccectl's commands and options. Constant; any thread.
#ifndef UACCED_CLIENT_CLI_OPTION_SPECS_H_
#define UACCED_CLIENT_CLI_OPTION_SPECS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/cli/options.h"

namespace uacced::cli {

struct CommandSpec {
  Command command;
  absl::string_view name;
  size_t min_arguments;
  size_t max_arguments;
  bool reads_input;  // no argument means standard input
};

constexpr uint32_t Bit(Command command) {
  return uint32_t{1} << static_cast<unsigned>(command);
}
struct OptionSpec {
  char short_name;  // 0: none
  absl::string_view long_name;
  bool takes_value;
  uint32_t commands;  // Bit() of each that has the option

  // Checks `value`, which is "" for an option without one, and stores it.
  absl::Status (*set)(Options& options, const std::string& value);
};

// Every command, in the order of the enum.
absl::Span<const CommandSpec> CommandSpecs();

absl::Span<const OptionSpec> OptionSpecs();

// Null when there is no such option.
const OptionSpec* FindShortOption(char name);
const OptionSpec* FindLongOption(absl::string_view name);

// What --server and the environment variable of that meaning do.
absl::Status SetServer(Options& options, const std::string& value);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_OPTION_SPECS_H_
