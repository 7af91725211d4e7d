// CompressStream of a file, by the client library.
//
// Threads: thread-compatible.
#ifndef UACCED_TESTS_BENCH_COMPRESS_FILE_H_
#define UACCED_TESTS_BENCH_COMPRESS_FILE_H_

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"
#include "client/cpp/client.h"
#include "tests/bench/large_file.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::bench {

struct CompressFileOptions {
  v1::CompressStreamOptions stream;
  std::string input;     // path of a file
  std::string output;    // path of a file to make; empty: output is let go
  pid_t daemon_pid = 0;  // whose processor time to count
};

// DATA_LOSS: the daemon's summary is not what went in and came out.
absl::StatusOr<FileRound> CompressFile(client::Client& client,
                                       const CompressFileOptions& options);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_COMPRESS_FILE_H_
