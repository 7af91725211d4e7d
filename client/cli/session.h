// What every command works with: its options and a client of the daemon.
#ifndef UACCED_CLIENT_CLI_SESSION_H_
#define UACCED_CLIENT_CLI_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/exit_code.h"
#include "client/cli/options.h"
#include "client/cpp/client.h"

namespace uacced::cli {

// Most bytes of input that one request carries: the daemon's default limit.
// Streams have none.
inline constexpr size_t kMaxInputBytes = size_t{64} << 20;

struct Session {
  const Options& options;
  client::Client& client;
  // What the client was made with, for other connections.
  const client::ClientOptions& client_options;

  // The daemon's answer, or a failure that tells `what` it was about.
  template <typename Request>
  absl::StatusOr<client::Client::ResponseOf<Request>> Call(
      const Request& request, absl::string_view what) const {
    auto response = client.Call(request);
    if (!response.ok()) {
      return DescribeCallError(response.status(), what, options.server);
    }
    return response;
  }

  // What tells the daemon's errors about `what`.
  std::function<absl::Status(const absl::Status&)> DescribeFor(
      absl::string_view what) const {
    return [this, what = std::string(what)](const absl::Status& error) {
      return DescribeCallError(error, what, options.server);
    };
  }
};

// Bytes in and out of one operation. The ratio is how many times smaller the
// compressed side is; 0: not a compression.
struct Work {
  std::string name;  // what was worked on
  uint64_t input_bytes = 0;
  uint64_t output_bytes = 0;
  double ratio = 0;
  uint64_t block_count = 1;
};

// With --verbose: one line on standard error about who did the work.
void ReportExecution(const Options& options, const v1::Execution& execution,
                     const Work& work);

// The same of a stream: one line for each device.
void ReportSummary(const Options& options, const v1::StreamSummary& summary,
                   Work work);

absl::string_view PathName(v1::Execution::Path path);

// What --algorithm and --key ask Digest for: sha256 without either.
v1::HashAlgorithm ChosenHash(const Options& options);

// One function per command. Errors are failures of exit_code.h, not printed.
absl::Status RunCompress(const Session& session);
absl::Status RunDecompress(const Session& session);
absl::Status RunCopy(const Session& session);
absl::Status RunEncrypt(const Session& session);
absl::Status RunDecrypt(const Session& session);
absl::Status RunDigest(const Session& session);
absl::Status RunKeysCreate(const Session& session);
absl::Status RunKeysImport(const Session& session);
absl::Status RunKeysList(const Session& session);
absl::Status RunKeysRotate(const Session& session);
absl::Status RunKeysDestroy(const Session& session);
absl::Status RunFaultsInject(const Session& session);
absl::Status RunFaultsClear(const Session& session);
absl::Status RunFaultsList(const Session& session);
absl::Status RunDevices(const Session& session);
absl::Status RunStatus(const Session& session);
absl::Status RunBench(const Session& session);

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_SESSION_H_
