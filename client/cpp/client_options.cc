#include "client/cpp/client_options.h"

#include <algorithm>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace uacced::client {
namespace {

// sizeof(sockaddr_un::sun_path) less the final zero byte.
constexpr size_t kMaxUnixPathBytes = 107;

}  // namespace

absl::Status Validate(const ClientOptions& options) {
  const absl::string_view server = options.server;
  if (absl::StartsWith(server, "unix:")) {
    const size_t path_bytes = server.size() - 5;
    if (path_bytes == 0 || path_bytes > kMaxUnixPathBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("server: the path of a Unix socket has 1 to ",
                       kMaxUnixPathBytes, " bytes: \"", server, "\""));
    }
  } else if (server.find(':') == absl::string_view::npos ||
             absl::StartsWith(server, ":") || absl::EndsWith(server, ":")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "server: neither unix:/path nor host:port: \"", server, "\""));
  }
  if (options.timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("timeout: must be more than 0");
  }
  if (options.max_message_bytes == 0 ||
      options.max_message_bytes > std::numeric_limits<int>::max()) {
    return absl::InvalidArgumentError("max_message_bytes: must be 1..2^31-1");
  }
  if (options.retry.max_attempts < 1 ||
      options.retry.initial_backoff <= absl::ZeroDuration() ||
      options.retry.max_backoff < options.retry.initial_backoff) {
    return absl::InvalidArgumentError(
        "retry: needs max_attempts >= 1 and 0 < initial_backoff <= "
        "max_backoff");
  }
  return absl::OkStatus();
}

int64_t DeadlineNs(const ClientOptions& options, absl::Duration timeout,
                   int64_t now_ns) {
  if (timeout <= absl::ZeroDuration()) timeout = options.timeout;
  return now_ns + std::min(absl::ToInt64Nanoseconds(timeout),
                           kInfiniteFutureNs - now_ns);
}

}  // namespace uacced::client
