#include "tests/bench/process_workload.h"

#include <google/protobuf/io/coded_stream.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "tests/bench/library.h"
#include "uacced/bench/echo.pb.h"

namespace uacced::bench {
namespace {

// Different ones, used in turn.
constexpr size_t kMessages = 8;

// Every so many-th message is compared.
constexpr uint64_t kCompareEvery = 32;

// Protobuf's tags of what a ProcessResponse and its results begin with.
constexpr uint32_t kResultsTag =
    v1::ProcessResponse::kResultsFieldNumber << 3 | 2;
constexpr uint32_t kIdTag = v1::OperationResult::kIdFieldNumber << 3;
constexpr uint32_t kErrorTag = v1::OperationResult::kErrorFieldNumber << 3 | 2;

// Parses all, for the text of the first error.
absl::Status FirstError(const grpc::Slice& slice) {
  v1::ProcessResponse response;
  response.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
  for (const v1::OperationResult& result : response.results()) {
    if (result.has_error()) {
      return absl::DataLossError(
          absl::StrCat("an operation failed: ", result.error().message()));
    }
  }
  return absl::DataLossError("a malformed message");
}

// Results in a ProcessResponse without parsing more than what shows an error.
absl::StatusOr<int> CountResults(const grpc::Slice& slice) {
  google::protobuf::io::CodedInputStream input(slice.begin(),
                                               static_cast<int>(slice.size()));
  int count = 0;
  while (const uint32_t tag = input.ReadTag()) {
    uint32_t length = 0;
    if (tag != kResultsTag || !input.ReadVarint32(&length)) {
      return FirstError(slice);
    }
    const int end = input.CurrentPosition() + static_cast<int>(length);
    uint64_t id = 0;
    if (input.ReadTag() != kIdTag || !input.ReadVarint64(&id) ||
        input.ReadTag() == kErrorTag ||
        !input.Skip(end - input.CurrentPosition())) {
      return FirstError(slice);
    }
    ++count;
  }
  return count;
}

// The id of an operation is the number of its block and 1.
absl::Status CheckResults(const grpc::Slice& slice,
                          const std::vector<std::string>& blocks,
                          const OperationKind& kind) {
  v1::ProcessResponse response;
  if (!response.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return absl::DataLossError("a malformed message");
  }
  for (const v1::OperationResult& result : response.results()) {
    if (result.id() == 0 || result.id() > blocks.size() ||
        !kind.is_right(blocks[result.id() - 1], result)) {
      return absl::DataLossError(
          absl::StrCat("wrong answer ", result.error().message()));
    }
  }
  return absl::OkStatus();
}

std::string ToString(absl::string_view bytes) { return std::string(bytes); }

}  // namespace

OperationKind CopyOperations() {
  return {[](absl::string_view block, v1::Operation& operation) {
            operation.mutable_copy()->set_input(ToString(block));
          },
          [](absl::string_view block, const v1::OperationResult& result) {
            return result.copy().output() == block;
          }};
}

OperationKind Sha256Operations() {
  return {
      [](absl::string_view block, v1::Operation& operation) {
        operation.mutable_digest()->set_input(ToString(block));
        operation.mutable_digest()->set_algorithm(v1::HASH_ALGORITHM_SHA256);
      },
      [](absl::string_view block, const v1::OperationResult& result) {
        return result.digest().digest() == NewSha256()->Run(block);
      }};
}

OperationKind GzipOperations(int level) {
  return {
      [level](absl::string_view block, v1::Operation& operation) {
        operation.mutable_compress()->set_input(ToString(block));
        operation.mutable_compress()->set_format(v1::COMPRESSION_FORMAT_GZIP);
        operation.mutable_compress()->set_level(level);
      },
      [](absl::string_view block, const v1::OperationResult& result) {
        return GzipRestores(result.compress().output(), block);
      }};
}

OperationKind Aes256GcmOperations(const std::string& name,
                                  const std::string& key) {
  return {[name](absl::string_view block, v1::Operation& operation) {
            operation.mutable_encrypt()->set_plaintext(ToString(block));
            operation.mutable_encrypt()->set_key(name);
          },
          [key](absl::string_view block, const v1::OperationResult& result) {
            const v1::EncryptResponse& encrypted = result.encrypt();
            return Aes256GcmRestores(key, encrypted.nonce(), encrypted.tag(),
                                     encrypted.ciphertext(), block);
          }};
}

StreamWorkload NewProcessWorkload(const std::shared_ptr<grpc::Channel>& channel,
                                  const std::vector<std::string>& blocks,
                                  int batch, const OperationKind& kind) {
  StreamWorkload workload;
  workload.channel = channel;
  workload.method = "/uacced.v1.Accelerator/Process";
  workload.operations_per_message = batch;
  workload.payload_bytes_per_operation =
      static_cast<int64_t>(blocks.front().size());
  size_t next = 0;
  for (size_t m = 0; m < kMessages; ++m) {
    v1::ProcessRequest request;
    for (int i = 0; i < batch; ++i) {
      v1::Operation& operation = *request.add_operations();
      operation.set_id(next % blocks.size() + 1);
      kind.fill(blocks[next++ % blocks.size()], operation);
    }
    workload.messages.push_back(request.SerializeAsString());
  }
  workload.count_results =
      [blocks, kind, seen = std::make_shared<uint64_t>(0)](
          const grpc::ByteBuffer& buffer) -> absl::StatusOr<int> {
    grpc::Slice slice;
    if (!buffer.DumpToSingleSlice(&slice).ok()) {
      return absl::DataLossError("no message");
    }
    if ((*seen)++ % kCompareEvery == 0) {
      UACCED_RETURN_IF_ERROR(CheckResults(slice, blocks, kind));
    }
    return CountResults(slice);
  };
  return workload;
}

StreamWorkload NewEchoWorkload(const std::shared_ptr<grpc::Channel>& channel,
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

}  // namespace uacced::bench
