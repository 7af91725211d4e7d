// What Client, Pipeline and Stream are told about the daemon and its calls.
//
// Threads: plain values.
#ifndef UACCED_CLIENT_CPP_CLIENT_OPTIONS_H_
#define UACCED_CLIENT_CPP_CLIENT_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "client/cpp/call_retry.h"
#include "client/cpp/retry_timer.h"

namespace uacced::client {

struct ClientOptions {
  // "unix:/path" or "host:port".
  std::string server = "unix:/run/uacced/uacced.sock";
  // Deadline of calls that bring none of their own, retries included.
  absl::Duration timeout = absl::Seconds(60);
  RetryPolicy retry;
  // Largest message in bytes, either way. At most 2^31 - 1.
  size_t max_message_bytes = size_t{65} << 20;
  // Protects payload on its way with CRC-32C, both ways. What arrives damaged
  // is sent again once, and then DATA_LOSS, reason CRC32C_MISMATCH. A stream
  // cannot be sent again: there it is DATA_LOSS at once.
  bool crc32c = false;
  // A Client's: true for a connection that no other client of this process
  // shares. A Pipeline always has its own.
  bool own_connection = false;

  // For tests; null takes the real thing. Borrowed for the client's lifetime.
  const Clock* clock = nullptr;
  RetryTimer* retry_timer = nullptr;
  Jitter jitter;
};

struct CallOptions {
  // Zero takes the client's.
  absl::Duration timeout = absl::ZeroDuration();
};

// INVALID_ARGUMENT: an option is out of range; the text begins with its name.
absl::Status Validate(const ClientOptions& options);

// When a call of `timeout` (zero: `options.timeout`) that begins at `now_ns`
// is over; kInfiniteFutureNs for an infinite one.
int64_t DeadlineNs(const ClientOptions& options, absl::Duration timeout,
                   int64_t now_ns);

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_CLIENT_OPTIONS_H_
