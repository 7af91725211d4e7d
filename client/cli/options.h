// The command line of uaccectl, parsed and checked.
//
// Errors: ExitCode::kUsage with a text that names the option.
#ifndef UACCED_CLIENT_CLI_OPTIONS_H_
#define UACCED_CLIENT_CLI_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::cli {

enum class Command : uint8_t {
  kNone,  // only with --help and --version
  kCompress,
  kDecompress,
  kEncrypt,
  kDecrypt,
  kDigest,
  kCopy,
  kKeys,  // only with --help
  kKeysCreate,
  kKeysImport,
  kKeysList,
  kKeysRotate,
  kKeysDestroy,
  kDevices,
  kStatus,
};

// "keys create"; empty for kNone.
absl::string_view CommandName(Command command);

struct Options {
  Command command = Command::kNone;
  std::string server = "unix:/run/uacced/uacced.sock";
  absl::Duration timeout = absl::Seconds(60);
  bool json = false;
  bool verbose = false;
  bool help = false;
  bool version = false;
  bool force = false;  // write binary to a terminal

  std::string output = "-";
  v1::CompressionFormat format = v1::COMPRESSION_FORMAT_UNSPECIFIED;
  std::optional<int> level;
  uint64_t max_output_bytes = 0;  // 0: the daemon's limit
  std::string algorithm;          // a name; its meaning is the command's
  std::string key;
  bool allow_unauthenticated = false;
  bool caller_nonce = false;
  std::string from;  // keys import, keys rotate
  bool hex = false;

  // IN, or the key's name; "-" for standard input when none was given to a
  // command that reads one.
  std::vector<std::string> arguments;
};

// `arguments` come without the program's name. `environment_server` is
// UACCED_SERVER's value or null.
absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments,
                                     const char* environment_server);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_OPTIONS_H_
