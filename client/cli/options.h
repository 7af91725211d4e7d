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
  kFaults,  // only with --help
  kFaultsInject,
  kFaultsClear,
  kFaultsList,
  kDevices,
  kStatus,
  kBench,
};

// "keys create"; empty for kNone.
absl::string_view CommandName(Command command);

// What bench does, and how much of it at once.
struct BenchOptions {
  Command operation = Command::kCopy;  // kCompress .. kCopy
  uint64_t size_bytes = 4096;
  uint32_t in_flight = 64;  // over all connections
  absl::Duration duration = absl::Seconds(5);
  uint32_t connections = 1;
  bool unary = false;
};

// What faults inject asks for; 0 is the daemon's default.
struct FaultOptions {
  std::string operation;  // empty: all
  uint64_t skip = 0;
  uint64_t count = 0;
  uint32_t per_mille = 0;
  uint64_t parameter = 0;
};

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
  v1::ExecutionMode mode = v1::EXECUTION_MODE_UNSPECIFIED;
  bool serial = false;
  bool verify = false;
  bool crc32c = false;
  bool no_progress = false;
  uint64_t block_bytes = 0;       // 0: the daemon's default
  uint64_t chunk_bytes = 0;       // 0: the daemon's default
  uint64_t max_output_bytes = 0;  // 0: no limit
  std::string algorithm;          // a name; its meaning is the command's
  std::string key;
  bool allow_unauthenticated = false;
  bool caller_nonce = false;
  std::string from;  // keys import, keys rotate
  bool hex = false;
  BenchOptions bench;
  FaultOptions fault;

  // IN, or the name of a key or a device; "-" for standard input when none was
  // given to a command that reads one.
  std::vector<std::string> arguments;
};

// `arguments` come without the program's name. `environment_server` is
// UACCED_SERVER's value or null.
absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments,
                                     const char* environment_server);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_OPTIONS_H_
