// What `uaccectl --help` and `uaccectl COMMAND --help` print.
#ifndef UACCED_CLIENT_CLI_HELP_H_
#define UACCED_CLIENT_CLI_HELP_H_

#include "absl/strings/string_view.h"
#include "client/cli/options.h"

namespace uacced::cli {

absl::string_view HelpText(Command command);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_HELP_H_
