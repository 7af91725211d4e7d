// How a Pipeline puts operations together, and what it counted.
//
// Threads: plain values.
#ifndef UACCED_CLIENT_CPP_PIPELINE_OPTIONS_H_
#define UACCED_CLIENT_CPP_PIPELINE_OPTIONS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace uacced::client {

struct PipelineOptions {
  // Of one message. A larger operation is sent alone. 1..2^30.
  size_t max_batch_bytes = size_t{256} << 10;
  // 1..1,024.
  size_t max_batch_operations = 128;
  // Zero: operations are sent as soon as the stream is free, and those that
  // come meanwhile together. More: an operation waits so long for company, or
  // until a message is full. At most 1 s.
  absl::Duration max_delay = absl::ZeroDuration();
  // Accepted and not answered. 1..65,536.
  size_t max_in_flight_operations = 1024;
  // Of their requests, serialized: once so many are in flight no more are
  // accepted. The last one may go past it, so one is always let in, however
  // large. 1 or more.
  size_t max_in_flight_bytes = size_t{64} << 20;
};

// Counted since Connect().
struct PipelineStats {
  uint64_t operations = 0;  // accepted
  uint64_t answers = 0;     // callbacks called, or being called
  uint64_t messages = 0;    // written
  uint64_t streams = 0;     // opened
  uint64_t resends = 0;     // operations sent again because their stream ended
  uint64_t retries = 0;     // operations sent again because the daemon said so
  // Results that named no operation in flight, came twice or were garbled. Each
  // ends its stream.
  uint64_t bad_results = 0;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_PIPELINE_OPTIONS_H_
