// What a Pipeline does, without gRPC and without knowing messages: which
// operation is where, what is sent when, and what becomes of it when its stream
// ends.
//
// Threads:   thread-safe. Callbacks are never called with a lock held.
// Lifetime:  events of streams and functions on the timer share it. After
//            Stop() none of them does anything any more.
#ifndef UACCED_CLIENT_CPP_PIPELINE_CORE_H_
#define UACCED_CLIENT_CPP_PIPELINE_CORE_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/cpp/client_options.h"
#include "client/cpp/operation.h"
#include "client/cpp/pipeline_options.h"
#include "client/cpp/process_wire.h"
#include "client/cpp/room.h"
#include "client/cpp/slot_table.h"

namespace uacced::client {

// What a ProcessStream reports, on any thread. OnClosed() comes once and last,
// after the other calls have returned.
class ProcessStreamEvents {
 public:
  virtual ~ProcessStreamEvents() = default;
  // Write() is over, well or not. Does not come when OnClosed() comes instead.
  virtual void OnWritten() = 0;
  // A ProcessResponse, borrowed. One at a time.
  virtual void OnResults(absl::string_view message) = 0;
  virtual void OnClosed(const absl::Status& status) = 0;
};

// One call of Accelerator.Process. Thread-safe.
class ProcessStream {
 public:
  virtual ~ProcessStream() = default;
  // Events may come from here on. Once.
  virtual void Start() = 0;
  // A serialized ProcessRequest. REQUIRES: OnWritten() came for the one before.
  // Does nothing once the stream has ended.
  virtual void Write(std::vector<SharedBytes> pieces) = 0;
  // OnClosed() follows soon. Allowed at any time.
  virtual void Cancel() = 0;
};

class ProcessStreamOpener {
 public:
  virtual ~ProcessStreamOpener() = default;
  virtual std::shared_ptr<ProcessStream> Make(
      std::shared_ptr<ProcessStreamEvents> events) = 0;
};

class PipelineCore final : public ProcessStreamEvents,
                           public std::enable_shared_from_this<PipelineCore> {
 public:
  // `opener` is used until Stop() returns. REQUIRES: the options are valid, and
  // clock, retry_timer and jitter are set.
  PipelineCore(ClientOptions client, const PipelineOptions& pipeline,
               ProcessStreamOpener& opener);

  Room& room() { return room_; }
  const ClientOptions& client_options() const { return client_; }

  // REQUIRES: room() was taken for the operation. It is answered exactly once.
  void Start(std::unique_ptr<PendingOperation> operation, int64_t deadline_ns);
  // Sends what waits for company.
  void Flush();
  // Answers all with CANCELLED, and returns when nothing uses the opener and no
  // callback is running.
  void Stop();
  PipelineStats stats() const;

  void OnWritten() override;
  void OnResults(absl::string_view message) override;
  void OnClosed(const absl::Status& status) override;

 private:
  enum class Where { kQueued, kSent, kWaitingForRetry };
  struct Entry {
    std::unique_ptr<PendingOperation> operation;
    int64_t deadline_ns = 0;
    int64_t sent_ns = 0;
    uint64_t order = 0;
    Where where = Where::kQueued;
    OperationTries tries;
  };
  struct Delivery {
    Entry entry;
    ResultView result;
  };
  enum class Link { kNone, kPaused, kOpening, kOpen };
  class Busy;

  // What to do once the lock is released.
  enum class Next { kNothing, kOpen, kWrite };

  // All that end in Locked want mutex_ held.
  Next AfterEnqueueLocked(uint64_t id);
  bool DueLocked() const;
  void ScheduleFlushLocked(absl::Duration delay);
  bool TakeBatchLocked(std::vector<BatchItem>& items);
  void NoteDeadlineLocked(int64_t deadline_ns, int64_t now_ns);
  void EnqueueLocked(uint64_t id, const Entry& entry);
  void UnqueueLocked(const Entry& entry);
  bool PickLocked(const std::vector<ResultView>& results);
  std::vector<Entry> TakeAllLocked();
  // A stream ended: puts what it left unanswered back, oldest first.
  std::vector<uint64_t> UnsendLocked();
  // Whether its end is the end for all operations.
  bool IsFinalLocked(const absl::Status& status) const;
  void ScheduleOpenLocked(int64_t delay_ns);

  // What this thread is inside of: OnResults(), Start().
  static thread_local const PipelineCore* delivering_;
  static thread_local const PipelineCore* starting_;

  void Do(Next next);
  void Open();
  void WriteBatch();
  void WriteIfDue();
  void Sweep(int64_t due_ns);
  void Requeue(Entry entry, int64_t delay_ns);
  void EndRetryWait(uint64_t id);
  void Deliver(Delivery& delivery);
  void Answer(Entry& entry, absl::Status status);
  void AnswerAll(std::vector<Entry>& entries, const absl::Status& status);
  void CancelStream();

  // Constant after construction.
  const ClientOptions client_;
  const PipelineOptions pipeline_;
  ProcessStreamOpener& opener_;

  Room room_;
  std::atomic<uint64_t> answers_{0};

  // The one reader's, between two calls of OnResults().
  std::vector<ResultView> results_;
  std::vector<Delivery> deliveries_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  SlotTable<Entry> slots_;
  std::deque<uint64_t> queue_;  // to be sent; some may be gone
  size_t queued_operations_ = 0;
  size_t queued_bytes_ = 0;
  uint64_t next_order_ = 0;
  int64_t next_sweep_ns_ = kInfiniteFutureNs;
  Link link_ = Link::kNone;
  std::shared_ptr<ProcessStream> stream_;
  bool writing_ = false;
  bool flush_due_ = false;
  bool flush_scheduled_ = false;
  // Who wrote last without an answer yet, to tell a producer from a caller.
  std::thread::id last_writer_;
  uint64_t last_written_id_ = 0;
  // Of the current stream.
  size_t sent_ = 0;
  uint64_t results_on_stream_ = 0;
  size_t forgotten_on_stream_ = 0;  // sent, then answered without the daemon
  int64_t last_result_ns_ = 0;
  // Of streams in general.
  size_t batch_bytes_;
  size_t one_by_one_ = 0;  // so many operations are sent alone, one at a time
  int fruitless_streams_ = 0;
  bool ever_answered_ = false;
  std::string last_stream_error_;
  PipelineStats stats_;
  bool stopping_ = false;
  int busy_ = 0;
  std::condition_variable quiet_;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_PIPELINE_CORE_H_
