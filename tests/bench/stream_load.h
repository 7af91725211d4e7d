// A closed loop on one bidirectional stream: so many messages in flight, each
// answer making room for the next.
//
// Threads: call from one thread; the load itself runs on gRPC's threads.
#ifndef UACCED_TESTS_BENCH_STREAM_LOAD_H_
#define UACCED_TESTS_BENCH_STREAM_LOAD_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/load_generator.h"
#include "tests/bench/round.h"

namespace uacced::bench {

struct StreamWorkload {
  std::shared_ptr<grpc::Channel> channel;
  std::string method;
  // Serialized, used in turn; at least one.
  std::vector<std::string> messages;
  int operations_per_message = 1;
  int64_t payload_bytes_per_operation = 0;
  // Results in a message that came back, or an error when one is wrong.
  std::function<absl::StatusOr<int>(const grpc::ByteBuffer&)> count_results;
};

// As RunClosedLoop(), but `in_flight` counts messages. Latencies are those of
// messages, from writing one until as many results have come back.
absl::StatusOr<Round> RunStreamLoop(const StreamWorkload& workload,
                                    const LoadOptions& options);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_STREAM_LOAD_H_
