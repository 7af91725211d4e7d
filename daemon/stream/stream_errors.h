// What streams have in common: errors, and the count of who did what.
#ifndef UACCED_DAEMON_STREAM_STREAM_ERRORS_H_
#define UACCED_DAEMON_STREAM_STREAM_ERRORS_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/core/error.h"
#include "daemon/stream/byte_stream.h"
#include "daemon/stream/piece.h"

namespace uacced {

inline absl::Status OutOfMemory() {
  return MakeError(
      absl::StatusCode::kResourceExhausted, "out of memory; retry",
      {.reason = "OUT_OF_MEMORY", .retry_after = absl::Milliseconds(100)});
}

inline void CountPiece(const Piece::Result& result, StreamTotals& totals) {
  ++totals.piece_count;
  for (StreamTotals::Device& device : totals.devices) {
    if (device.index != result.device_index ||
        device.fallback != result.fallback) {
      continue;
    }
    device.queue_wait_ns += result.queue_wait_ns;
    device.service_time_ns += result.service_time_ns;
    return;
  }
  totals.devices.push_back({result.device_index, result.fallback,
                            result.queue_wait_ns, result.service_time_ns});
}

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_STREAM_ERRORS_H_
