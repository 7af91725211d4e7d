// An OperationTask is a Task made from a request message and turned into a
// response message: what unary calls and Process streams have in common.
//
// Threads: as Task says; Prepare() before Launch().
#ifndef UACCED_DAEMON_RPC_OPERATION_TASK_H_
#define UACCED_DAEMON_RPC_OPERATION_TASK_H_

#include <google/protobuf/message_lite.h>

#include <cstddef>
#include <cstdint>
#include <variant>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/core/execution_mode.h"
#include "daemon/keys/key_store.h"
#include "daemon/rpc/answer_watch.h"
#include "daemon/rpc/request_message.h"
#include "daemon/task/task.h"
#include "hw/request.h"

namespace uacced {

// What calls need on their way. All outlive every call.
struct RequestPath {
  Path path;
  const KeyStore& keys;
  AnswerWatch& answers;
  // Of one stream: what is read and not answered.
  uint32_t max_jobs_per_stream = 0;
  uint64_t max_bytes_per_stream = 0;
  // How long a stream waits for a client that does nothing.
  absl::Duration max_stream_stall = absl::Minutes(1);
  // Of requests that have none of their own.
  ExecutionMode mode = ExecutionMode::kPreferHardware;
};

inline constexpr int kMaxChainSteps = 8;

// Indices are those of OperationKind.
using ResponseFields =
    std::variant<v1::CompressResponse, v1::DecompressResponse,
                 v1::EncryptResponse, v1::DecryptResponse, v1::DigestResponse,
                 v1::CopyResponse, v1::ChainResponse>;

class OperationTask : public Task {
 public:
  OperationTask(const RequestPath& path, OperationKind kind)
      : Task(path.path), request_path_(path), kind_(kind) {}

  // Parses and validates `wire`, which stays where it is until the task ends.
  absl::Status Prepare(hw::Bytes wire);

  // What to launch it with. REQUIRES: Prepare() gave OK.
  hw::Bytes payload() const { return message_.payload; }

  // For metrics, when it is not launched.
  void RecordRefused(absl::StatusCode code);

  // After Ended(OK), once: the response without its payload...
  const google::protobuf::MessageLite& BuildResponse(ResponseFields& fields);
  // ...and the payload, TakeOutput(), of which so much counts.
  size_t payload_bytes() const;

  OperationKind kind() const { return kind_; }

 protected:
  ~OperationTask() = default;

  // After Ended() without OK: nothing of it is needed any more.
  void ForgetRequest() { message_ = RequestMessage(); }

 private:
  absl::Status CheckCrc() const;
  absl::Status AddSteps();
  absl::Status AddChain(const v1::ChainRequest& chain);
  void Describe(const Step& step, v1::Execution& out) const;
  template <typename Response>
  void Fill(size_t step_index, Response& response);
  void Fill(v1::ChainResponse& response);

  const RequestPath& request_path_;
  const OperationKind kind_;
  RequestMessage message_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_OPERATION_TASK_H_
