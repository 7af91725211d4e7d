// Answers that gRPC holds and whose clients may never read them: they keep
// their ticket, so somebody has to lose patience.
//
// Threads: thread-safe. In shards, so that calls seldom meet.
#ifndef UACCED_DAEMON_RPC_ANSWER_WATCH_H_
#define UACCED_DAEMON_RPC_ANSWER_WATCH_H_

#include <grpcpp/server_context.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace uacced {

class AnswerWatch {
 public:
  // Within the call object that owns it. Belongs to the watch from Add() to
  // Remove().
  class Answer {
   private:
    friend class AnswerWatch;
    grpc::CallbackServerContext* context_ = nullptr;  // Null: not watched.
    int64_t since_ns_ = 0;
    size_t shard_ = 0;
    Answer* before_ = nullptr;
    Answer* behind_ = nullptr;
  };

  // Before the answer is given to gRPC. `context` lives until Remove().
  void Add(Answer& answer, grpc::CallbackServerContext* context,
           int64_t now_ns);
  // When gRPC has let go of it. Does nothing when it is not watched.
  void Remove(Answer& answer);

  // Cancels the calls whose answer gRPC has had since `before_ns` or longer.
  void CancelOlder(int64_t before_ns);

 private:
  static constexpr size_t kShards = 16;

  struct alignas(64) Shard {
    // Recursive, because the end of a call may come within its cancellation.
    std::recursive_mutex mutex;
    // Guarded by `mutex`. Oldest first.
    Answer* head = nullptr;
    Answer* tail = nullptr;
  };

  static void Unlink(Shard& shard, Answer& answer);

  std::array<Shard, kShards> shards_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_ANSWER_WATCH_H_
