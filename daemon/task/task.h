// A Task is one accepted operation, from its steps to its result: it asks
// admission, finds memory, brings a job for each step over the path, gives it
// more room when the output did not fit, has it done again when a device failed
// it (task_outcome.cc), checks what is to be checked, and hands the output on
// uncopied. Those who make tasks fill in the steps and get Ended().
//
// Ownership: whoever made it keeps it until Ended(); it may end in Ended().
//            The ticket lives as long as the task, so that answers still being
//            written count against the limits.
// Threads:   Launch() on any thread; Ended() on the polling thread (small
//            results), a reply thread, or within Launch(). Then the task is
//            its owner's again.
#ifndef UACCED_DAEMON_TASK_TASK_H_
#define UACCED_DAEMON_TASK_TASK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "daemon/core/deferred.h"
#include "daemon/core/execution_mode.h"
#include "daemon/core/job.h"
#include "daemon/core/ticket.h"
#include "daemon/task/output_check.h"
#include "daemon/task/path.h"
#include "daemon/task/reply_pool.h"
#include "daemon/task/step.h"
#include "hw/dma_buffer.h"

namespace uacced {

class Task : public Reply, private ReplyTask {
 public:
  struct LaunchOptions {
    hw::Bytes source;  // Stays where it is until Ended().
    int64_t now_ns = 0;
    int64_t deadline_ns = kInfiniteFutureNs;
    const std::atomic<bool>* cancelled = nullptr;  // Outlives the task.
    // The source's memory counts elsewhere already.
    bool source_is_counted = false;
    // Valid: an admission of the caller's, for one job and all its memory.
    Ticket ticket;
  };

  explicit Task(const Path& path) : path_(path) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  // At least one, in order, before Launch().
  Step& AddStep();
  size_t step_count() const { return first_step_used_ ? 1 + more_.size() : 0; }
  Step& step(size_t i) { return i == 0 ? first_ : *more_[i - 1]; }
  const Step& step(size_t i) const { return i == 0 ? first_ : *more_[i - 1]; }

  // Calls Ended() once, whatever happens. The jobs join `batch`.
  void Launch(LaunchOptions options, Placement::Batch& batch);

  // After Ended(OK): what the last step gave. A chain that ends with a digest
  // gives what the digest was made of.
  hw::DmaBuffer TakeOutput() { return std::move(output_); }
  hw::Bytes output() const {
    return hw::Bytes(output_.span()).first(produced_bytes_);
  }
  // Of the output.
  size_t produced_bytes() const { return produced_bytes_; }
  // The operation of the step that it ended at.
  hw::Operation operation() const { return current().request.operation; }

 protected:
  ~Task() = default;

  // The result, with details (daemon/core/error.h). `deferred` is null away
  // from the polling thread; with it this must not block.
  virtual void Ended(const absl::Status& status, DeferredList* deferred) = 0;

  const Path& path() const { return path_; }
  // In Ended(): for those who gave one to Launch() and use it again.
  Ticket TakeTicket() { return std::move(ticket_); }

 private:
  // Devices that may fail a step until the CPU, or nobody, is asked.
  static constexpr int kMaxFailures = 3;
  enum class Phase : uint8_t {
    kWork,
    kCheck,  // Of the work's output, on another device.
  };
  enum class Checking : uint8_t { kNo, kIfPossible, kMust };
  // What became of a step's work.
  enum class Verdict : uint8_t {
    kDone,
    kEnd,      // The outcome is the client's.
    kGrow,     // The same with more room.
    kAgain,    // The same on another device.
    kConfirm,  // The same on the CPU, which may see it otherwise.
  };
  struct Charge {  // What an accelerator said against the input.
    uint16_t device_index = Placement::kNoDevice;  // kNoDevice: nothing.
    Outcome word = {};
    uint64_t room_bytes = 0;  // For the output.
  };
  // The result of the whole task, or nothing while a job is on its way: then
  // the task may already have ended on another thread.
  using Result = std::optional<absl::Status>;

  // Reply and ReplyTask.
  void Complete(std::unique_ptr<Job> job, DeferredList& deferred) final;
  void Lost() final;
  void Respond() final;

  Step& current() { return step(current_index_); }
  const Step& current() const { return step(current_index_); }
  const Placement::Target& worker() const;

  absl::Status Begin(LaunchOptions& options, Placement::Batch& batch);
  absl::Status StartStep(Placement::Batch& batch);
  absl::Status StartWork(Placement::Batch& batch);
  absl::Status Reserve(uint64_t bytes);
  void GiveBack(hw::DmaBuffer& buffer);
  absl::Status AllocateOutput(uint64_t bytes);
  absl::Status PlaceJob(const hw::Request& request, Placement::Batch& batch);
  Placement::Wish MakeWish() const;
  Result PlaceNow(const hw::Request& request);
  Result PlaceWaiting();

  void Settle(Result result, DeferredList* deferred);
  Result AfterWork();
  Result AfterStep();
  void TakeTimes();
  void RecordStep(absl::StatusCode code) const;

  // In task_outcome.cc.
  Result ActOnOutcome();
  Verdict Judge() const;
  Verdict JudgeAccelerator() const;
  bool MayGrow() const;
  Result Grow();
  Result Again(Fallback reason, const absl::Status& failure);
  absl::Status OutcomeError() const;
  Checking ChooseChecking(const Job& job) const;
  Result StartCheck();
  Result PlaceCheck();
  Result Unchecked(const absl::Status& failure);
  Result AfterCheck();
  Result TakeCheckedResult();
  void ReportMismatch(uint16_t device_index);

  // In task_confirm.cc.
  Result Confirm();
  std::optional<Result> HearConfirmation();
  Result Refuted(const Charge& charge);

  const Path& path_;
  Step first_;
  bool first_step_used_ = false;
  std::vector<std::unique_ptr<Step>> more_;

  // Set by Launch().
  int64_t now_ns_ = 0;
  int64_t deadline_ns_ = kInfiniteFutureNs;
  const std::atomic<bool>* cancelled_ = nullptr;

  size_t current_index_ = 0;
  Phase phase_ = Phase::kWork;
  // Of the current step.
  struct Attempts {
    int failures = 0;                   // Of devices.
    int check_count = 0;                // Jobs of checks.
    uint64_t excluded = 0;              // A bit for each device that failed it.
    Fallback reason = Fallback::kNone;  // Why it is done again.
    bool cpu = false;                   // From now on only there.
    bool grown = false;                 // Had more room.
    Charge charge;                      // Which is being confirmed.
  };
  Attempts attempts_;
  Checking checking_ = Checking::kNo;  // Of the work that has just ended.
  bool was_placed_ = false;
  bool waits_for_inbox_ = false;
  Ticket ticket_;
  bool ticket_is_given_ = false;
  uint64_t uncounted_bytes_ = 0;  // Source bytes that ticket_ is to have.
  hw::Bytes source_;              // Of the current step.
  hw::DmaBuffer output_;          // Of the last step that had any.
  size_t produced_bytes_ = 0;
  hw::DmaBuffer unverified_;  // Of the current step, while it is checked.
  uint32_t unverified_bytes_ = 0;
  OutputCheck check_;
  // Ours between the steps, else null.
  std::unique_ptr<Job> job_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_TASK_H_
