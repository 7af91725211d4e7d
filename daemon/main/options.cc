#include "daemon/main/options.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace uacced {

absl::StatusOr<CommandLine> ParseCommandLine(std::span<char* const> arguments) {
  CommandLine result;
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view argument = arguments[i];
    if (argument == "--help" || argument == "-h") {
      result.action = CommandLine::Action::kHelp;
      return result;
    }
    if (argument == "--version") {
      result.action = CommandLine::Action::kVersion;
      return result;
    }
    if (argument == "--check") {
      result.action = CommandLine::Action::kCheck;
    } else if (argument == "--config") {
      if (++i == arguments.size()) {
        return absl::InvalidArgumentError("--config needs a file");
      }
      result.config_path = arguments[i];
    } else if (absl::ConsumePrefix(&argument, "--config=")) {
      result.config_path = std::string(argument);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown argument \"", argument, "\""));
    }
  }
  return result;
}

const char* HelpText() {
  return R"(usage: uacced [--config FILE] [--check]

Serves compression and encryption over gRPC, on accelerators or on the CPU.

  --config FILE  configuration, protobuf text format of uacced.v1.Config
                 (default /etc/uacced/uacced.textproto)
  --check        only validate the configuration
  --help         this text
  --version      the version

Signals: SIGTERM and SIGINT finish what is in flight and exit; a second one
waits for nobody. SIGHUP is ignored: changes need a restart. Exit code: 0 after a clean stop, 1 when the daemon
cannot start, 2 for a wrong command line or configuration.
)";
}

}  // namespace uacced
