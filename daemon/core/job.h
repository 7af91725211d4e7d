// A Job is one accepted request until it is answered. It has exactly one owner
// at a time, who hands it on by moving the unique_ptr:
//
//   transport -> Inbox -> DrrScheduler -> InflightTable -> Reply -> transport
//
// Whoever ends a job calls Answer(). A job cannot be forgotten: ~Job without
// an answer tells the Reply, which answers INTERNAL.
//
// Threads: thread-compatible; handing on is what synchronises.
#ifndef UACCED_DAEMON_CORE_JOB_H_
#define UACCED_DAEMON_CORE_JOB_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "base/clock.h"
#include "daemon/core/deferred.h"
#include "daemon/core/execution_mode.h"
#include "hw/dma_buffer.h"
#include "hw/request.h"

namespace uacced {

// Dense from 0, so that per-tenant state is an array.
enum class TenantId : uint16_t {};

// Why a job ended as it did: the polling thread sets no text, the transport
// puts it into words.
enum class Cause : uint8_t {
  kDevice,        // The device said so: `code` is its word.
  kExpired,       // The deadline passed before a device took the job.
  kCancelled,     // The client left before a device took the job.
  kShuttingDown,  // The daemon is stopping.
  kDeviceLost,    // The device was isolated or stopped under the job.
  kUnsupported,   // The device refused the operation at submission.
};

struct Outcome {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  Cause cause = Cause::kDevice;
  uint32_t produced_bytes = 0;  // Valid only when code is kOk.
};

struct Job;

// Where the answer goes. Implemented by each transport's call object, which
// outlives its job.
class Reply {
 public:
  // Takes the job back, with job->outcome set. Called on the polling thread,
  // and for what a lost queue held on the supervisor's: must not block, and
  // must leave large payloads to other threads. What is added to `deferred`
  // runs when the round is over.
  virtual void Complete(std::unique_ptr<Job> job, DeferredList& deferred) = 0;

  // The job was destroyed without an answer: a bug of ours, answer INTERNAL.
  virtual void Lost() = 0;

 protected:
  ~Reply() = default;
};

struct Job {
  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  ~Job();

  // Set by the transport, constant afterwards.
  TenantId tenant{0};
  hw::Request request;      // Its source, key, ... are owned by the call.
  uint64_t cost_bytes = 0;  // What fair queueing counts.
  int64_t deadline_ns = kInfiniteFutureNs;
  const std::atomic<bool>* cancelled = nullptr;  // Owned by the call.
  Reply* reply = nullptr;
  hw::DmaBuffer output;  // Backs request.destination.
  int64_t admitted_ns = 0;

  // Set by Placement.
  uint16_t lane_index = 0;    // In its reactor.
  uint16_t device_index = 0;  // In Placement::targets().
  Fallback fallback = Fallback::kNone;

  // Set by the Reactor.
  int64_t queue_wait_ns = -1;   // Up to the first submission; -1: never.
  int64_t service_time_ns = 0;  // Sum over submissions.
  int64_t submitted_ns = 0;     // The latest submission.
  Outcome outcome;

  Job* next = nullptr;  // Link of the JobList that owns this job.
};

// Ends `job` with `outcome`: the reply owns it again. REQUIRES: job->reply.
inline void Answer(std::unique_ptr<Job> job, const Outcome& outcome,
                   DeferredList& deferred) {
  // By members: the whole would be loaded at once, right after the caller
  // stored it in parts, and the processor waits for that.
  job->outcome.code = outcome.code;
  job->outcome.cause = outcome.cause;
  job->outcome.produced_bytes = outcome.produced_bytes;
  Reply* const reply = std::exchange(job->reply, nullptr);
  reply->Complete(std::move(job), deferred);
}
// The same, away from the polling thread.
void Answer(std::unique_ptr<Job> job, const Outcome& outcome);

}  // namespace uacced

#endif  // UACCED_DAEMON_CORE_JOB_H_
