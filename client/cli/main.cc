// uaccectl: the daemon from the command line.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/version.h"
#include "client/cli/exit_code.h"
#include "client/cli/help.h"
#include "client/cli/options.h"
#include "client/cli/output_file.h"
#include "client/cli/session.h"
#include "client/cpp/client.h"
#include "grpc/grpc.h"

namespace uacced::cli {
namespace {

// Room in a message for what is not payload.
constexpr size_t kMessageOverheadBytes = size_t{1} << 20;

absl::Status RunCommand(const Session& session) {
  switch (session.options.command) {
    case Command::kNone:
    case Command::kKeys:
    case Command::kFaults:
      break;
    case Command::kCompress:
      return RunCompress(session);
    case Command::kDecompress:
      return RunDecompress(session);
    case Command::kEncrypt:
      return RunEncrypt(session);
    case Command::kDecrypt:
      return RunDecrypt(session);
    case Command::kDigest:
      return RunDigest(session);
    case Command::kCopy:
      return RunCopy(session);
    case Command::kKeysCreate:
      return RunKeysCreate(session);
    case Command::kKeysImport:
      return RunKeysImport(session);
    case Command::kKeysList:
      return RunKeysList(session);
    case Command::kKeysRotate:
      return RunKeysRotate(session);
    case Command::kKeysDestroy:
      return RunKeysDestroy(session);
    case Command::kFaultsInject:
      return RunFaultsInject(session);
    case Command::kFaultsClear:
      return RunFaultsClear(session);
    case Command::kFaultsList:
      return RunFaultsList(session);
    case Command::kDevices:
      return RunDevices(session);
    case Command::kStatus:
      return RunStatus(session);
    case Command::kBench:
      return RunBench(session);
  }
  return UsageError("no command given; see uaccectl --help");
}

absl::Status Run(const std::vector<std::string>& arguments) {
  const auto options = ParseOptions(arguments, std::getenv("UACCED_SERVER"));
  if (!options.ok()) return options.status();
  if (options->help) return WriteStandardOutput(HelpText(options->command));
  if (options->version) {
    return WriteStandardOutput(absl::StrCat("uaccectl ", kVersion, "\n"));
  }
  // Ends with the process: the last grpc_shutdown() now and then takes 10 s.
  grpc_init();
  const client::ClientOptions client_options = {
      .server = options->server,
      .timeout = options->timeout,
      .max_message_bytes = kMaxInputBytes + kMessageOverheadBytes,
      .crc32c = options->crc32c};
  auto client = client::Client::Connect(client_options);
  if (!client.ok()) return UsageError(client.status().message());
  return RunCommand({*options, **client, client_options});
}

int Main(int argc, char** argv) {
  IgnoreBrokenPipes();
  const absl::Status status =
      Run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
  if (!status.ok() && !status.message().empty()) {
    absl::FPrintF(stderr, "uaccectl: %s\n", OneLine(status.message()));
  }
  return static_cast<int>(ExitCodeOf(status));
}

}  // namespace
}  // namespace uacced::cli

int main(int argc, char** argv) { return uacced::cli::Main(argc, argv); }
