// Pieces of streams as tasks of one step: over the same path as everything.
//
// Threads: thread-safe.
#ifndef UACCED_DAEMON_STREAM_TASK_RUNNER_H_
#define UACCED_DAEMON_STREAM_TASK_RUNNER_H_

#include "absl/status/statusor.h"
#include "daemon/core/execution_mode.h"
#include "daemon/stream/piece.h"
#include "daemon/task/path.h"
#include "hw/stream.h"

namespace uacced {

class TaskRunner final : public PieceRunner {
 public:
  explicit TaskRunner(const Path& path);
  TaskRunner(const TaskRunner&) = delete;
  TaskRunner& operator=(const TaskRunner&) = delete;

  void Run(Piece& piece) override;
  // FAILED_PRECONDITION where an accelerator would make a stream though all
  // that accelerators make is to be verified: this cannot be.
  absl::StatusOr<OpenedStream> OpenStream(const hw::StreamSpec& spec,
                                          ExecutionMode mode) override;

 private:
  const Path path_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_TASK_RUNNER_H_
