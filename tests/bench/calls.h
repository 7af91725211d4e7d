// The calls that are measured, each with a check of its answers.
//
// Payloads are `blocks`, all of one size, used in turn; at least one. Checks
// that cost much are made of the first answer and every 16th or 64th then.
#ifndef UACCED_TESTS_BENCH_CALLS_H_
#define UACCED_TESTS_BENCH_CALLS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/channel.h"
#include "tests/bench/workload.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::bench {

using Channel = std::shared_ptr<grpc::Channel>;

std::unique_ptr<Workload> NewEchoCalls(const Channel& channel,
                                       const std::vector<std::string>& blocks);
std::unique_ptr<Workload> NewCopyCalls(const Channel& channel,
                                       const std::vector<std::string>& blocks);
// REQUIRES: format is GZIP or ZSTD.
std::unique_ptr<Workload> NewCompressCalls(
    const Channel& channel, const std::vector<std::string>& blocks,
    v1::CompressionFormat format, int level);
std::unique_ptr<Workload> NewSha256Calls(
    const Channel& channel, const std::vector<std::string>& blocks);

// Gives the daemon `key` (32 bytes) under `name`, for the calls below.
absl::Status ImportAes256GcmKey(const Channel& channel, const std::string& name,
                                const std::string& key);
std::unique_ptr<Workload> NewAes256GcmCalls(
    const Channel& channel, const std::vector<std::string>& blocks,
    const std::string& name, const std::string& key);

}  // namespace uacced::bench

#endif  // UACCED_TESTS_BENCH_CALLS_H_
