// Process against bare gRPC: calls, and a stream of the same messages.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "tests/bench/calls.h"
#include "tests/bench/comparison.h"
#include "tests/bench/corpus.h"
#include "tests/bench/figures.h"
#include "tests/bench/load_generator.h"
#include "tests/bench/stream_load.h"
#include "uacced/bench/echo.pb.h"

namespace uacced::bench {
namespace {

using std::chrono::milliseconds;

struct Case {
  PayloadSize size;
  int batch;  // operations in a message
  const char* calls_goal;
};
constexpr Case kCases[] = {
    {k64B, 64, ">= 10 of bare echo"},
    {k64B, 256, ">= 10 of bare echo"},
    {k4KiB, 16, ">= 3 of bare echo"},
    {k4KiB, 64, ">= 3 of bare echo"},
    {k64KiB, 1, ""},
    {k64KiB, 4, ""},
};
constexpr int kMessagesInFlight = 8;
constexpr int kCallsInFlight = 64;

// Every so many-th answer is compared byte for byte.
constexpr uint64_t kCompareEvery = 32;

struct Plan {
  int pairs;
  milliseconds warm_up;
  milliseconds round;
};
constexpr Plan kFull = {7, milliseconds(100), milliseconds(500)};
constexpr Plan kQuick = {3, milliseconds(50), milliseconds(250)};

// Results of a ProcessResponse without parsing them: the records of field 1.
absl::StatusOr<int> CountRecords(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.DumpToSingleSlice(&slice).ok()) {
    return absl::DataLossError("no message");
  }
  google::protobuf::io::CodedInputStream input(slice.begin(),
                                               static_cast<int>(slice.size()));
  int count = 0;
  while (const uint32_t tag = input.ReadTag()) {
    if (!google::protobuf::internal::WireFormatLite::SkipField(&input, tag)) {
      return absl::DataLossError("a malformed message");
    }
    ++count;
  }
  return count;
}

// The id of an operation is the number of its block and 1.
absl::Status CompareResults(const grpc::ByteBuffer& buffer,
                            const std::vector<std::string>& blocks) {
  grpc::Slice slice;
  v1::ProcessResponse response;
  if (!buffer.DumpToSingleSlice(&slice).ok() ||
      !response.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return absl::DataLossError("a malformed message");
  }
  for (const v1::OperationResult& result : response.results()) {
    if (result.id() == 0 || result.id() > blocks.size() ||
        result.copy().output() != blocks[result.id() - 1]) {
      return absl::DataLossError(
          absl::StrCat("wrong answer ", result.error().message()));
    }
  }
  return absl::OkStatus();
}

StreamWorkload ProcessWorkload(const Channel& channel, const Case& c,
                               const std::vector<std::string>& blocks) {
  StreamWorkload workload;
  workload.channel = channel;
  workload.method = "/uacced.v1.Accelerator/Process";
  workload.operations_per_message = c.batch;
  workload.payload_bytes_per_operation = static_cast<int64_t>(c.size.bytes);
  size_t next = 0;
  for (size_t m = 0; m < 8; ++m) {
    v1::ProcessRequest request;
    for (int i = 0; i < c.batch; ++i) {
      v1::Operation& operation = *request.add_operations();
      operation.set_id(next % blocks.size() + 1);
      operation.mutable_copy()->set_input(blocks[next++ % blocks.size()]);
    }
    workload.messages.push_back(request.SerializeAsString());
  }
  workload.count_results =
      [&blocks, seen = std::make_shared<uint64_t>(0)](
          const grpc::ByteBuffer& buffer) -> absl::StatusOr<int> {
    if ((*seen)++ % kCompareEvery == 0) {
      UACCED_RETURN_IF_ERROR(CompareResults(buffer, blocks));
    }
    return CountRecords(buffer);
  };
  return workload;
}

StreamWorkload EchoWorkload(const Channel& channel,
                            const StreamWorkload& process) {
  StreamWorkload workload = process;
  workload.channel = channel;
  workload.method = "/uacced.bench.Echo/EchoStream";
  for (std::string& message : workload.messages) {
    EchoRequest request;
    request.set_data(message);
    message = request.SerializeAsString();
  }
  workload.count_results = [batch = process.operations_per_message](
                               const grpc::ByteBuffer&) -> absl::StatusOr<int> {
    return batch;
  };
  return workload;
}

absl::Status MeasureCase(const Bench& bench, const Server& daemon,
                         const Server& echo, const Case& c) {
  const std::string name = absl::StrCat("process.", c.size.name, ".b", c.batch);
  if (!bench.report.Wants(name)) return absl::OkStatus();
  const Plan plan = bench.quick ? kQuick : kFull;
  const std::vector<std::string> blocks =
      CutBlocks(bench.corpus, c.size.bytes, kMaxBlocks);
  const StreamWorkload process = ProcessWorkload(daemon.channel(), c, blocks);
  const StreamWorkload stream = EchoWorkload(echo.channel(), process);
  const std::unique_ptr<Workload> calls = NewEchoCalls(echo.channel(), blocks);
  const auto options = [&](const Server& server, int in_flight) {
    return LoadOptions{.in_flight = in_flight,
                       .warm_up = plan.warm_up,
                       .duration = plan.round,
                       .server_pid = server.pid()};
  };
  const auto run_process = [&] {
    return RunStreamLoop(process, options(daemon, kMessagesInFlight));
  };
  UACCED_ASSIGN_OR_RETURN(
      const Comparison against_calls, Compare(plan.pairs, run_process, [&] {
        return RunClosedLoop(*calls, options(echo, kCallsInFlight));
      }));
  AddFigures(absl::StrCat(name, ".vs_calls"), against_calls,
             Throughput::kOperations, c.calls_goal, bench.report);
  UACCED_ASSIGN_OR_RETURN(
      const Comparison against_stream, Compare(plan.pairs, run_process, [&] {
        return RunStreamLoop(stream, options(echo, kMessagesInFlight));
      }));
  AddFigures(absl::StrCat(name, ".vs_stream"), against_stream,
             Throughput::kOperations, ">= 0.9 of bare stream echo",
             bench.report);
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureProcess(const Bench& bench) {
  if (!bench.report.Wants("process")) return absl::OkStatus();
  UACCED_ASSIGN_OR_RETURN(Server daemon, bench.servers.StartDaemon({}));
  UACCED_ASSIGN_OR_RETURN(Server echo, bench.servers.StartEcho());
  for (const Case& c : kCases) {
    UACCED_RETURN_IF_ERROR(MeasureCase(bench, daemon, echo, c));
  }
  UACCED_RETURN_IF_ERROR(daemon.Stop());
  return echo.Stop();
}

}  // namespace uacced::bench
