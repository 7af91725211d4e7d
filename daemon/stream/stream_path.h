// What a stream works with.
#ifndef UACCED_DAEMON_STREAM_STREAM_PATH_H_
#define UACCED_DAEMON_STREAM_STREAM_PATH_H_

#include <cstdint>

#include "base/clock.h"
#include "daemon/admission/admission.h"
#include "daemon/core/execution_mode.h"
#include "daemon/stream/byte_stream.h"
#include "daemon/stream/piece.h"

namespace uacced {

// All outlive the stream, but for the host, which owns it.
struct StreamPath {
  StreamHost& host;
  PieceRunner& runner;
  Admission& admission;
  const Clock& clock;
  uint64_t max_bytes_per_stream = 0;
  int64_t deadline_ns = kInfiniteFutureNs;  // Of every piece.
  ExecutionMode mode = ExecutionMode::kPreferHardware;
  // Output may be checked without the stream's asking: memory for that counts.
  bool checks_output = false;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_STREAM_PATH_H_
