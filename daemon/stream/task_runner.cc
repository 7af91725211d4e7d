#include "daemon/stream/task_runner.h"

#include <cstdint>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/core/verify_policy.h"
#include "daemon/task/task.h"
#include "hw/device.h"

namespace uacced {
namespace {

// Deletes itself when it has ended.
class PieceTask final : public Task {
 public:
  PieceTask(const Path& path, Piece& piece) : Task(path), piece_(piece) {}
  ~PieceTask() = default;

  void Start() {
    Step& step = AddStep();
    step.request = piece_.request;
    step.verify = piece_.verify;
    step.mode = piece_.mode;
    if (piece_.device_index.has_value()) {
      step.only_device = *piece_.device_index;
    }
    Placement::Batch batch(path().placement);
    Launch({.source = piece_.request.source,
            .now_ns = path().clock.NowNs(),
            .deadline_ns = piece_.deadline_ns,
            .cancelled = piece_.cancelled,
            .source_is_counted = true,
            .ticket = std::move(piece_.ticket)},
           batch);
  }

 private:
  void Ended(const absl::Status& status, DeferredList* /*deferred*/) override {
    const Step& done = step(0);
    piece_.ticket = TakeTicket();
    Piece::Result result{
        .status = status,
        .overloaded = !status.ok() && Placement::IsInboxFull(status),
        .output = TakeOutput(),
        .produced_bytes = produced_bytes(),
        .device_index = done.device_index,
        .fallback = done.fallback,
        .queue_wait_ns = static_cast<uint64_t>(
            done.queue_wait_ns < 0 ? 0 : done.queue_wait_ns),
        .service_time_ns = static_cast<uint64_t>(done.service_time_ns)};
    Piece& piece = piece_;
    delete this;
    piece.Complete(std::move(result));
  }

  Piece& piece_;
};

// Whoever gets a piece back only makes a note of it, which may be done on the
// polling thread however large the piece is; and how large it may be is the
// stream's business, not that of the limit for messages.
Path PathForPieces(const Path& path) {
  Path out{.admission = path.admission,
           .placement = path.placement,
           .metrics = path.metrics,
           .reply_pool = path.reply_pool,
           .clock = path.clock,
           .verify = path.verify};
  out.max_payload_bytes = UINT64_MAX;
  out.max_output_bytes = UINT64_MAX;
  out.inline_reply_bytes = UINT64_MAX;
  return out;
}

absl::Status CannotVerify() {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      "policy.verify is ALL, and what an accelerator makes of a stream with "
      "one "
      "state cannot be verified; take PREFER_HARDWARE, which has the CPU make "
      "it, DIVISION_PARALLEL to compress, or have policy.verify ask for less",
      {.reason = "STREAM_NOT_VERIFIABLE"});
}

bool HasAcceleratorFor(const Placement& placement, const hw::StreamSpec& spec) {
  for (const Placement::Target& target : placement.targets()) {
    const hw::Capability* can =
        target.info().capabilities.Find(spec.operation, spec.algorithm);
    if (target.info().hardware && can != nullptr && can->streams) return true;
  }
  return false;
}

}  // namespace

TaskRunner::TaskRunner(const Path& path) : path_(PathForPieces(path)) {}

void TaskRunner::Run(Piece& piece) { (new PieceTask(path_, piece))->Start(); }

absl::StatusOr<PieceRunner::OpenedStream> TaskRunner::OpenStream(
    const hw::StreamSpec& spec, ExecutionMode mode) {
  if (path_.verify.mode == VerifyPolicy::Mode::kAll) {
    if (mode != ExecutionMode::kHardwareOnly) {
      mode = ExecutionMode::kSoftwareOnly;
    } else if (HasAcceleratorFor(path_.placement, spec)) {
      return CannotVerify();
    }
  }
  UACCED_ASSIGN_OR_RETURN(
      Placement::OpenedStream opened,
      path_.placement.OpenStream(spec, mode, path_.clock.NowNs()));
  const hw::DeviceInfo& device =
      path_.placement.targets()[opened.device_index].info();
  return OpenedStream{std::move(opened.stream), opened.device_index,
                      device.hardware ? device.name : std::string()};
}

}  // namespace uacced
