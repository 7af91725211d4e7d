#include "daemon/rpc/answer_watch.h"

#include <atomic>
#include <utility>

namespace uacced {
namespace {

// Each thread keeps to one shard.
size_t ThreadNumber() {
  static std::atomic<size_t> next{0};
  thread_local const size_t number =
      next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace

void AnswerWatch::Add(Answer& answer, grpc::CallbackServerContext* context,
                      int64_t now_ns) {
  answer.context_ = context;
  answer.since_ns_ = now_ns;
  answer.shard_ = ThreadNumber() % kShards;
  Shard& shard = shards_[answer.shard_];
  std::lock_guard<std::recursive_mutex> lock(shard.mutex);
  answer.before_ = shard.tail;
  answer.behind_ = nullptr;
  (shard.tail == nullptr ? shard.head : shard.tail->behind_) = &answer;
  shard.tail = &answer;
}

void AnswerWatch::Remove(Answer& answer) {
  Shard& shard = shards_[answer.shard_];
  std::lock_guard<std::recursive_mutex> lock(shard.mutex);
  // A look under the lock: CancelOlder() may just have unlinked it.
  if (std::exchange(answer.context_, nullptr) != nullptr) {
    Unlink(shard, answer);
  }
}

void AnswerWatch::Unlink(Shard& shard, Answer& answer) {
  (answer.before_ == nullptr ? shard.head : answer.before_->behind_) =
      answer.behind_;
  (answer.behind_ == nullptr ? shard.tail : answer.behind_->before_) =
      answer.before_;
}

void AnswerWatch::CancelOlder(int64_t before_ns) {
  for (Shard& shard : shards_) {
    std::lock_guard<std::recursive_mutex> lock(shard.mutex);
    while (shard.head != nullptr && shard.head->since_ns_ <= before_ns) {
      Answer& oldest = *shard.head;
      grpc::CallbackServerContext* const context =
          std::exchange(oldest.context_, nullptr);
      Unlink(shard, oldest);
      // The lock keeps the call: its end has to pass Remove().
      context->TryCancel();
    }
  }
}

}  // namespace uacced
