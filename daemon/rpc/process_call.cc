#include "daemon/rpc/process_call.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/rpc/deadline.h"
#include "daemon/rpc/grpc_status.h"
#include "daemon/rpc/response_writer.h"
#include "daemon/rpc/stream_operation.h"
#include "daemon/rpc/wire.h"

namespace uacced {
namespace {

// Results gather up to so much in one message, and at least one.
constexpr size_t kMaxResponseBytes = size_t{1} << 20;

void PushBack(OperationList& list, StreamOperation* operation) {
  operation->next = nullptr;
  (list.head == nullptr ? list.head : list.tail->next) = operation;
  list.tail = operation;
}

StreamOperation* PopFront(OperationList& list) {
  StreamOperation* const first = list.head;
  if (first != nullptr) list.head = first->next;
  return first;
}

// Ends the stream, which its client may try again.
absl::Status NoRoom() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "too much in flight for another message of operations; open "
                   "a new stream after a short wait, and send again what has "
                   "no result",
                   {.reason = "BYTES_LIMIT",
                    .retry_after = absl::Milliseconds(20),
                    .quota_subject = "daemon",
                    .quota_description = "limits.max_bytes"});
}

absl::Status Malformed(absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, what,
                   {.reason = "MALFORMED_MESSAGE"});
}

}  // namespace

ProcessCall::ProcessCall(const RequestPath& path, StreamRegistry& registry,
                         grpc::CallbackServerContext* context)
    : RetirableStream(path.path.clock.NowNs()),
      path_(path),
      registry_(registry),
      context_(context) {}

void ProcessCall::Start() {
  registry_.Add(this);
  Lock lock(mutex_);
  ++pins_;
  Unpin(lock);
}

void ProcessCall::OnReadDone(bool ok) {
  Lock lock(mutex_);
  if (!ok || finish_called_) {
    reading_ = false;
    no_more_reads_ = true;
    ++pins_;
    Unpin(lock);
    return;
  }
  ++pins_;
  lock.unlock();
  const absl::Status status = TakeMessage();
  lock.lock();
  reading_ = false;
  if (!status.ok()) {
    no_more_reads_ = true;
    final_status_ = status;
  }
  Unpin(lock);
}

absl::Status ProcessCall::TakeMessage() {
  auto message = std::make_shared<MessageBuffer>();
  const bool whole = MakeContiguous(request_, message->wire);
  request_.Clear();
  if (!whole) return Malformed("the stream carried no message");
  const absl::Status admitted = Admit(message->wire.size(), message->ticket);

  OperationList operations;
  absl::Status status = Unpack(message, operations);
  // What operations are themselves stays until their results were written, also
  // when they are refused: a client that reads none must find an end.
  const uint32_t count = operations.count;
  auto room = std::make_shared<Ticket>();
  const uint64_t room_bytes = uint64_t{count} * sizeof(StreamOperation);
  if (!Admit(room_bytes, *room).ok() && status.ok()) status = NoRoom();
  const int64_t now_ns = path_.path.clock.NowNs();
  const int64_t deadline_ns = DeadlineNs(*context_, now_ns);
  // One message is one batch: reactors see all its operations at once.
  Placement::Batch batch(path_.path.placement);
  while (StreamOperation* operation = PopFront(operations)) {
    operation->room = room;
    if (admitted.ok()) {
      operation->Start(now_ns, deadline_ns, &cancelled_, batch);
    } else {
      operation->Refuse(admitted);
    }
  }
  return status;
}

absl::Status ProcessCall::Admit(uint64_t bytes, Ticket& ticket) const {
  UACCED_ASSIGN_OR_RETURN(ticket, path_.path.admission.AdmitBytes(bytes));
  return absl::OkStatus();
}

// What is good of a message is done, even if there is more that is not.
absl::Status ProcessCall::Unpack(
    const std::shared_ptr<const MessageBuffer>& message,
    OperationList& operations) {
  hw::Bytes rest = AsBytes(message->wire);
  OperationHeader header;
  bool malformed = false;
  uint32_t count = 0;
  uint64_t bytes = 0;
  while (count <= kMaxOperationsPerMessage &&
         TakeOperation(rest, header, &malformed)) {
    if (++count > kMaxOperationsPerMessage) break;
    auto* operation = new StreamOperation(path_, header, message, this);
    bytes += operation->counted_bytes;
    PushBack(operations, operation);
    operations.count = count;
  }
  // What is around the operations takes memory as they do.
  if (operations.head != nullptr) {
    operations.head->counted_bytes += message->wire.size() - bytes;
    bytes = message->wire.size();
  }
  {
    Lock lock(mutex_);
    unanswered_jobs_ += std::min(count, kMaxOperationsPerMessage);
    unanswered_bytes_ += bytes;
  }
  if (malformed) return Malformed("a message is not a valid ProcessRequest");
  if (count == 0) return Malformed("a message has no operation");
  if (count > kMaxOperationsPerMessage) {
    return Malformed(absl::StrCat("a message has at most ",
                                  kMaxOperationsPerMessage, " operations"));
  }
  return absl::OkStatus();
}

void ProcessCall::OperationEnded(StreamOperation* operation,
                                 DeferredList* deferred) {
  Lock lock(mutex_);
  PushBack(finished_, operation);
  operation->counted_bytes += operation->produced_bytes();
  unanswered_bytes_ += operation->produced_bytes();
  // Whoever writes, or is inside, or comes at the end of the round, sees it.
  if (writing_ || deferred_) return;
  if (deferred != nullptr) {
    deferred_ = true;
    deferred->Add(this);
    return;
  }
  if (pins_ > 0) return;
  ++pins_;
  Unpin(lock);
}

void ProcessCall::RunDeferred() {
  Lock lock(mutex_);
  deferred_ = false;
  ++pins_;
  Unpin(lock);
}

void ProcessCall::OnWriteDone(bool ok) {
  path_.answers.Remove(answer_);
  // The results are on their way: their tickets go back, outside of the lock.
  uint32_t jobs = 0;
  uint64_t bytes = 0;
  while (StreamOperation* operation = PopFront(being_written_)) {
    ++jobs;
    bytes += operation->counted_bytes;
    delete operation;
  }
  response_.Clear();
  Lock lock(mutex_);
  unanswered_jobs_ -= jobs;
  unanswered_bytes_ -= bytes;
  writing_ = false;
  if (!ok) broken_ = true;
  ++pins_;
  Unpin(lock);
}

void ProcessCall::OnCancel() {
  cancelled_.store(true, std::memory_order_relaxed);
  Lock lock(mutex_);
  no_more_reads_ = true;
  broken_ = true;
  ++pins_;
  Unpin(lock);
}

void ProcessCall::OnDone() {
  registry_.Remove(this);
  delete this;
}

bool ProcessCall::Pin() {
  Lock lock(mutex_);
  if (finish_called_) return false;
  ++pins_;
  return true;
}

void ProcessCall::Retire(const absl::Status& status) {
  Lock lock(mutex_);
  if (!no_more_reads_) {
    no_more_reads_ = true;
    final_status_ = status;
  }
  Unpin(lock);
}

// Takes back a pin, once everything is done that can be. The stream may be gone
// when this returns, with `lock` released.
void ProcessCall::Unpin(Lock& lock) {
  while (PumpOnce(lock)) {
  }
  --pins_;
  if (!MayFinish()) {
    lock.unlock();
    return;
  }
  finish_called_ = true;
  const absl::Status status = final_status_;
  lock.unlock();
  Finish(ToGrpcStatus(status));
}

// True: something was done, and there may be more to do.
bool ProcessCall::PumpOnce(Lock& lock) {
  if (finished_.head != nullptr && !writing_) {
    if (broken_) {
      DropFinished();
    } else {
      Write(lock);
    }
    return true;
  }
  if (MayRead()) {
    reading_ = true;
    // The next message may be there already, and be taken apart at once: not in
    // a round of the reactor's.
    if (Reactor::ThisThreadHasATurn()) {
      ++pins_;
      path_.path.reply_pool.Push(this);
      return true;
    }
    lock.unlock();
    StartRead(&request_);
    lock.lock();
    return true;
  }
  return false;
}

// Reads, on a reply thread.
void ProcessCall::Respond() {
  StartRead(&request_);
  Lock lock(mutex_);
  Unpin(lock);
}

bool ProcessCall::MayRead() const {
  return !reading_ && !no_more_reads_ &&
         unanswered_jobs_ < path_.max_jobs_per_stream &&
         unanswered_bytes_ < path_.max_bytes_per_stream;
}

bool ProcessCall::MayFinish() const {
  return no_more_reads_ && unanswered_jobs_ == 0 && !writing_ && !deferred_ &&
         pins_ == 0 && !finish_called_;
}

// REQUIRES: nothing is being written, and something finished.
void ProcessCall::Write(Lock& lock) {
  writing_ = true;
  size_t bytes = 0;
  do {
    bytes += finished_.head->produced_bytes();
    PushBack(being_written_, PopFront(finished_));
  } while (finished_.head != nullptr &&
           bytes + finished_.head->produced_bytes() <= kMaxResponseBytes);
  lock.unlock();
  FillResponse();
  path_.answers.Add(answer_, context_, path_.path.clock.NowNs());
  StartWrite(&response_);
  lock.lock();
}

void ProcessCall::FillResponse() {
  ResponseWriter writer;
  ResponseFields fields;
  for (StreamOperation* operation = being_written_.head; operation != nullptr;
       operation = operation->next) {
    if (operation->status().ok()) {
      const auto& head = operation->BuildResponse(fields);
      writer.Add(operation->id(),
                 kFirstKindField + static_cast<int>(operation->kind()), head,
                 operation->TakeOutput(), operation->payload_bytes());
    } else {
      writer.Add(operation->id(), v1::OperationResult::kErrorFieldNumber,
                 ToRpcStatus(operation->status()), {}, 0);
    }
  }
  response_ = writer.Finish();
}

// REQUIRES: the lock is held.
void ProcessCall::DropFinished() {
  while (StreamOperation* operation = PopFront(finished_)) {
    --unanswered_jobs_;
    unanswered_bytes_ -= operation->counted_bytes;
    delete operation;
  }
}

}  // namespace uacced
