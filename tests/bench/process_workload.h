// Messages of Process that carry one kind of operation, and the same messages
// for a bare stream echo.
//
// Threads: thread-compatible; a workload runs in one loop at a time.
#ifndef UACCED_TESTS_BENCH_PROCESS_WORKLOAD_H_
#define UACCED_TESTS_BENCH_PROCESS_WORKLOAD_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "grpcpp/channel.h"
#include "tests/bench/stream_load.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::bench {

struct OperationKind {
  std::function<void(absl::string_view block, v1::Operation&)> fill;
  // Whether a result answers what was filled with `block`. Asked about all
  // results of the first message and of every 32nd then; that no other is an
  // error is seen, too.
  std::function<bool(absl::string_view block, const v1::OperationResult&)>
      is_right;
};

OperationKind CopyOperations();
OperationKind Sha256Operations();
OperationKind GzipOperations(int level);
// With the key `name`, whose 32 bytes are `key`.
OperationKind Aes256GcmOperations(const std::string& name,
                                  const std::string& key);

// `batch` operations in a message, on `blocks` (all of one size, at least one)
// in turn.
StreamWorkload NewProcessWorkload(const std::shared_ptr<grpc::Channel>& channel,
                                  const std::vector<std::string>& blocks,
                                  int batch, const OperationKind& kind);

// The messages of `process` to EchoStream, each counted as as many operations.
StreamWorkload NewEchoWorkload(const std::shared_ptr<grpc::Channel>& channel,
                               const StreamWorkload& process);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_PROCESS_WORKLOAD_H_
