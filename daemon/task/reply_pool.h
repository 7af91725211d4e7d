// The ReplyPool is where finished jobs leave the polling thread: its threads
// build the answers and send them, which copies, allocates and calls gRPC.
//
// Threads: Push() is thread-safe and does not block, lock or allocate.
// Lifetime: whoever pushes keeps the task alive until Respond() was called.
#ifndef UACCED_DAEMON_TASK_REPLY_POOL_H_
#define UACCED_DAEMON_TASK_REPLY_POOL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "base/bounded_ring.h"
#include "base/worker_gate.h"

namespace uacced {

class ReplyTask {
 public:
  virtual void Respond() = 0;

 protected:
  ~ReplyTask() = default;
};

class ReplyPool {
 public:
  // `capacity` must not be below the number of tasks that can exist at once.
  // REQUIRES: thread_count > 0.
  ReplyPool(uint32_t thread_count, size_t capacity);
  ReplyPool(const ReplyPool&) = delete;
  ReplyPool& operator=(const ReplyPool&) = delete;
  // Responds to everything pushed before, then joins.
  ~ReplyPool();

  void Push(ReplyTask* task);

 private:
  void Run();

  BoundedRing<ReplyTask*> ring_;
  WorkerGate gate_;
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_REPLY_POOL_H_
