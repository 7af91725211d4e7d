// How long a Stream may take, and how large its messages are.
//
// Threads: plain values.
#ifndef UACCED_CLIENT_CPP_STREAM_OPTIONS_H_
#define UACCED_CLIENT_CPP_STREAM_OPTIONS_H_

#include <cstddef>

#include "absl/time/time.h"

namespace uacced::client {

struct StreamOptions {
  // Of the whole stream. Infinite: none.
  absl::Duration timeout = absl::InfiniteDuration();
  // How long the daemon may owe us something (it does not take input, or all
  // input is written and no output comes) before a waiting Write() or Read()
  // gives up. Time in which the caller itself does not read or write does not
  // count. Infinite: for ever.
  absl::Duration idle_timeout = absl::InfiniteDuration();
  // Small writes are put together to messages of up to so many bytes while the
  // stream is busy, and large ones cut. 4,096..4 MiB; others are taken as the
  // nearest of these.
  size_t message_bytes = size_t{512} << 10;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_STREAM_OPTIONS_H_
