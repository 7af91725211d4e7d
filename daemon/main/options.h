// The command line: only what must come before the configuration file.
#ifndef UACCED_DAEMON_MAIN_OPTIONS_H_
#define UACCED_DAEMON_MAIN_OPTIONS_H_

#include <span>
#include <string>

#include "absl/status/statusor.h"

namespace uacced {

struct CommandLine {
  enum class Action { kRun, kCheck, kHelp, kVersion };
  Action action = Action::kRun;
  std::string config_path = "/etc/uacced/uacced.textproto";
};

// `arguments` without the program's name. INVALID_ARGUMENT says what is wrong.
absl::StatusOr<CommandLine> ParseCommandLine(std::span<char* const> arguments);

// For --help.
const char* HelpText();

}  // namespace uacced

#endif  // UACCED_DAEMON_MAIN_OPTIONS_H_
