// What becomes of operations when results come and when streams end.
#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cpp/error.h"
#include "client/cpp/pipeline_core.h"
#include "google/rpc/status.pb.h"

namespace uacced::client {
namespace {

// As small as a batch becomes when the daemon finds messages too large.
constexpr size_t kMinBatchBytes = 16384;
constexpr char kGarbled[] = "GARBLED_RESULT";

absl::Status Garbled(absl::string_view what) {
  return MakeLocalError(absl::StatusCode::kInternal, kGarbled,
                        absl::StrCat("the daemon's result is garbled: ", what));
}

absl::Status StatusOf(PendingOperation& operation, const ResultView& result) {
  if (!result.failed) {
    if (result.field != operation.field()) {
      return Garbled("it is of another operation");
    }
    absl::Status status = operation.Parse(result.response);
    if (status.code() != absl::StatusCode::kInternal) return status;
    return Garbled(status.message());
  }
  google::rpc::Status error;
  if (!error.ParseFromArray(result.error.data(),
                            static_cast<int>(result.error.size())) ||
      error.code() == 0) {
    return Garbled("it has failed without an error");
  }
  return MakeError(error.code(), error.message(), result.error);
}

bool IsGarbled(const absl::Status& status) {
  const ErrorDetails details = GetErrorDetails(status);
  return details.domain == kLocalDomain && details.reason == kGarbled;
}

// For operations whose stream was refused: the daemon's words, and ours.
absl::Status RefusalOf(const absl::Status& error) {
  if (error.code() == absl::StatusCode::kUnimplemented &&
      GetErrorDetails(error).reason.empty()) {
    return MakeLocalError(
        error.code(), "STREAM_REFUSED",
        absl::StrCat("the daemon does not know Accelerator.Process, it may be "
                     "older than this client: ",
                     error.message()));
  }
  absl::Status result(
      error.code(),
      absl::StrCat("the stream of operations ended with: ", error.message()));
  error.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    result.SetPayload(url, payload);
  });
  return result;
}

}  // namespace

void PipelineCore::OnResults(absl::string_view message) {
  const PipelineCore* const outer = std::exchange(delivering_, this);
  bool good = ParseResults(message, results_);
  deliveries_.clear();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!good) ++stats_.bad_results;
    good = PickLocked(results_) && good;
  }
  for (Delivery& delivery : deliveries_) Deliver(delivery);
  deliveries_.clear();
  delivering_ = outer;
  if (!good) CancelStream();
  WriteIfDue();
}

// Takes the entries of `results` out of the table, under one lock for all.
// False when one of them is nobody's.
bool PipelineCore::PickLocked(const std::vector<ResultView>& results) {
  bool good = true;
  for (const ResultView& result : results) {
    const Entry* const entry = slots_.Find(result.id);
    if (entry != nullptr && entry->where == Where::kSent) {
      --sent_;
      ++results_on_stream_;
      deliveries_.push_back({slots_.Take(result.id), result});
    } else if (entry == nullptr && forgotten_on_stream_ > 0 &&
               slots_.WasGiven(result.id)) {
      --forgotten_on_stream_;  // too late: answered by its deadline
    } else {
      ++stats_.bad_results;
      good = false;
    }
  }
  if (!deliveries_.empty()) {
    last_result_ns_ = client_.clock->NowNs();
    fruitless_streams_ = 0;
    ever_answered_ = true;
    last_stream_error_.clear();
  }
  return good;
}

void PipelineCore::Deliver(Delivery& delivery) {
  Entry& entry = delivery.entry;
  absl::Status status = StatusOf(*entry.operation, delivery.result);
  if (status.ok()) return Answer(entry, absl::OkStatus());
  if (IsGarbled(status)) {
    // Nothing else of this stream is believed.
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ++stats_.bad_results;
    }
    CancelStream();
  }
  const int64_t left_ns = entry.deadline_ns - client_.clock->NowNs();
  const auto delay_ns = OperationRetryDelayNs(
      client_.retry, status, entry.tries, left_ns, client_.jitter);
  if (!delay_ns) return Answer(entry, std::move(status));
  Requeue(std::move(entry), *delay_ns);
}

void PipelineCore::Requeue(Entry entry, int64_t delay_ns) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!stopping_) {
      ++stats_.retries;
      entry.where = delay_ns > 0 ? Where::kWaitingForRetry : Where::kQueued;
      NoteDeadlineLocked(entry.deadline_ns, client_.clock->NowNs());
      const uint64_t id = slots_.Insert(std::move(entry));
      if (delay_ns == 0) return EnqueueLocked(id, *slots_.Find(id));
      client_.retry_timer->RunAfter(delay_ns, [self = shared_from_this(), id] {
        self->EndRetryWait(id);
      });
      return;
    }
  }
  Answer(entry, absl::CancelledError("the pipeline was destroyed"));
}

void PipelineCore::EndRetryWait(uint64_t id) {
  std::unique_lock<std::mutex> lock(mutex_);
  Entry* const entry = slots_.Find(id);
  if (stopping_ || entry == nullptr) return;
  entry->where = Where::kQueued;
  EnqueueLocked(id, *entry);
  ++busy_;
  const Next next = AfterEnqueueLocked(id);
  lock.unlock();
  Do(next);
  lock.lock();
  if (--busy_ == 0) quiet_.notify_all();
}

void PipelineCore::OnClosed(const absl::Status& status) {
  std::vector<Entry> failed;
  std::unique_lock<std::mutex> lock(mutex_);
  const bool fruitful = results_on_stream_ > 0;
  if (!fruitful) ++fruitless_streams_;
  stream_.reset();
  writing_ = false;
  last_stream_error_ = status.ok() ? "OK" : status.ToString();
  const std::vector<uint64_t> unsent = UnsendLocked();
  if (IsFinalLocked(status)) {
    failed = TakeAllLocked();
  } else if (status.code() == absl::StatusCode::kResourceExhausted) {
    // Most likely a message was too large for the daemon, or its answer for
    // us. Which one is found by sending them alone.
    if (unsent.size() == 1) {
      UnqueueLocked(*slots_.Find(unsent[0]));
      failed.push_back(slots_.Take(unsent[0]));
      fruitless_streams_ = 0;
    } else {
      one_by_one_ = unsent.size();
      batch_bytes_ =
          std::min(batch_bytes_, std::max(batch_bytes_ / 2, kMinBatchBytes));
    }
  }
  stats_.resends += unsent.size() - std::min(unsent.size(), failed.size());
  link_ = Link::kNone;
  if (!slots_.empty() && !stopping_) {
    const auto asked = GetErrorDetails(status).retry_delay;
    absl::Duration delay = asked.value_or(absl::ZeroDuration());
    if (!fruitful) {
      delay =
          RetryDelay(client_.retry, fruitless_streams_, asked, client_.jitter);
    }
    ScheduleOpenLocked(absl::ToInt64Nanoseconds(delay));
  }
  ++busy_;
  lock.unlock();
  if (!failed.empty()) AnswerAll(failed, RefusalOf(status));
  lock.lock();
  if (--busy_ == 0) quiet_.notify_all();
}

std::vector<uint64_t> PipelineCore::UnsendLocked() {
  std::vector<std::pair<uint64_t, uint64_t>> sent;  // order, id
  slots_.ForEach([&](uint64_t id, const Entry& entry) {
    if (entry.where == Where::kSent) sent.emplace_back(entry.order, id);
  });
  std::sort(sent.begin(), sent.end());
  std::vector<uint64_t> ids;
  for (const auto& [order, id] : sent) {
    Entry* const entry = slots_.Find(id);
    entry->where = Where::kQueued;
    EnqueueLocked(id, *entry);
    ids.push_back(id);
  }
  // They are older than what waits.
  std::rotate(queue_.begin(), queue_.end() - static_cast<ptrdiff_t>(ids.size()),
              queue_.end());
  sent_ = 0;
  one_by_one_ = 0;
  return ids;
}

bool PipelineCore::IsFinalLocked(const absl::Status& status) const {
  const bool tried_enough = fruitless_streams_ >= client_.retry.max_attempts;
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return tried_enough && !ever_answered_;
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
      return tried_enough;
    default:
      return true;
  }
}

void PipelineCore::ScheduleOpenLocked(int64_t delay_ns) {
  link_ = Link::kPaused;
  client_.retry_timer->RunAfter(delay_ns, [self = shared_from_this()] {
    {
      std::lock_guard<std::mutex> lock(self->mutex_);
      if (self->stopping_ || self->link_ != Link::kPaused) return;
      self->link_ = self->slots_.empty() ? Link::kNone : Link::kOpening;
      if (self->link_ == Link::kNone) return;
    }
    self->Open();
  });
}

}  // namespace uacced::client
