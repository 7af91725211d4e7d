#include "client/cpp/pipeline_core.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cpp/error.h"

namespace uacced::client {
namespace {

// A deadline is seen at most so much too late.
constexpr int64_t kSweepGrainNs = 1'000'000;
// An operation that expires on a stream which gave nothing for so long since it
// was sent takes the stream with it: the connection may be dead.
constexpr int64_t kSilenceNs = 5'000'000'000;

uint64_t TimeoutNs(int64_t deadline_ns, int64_t now_ns) {
  if (deadline_ns == kInfiniteFutureNs) return 0;
  return static_cast<uint64_t>(std::max<int64_t>(1, deadline_ns - now_ns));
}

}  // namespace

thread_local const PipelineCore* PipelineCore::delivering_ = nullptr;
thread_local const PipelineCore* PipelineCore::starting_ = nullptr;

// Keeps Stop() from returning. Made with the lock held, dies without.
class PipelineCore::Busy {
 public:
  explicit Busy(PipelineCore& core) : core_(core) { ++core_.busy_; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() {
    std::lock_guard<std::mutex> lock(core_.mutex_);
    if (--core_.busy_ == 0) core_.quiet_.notify_all();
  }

 private:
  PipelineCore& core_;
};

PipelineCore::PipelineCore(ClientOptions client,
                           const PipelineOptions& pipeline,
                           ProcessStreamOpener& opener)
    : client_(std::move(client)),
      pipeline_(pipeline),
      opener_(opener),
      room_(pipeline.max_in_flight_operations, pipeline.max_in_flight_bytes),
      slots_(pipeline.max_in_flight_operations),
      batch_bytes_(
          std::min(pipeline.max_batch_bytes, client_.max_message_bytes)) {}

void PipelineCore::Start(std::unique_ptr<PendingOperation> operation,
                         int64_t deadline_ns) {
  const int64_t now_ns = client_.clock->NowNs();
  Entry entry{.operation = std::move(operation), .deadline_ns = deadline_ns};
  const size_t bytes =
      entry.operation->request().size + kMaxOperationOverheadBytes;
  absl::Status error;
  Next next = Next::kNothing;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ++stats_.operations;
    if (stopping_) {
      error = absl::CancelledError("the pipeline was destroyed");
    } else if (bytes > client_.max_message_bytes) {
      error = MakeLocalError(
          absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE",
          absl::StrCat("the operation has ", bytes,
                       " bytes, more than max_message_bytes, ",
                       client_.max_message_bytes,
                       ": use a stream for it, or raise the limit"));
    } else {
      entry.order = next_order_++;
      const uint64_t id = slots_.Insert(std::move(entry));
      EnqueueLocked(id, *slots_.Find(id));
      NoteDeadlineLocked(deadline_ns, now_ns);
      next = AfterEnqueueLocked(id);
    }
  }
  if (!error.ok()) return Answer(entry, std::move(error));
  const PipelineCore* const outer = std::exchange(starting_, this);
  Do(next);
  starting_ = outer;
}

void PipelineCore::EnqueueLocked(uint64_t id, const Entry& entry) {
  queue_.push_back(id);
  ++queued_operations_;
  queued_bytes_ += entry.operation->request().size;
}

void PipelineCore::UnqueueLocked(const Entry& entry) {
  --queued_operations_;
  queued_bytes_ -= entry.operation->request().size;
  if (queued_operations_ == 0) flush_due_ = false;
}

bool PipelineCore::DueLocked() const {
  return pipeline_.max_delay <= absl::ZeroDuration() || flush_due_ ||
         queued_operations_ >= pipeline_.max_batch_operations ||
         queued_bytes_ >= batch_bytes_;
}

PipelineCore::Next PipelineCore::AfterEnqueueLocked(uint64_t id) {
  if (link_ == Link::kNone) {
    link_ = Link::kOpening;
    return Next::kOpen;
  }
  // Whoever opens, writes or delivers goes on with what came meanwhile.
  if (link_ != Link::kOpen || writing_ || delivering_ == this) {
    return Next::kNothing;
  }
  if (!DueLocked()) {
    ScheduleFlushLocked(pipeline_.max_delay);
    return Next::kNothing;
  }
  if (pipeline_.max_delay > absl::ZeroDuration()) return Next::kWrite;
  if (flush_scheduled_) return Next::kNothing;
  // A thread that waits for each answer had best write itself. One that comes
  // again without an answer makes more than one operation: as gRPC writes
  // before it returns, each would be a message. Then another thread writes,
  // and this one fills the next message.
  if (last_writer_ == std::this_thread::get_id() &&
      slots_.Find(last_written_id_) != nullptr) {
    ScheduleFlushLocked(absl::ZeroDuration());
    return Next::kNothing;
  }
  last_writer_ = std::this_thread::get_id();
  last_written_id_ = id;
  return Next::kWrite;
}

void PipelineCore::ScheduleFlushLocked(absl::Duration delay) {
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  client_.retry_timer->RunAfter(
      absl::ToInt64Nanoseconds(delay), [self = shared_from_this()] {
        std::unique_lock<std::mutex> lock(self->mutex_);
        self->flush_scheduled_ = false;
        if (self->stopping_) return;
        self->flush_due_ = self->queued_operations_ > 0;
        const Busy busy(*self);
        lock.unlock();
        self->WriteBatch();
      });
}

void PipelineCore::Do(Next next) {
  if (next == Next::kOpen) Open();
  if (next == Next::kWrite) WriteBatch();
}

// REQUIRES: the caller made link_ kOpening.
void PipelineCore::Open() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (stopping_) return;
  const Busy busy(*this);
  lock.unlock();
  const std::shared_ptr<ProcessStream> stream =
      opener_.Make(shared_from_this());
  lock.lock();
  if (stopping_) {
    lock.unlock();
    return;
  }
  stream_ = stream;
  results_on_stream_ = 0;
  forgotten_on_stream_ = 0;
  last_result_ns_ = client_.clock->NowNs();
  ++stats_.streams;
  lock.unlock();
  stream->Start();
  lock.lock();
  // OnClosed() may have come already, and even another stream.
  if (stream_ != stream) {
    lock.unlock();
    return;
  }
  link_ = Link::kOpen;
  lock.unlock();
  WriteIfDue();
}

void PipelineCore::WriteIfDue() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (queued_operations_ == 0 || stopping_) return;
    if (!DueLocked()) return ScheduleFlushLocked(pipeline_.max_delay);
  }
  WriteBatch();
}

void PipelineCore::WriteBatch() {
  std::vector<BatchItem> items;
  std::shared_ptr<ProcessStream> stream;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!TakeBatchLocked(items)) return;
    stream = stream_;
  }
  stream->Write(SerializeBatch(items));
}

bool PipelineCore::TakeBatchLocked(std::vector<BatchItem>& items) {
  if (link_ != Link::kOpen || writing_ || stopping_) return false;
  // One goes ahead while nothing says that there is a daemon again: the rest
  // would be sent in vain with each try.
  const bool ahead = fruitless_streams_ > 0 && results_on_stream_ == 0;
  const bool alone = ahead || one_by_one_ > 0;
  if (alone && sent_ > 0) return false;
  const size_t max_operations = alone ? 1 : pipeline_.max_batch_operations;
  const int64_t now_ns = client_.clock->NowNs();
  items.reserve(std::min(max_operations, queued_operations_));
  size_t bytes = 0;
  while (!queue_.empty() && items.size() < max_operations) {
    const uint64_t id = queue_.front();
    Entry* const entry = slots_.Find(id);
    if (entry == nullptr) {  // answered meanwhile
      queue_.pop_front();
      continue;
    }
    const SharedBytes& request = entry->operation->request();
    bytes += request.size + kMaxOperationOverheadBytes;
    if (!items.empty() && bytes > batch_bytes_) break;
    queue_.pop_front();
    UnqueueLocked(*entry);
    entry->where = Where::kSent;
    entry->sent_ns = now_ns;
    ++sent_;
    items.push_back({id, TimeoutNs(entry->deadline_ns, now_ns),
                     entry->operation->field(), request});
  }
  if (items.empty()) return false;
  if (one_by_one_ > 0) --one_by_one_;
  writing_ = true;
  ++stats_.messages;
  return true;
}

void PipelineCore::OnWritten() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    writing_ = false;
    if (queued_operations_ == 0 || stopping_) return;
    // Called from within the Write() of whoever started an operation: he came
    // to leave one operation, not to write for all others.
    if (starting_ == this) return ScheduleFlushLocked(absl::ZeroDuration());
  }
  WriteIfDue();
}

void PipelineCore::Flush() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    flush_due_ = queued_operations_ > 0;
  }
  WriteBatch();
}

void PipelineCore::NoteDeadlineLocked(int64_t deadline_ns, int64_t now_ns) {
  if (deadline_ns >= next_sweep_ns_) return;
  next_sweep_ns_ = deadline_ns;
  client_.retry_timer->RunAfter(
      std::max(kSweepGrainNs, deadline_ns - now_ns),
      [self = shared_from_this(), deadline_ns] { self->Sweep(deadline_ns); });
}

// Answers what is over. One sweep waits on the timer that counts, the one for
// next_sweep_ns_; others come for nothing.
void PipelineCore::Sweep(int64_t due_ns) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (stopping_ || due_ns != next_sweep_ns_) return;
  const int64_t now_ns = client_.clock->NowNs();
  next_sweep_ns_ = kInfiniteFutureNs;
  const Busy busy(*this);
  int64_t earliest_ns = kInfiniteFutureNs;
  bool silent = false;
  std::vector<uint64_t> expired_ids;
  slots_.ForEach([&](uint64_t id, const Entry& entry) {
    if (entry.deadline_ns > now_ns) {
      earliest_ns = std::min(earliest_ns, entry.deadline_ns);
      return;
    }
    expired_ids.push_back(id);
    if (entry.where == Where::kQueued) UnqueueLocked(entry);
    if (entry.where != Where::kSent) return;
    --sent_;
    ++forgotten_on_stream_;
    silent |= last_result_ns_ <= entry.sent_ns &&
              now_ns - entry.sent_ns >= kSilenceNs;
  });
  std::vector<Entry> expired;
  expired.reserve(expired_ids.size());
  for (const uint64_t id : expired_ids) expired.push_back(slots_.Take(id));
  // What is gone leaves the queue when it is sent, and here while nothing is.
  if (queue_.size() > 2 * queued_operations_ + 64) {
    std::erase_if(queue_, [this](uint64_t id) { return !slots_.Find(id); });
  }
  NoteDeadlineLocked(earliest_ns, now_ns);
  const absl::Status error = absl::DeadlineExceededError(
      last_stream_error_.empty()
          ? "the daemon did not answer in time"
          : absl::StrCat("the daemon did not answer in time; its last stream "
                         "ended with: ",
                         last_stream_error_));
  lock.unlock();
  if (silent) CancelStream();
  AnswerAll(expired, error);
  WriteIfDue();
}

void PipelineCore::Stop() {
  std::unique_lock<std::mutex> lock(mutex_);
  stopping_ = true;
  std::vector<Entry> entries = TakeAllLocked();
  lock.unlock();
  AnswerAll(entries, absl::CancelledError("the pipeline was destroyed"));
  CancelStream();
  client_.retry_timer->RunAllNow();
  lock.lock();
  quiet_.wait(lock, [this] { return stream_ == nullptr && busy_ == 0; });
}

std::vector<PipelineCore::Entry> PipelineCore::TakeAllLocked() {
  std::vector<uint64_t> ids;
  slots_.ForEach([&](uint64_t id, const Entry&) { ids.push_back(id); });
  std::vector<Entry> entries;
  entries.reserve(ids.size());
  for (const uint64_t id : ids) entries.push_back(slots_.Take(id));
  forgotten_on_stream_ += sent_;
  sent_ = 0;
  queue_.clear();
  queued_operations_ = 0;
  queued_bytes_ = 0;
  flush_due_ = false;
  return entries;
}

void PipelineCore::CancelStream() {
  std::shared_ptr<ProcessStream> stream;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stream = stream_;
  }
  if (stream != nullptr) stream->Cancel();
}

// The room first: the callback may want it for the next operation.
void PipelineCore::Answer(Entry& entry, absl::Status status) {
  room_.Give(entry.operation->request().size);
  answers_.fetch_add(1, std::memory_order_relaxed);
  entry.operation->Answer(std::move(status));
  entry.operation.reset();
}

void PipelineCore::AnswerAll(std::vector<Entry>& entries,
                             const absl::Status& status) {
  for (Entry& entry : entries) Answer(entry, status);
}

PipelineStats PipelineCore::stats() const {
  std::lock_guard<std::mutex> lock(mutex_);
  PipelineStats stats = stats_;
  stats.answers = answers_.load(std::memory_order_relaxed);
  return stats;
}

}  // namespace uacced::client
