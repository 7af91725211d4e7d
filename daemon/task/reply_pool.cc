#include "daemon/task/reply_pool.h"

#include <pthread.h>

namespace uacced {

ReplyPool::ReplyPool(uint32_t thread_count, size_t capacity) : ring_(capacity) {
  for (uint32_t i = 0; i < thread_count; ++i) {
    threads_.emplace_back([this] {
      pthread_setname_np(pthread_self(), "uacced-reply");
      Run();
    });
  }
}

ReplyPool::~ReplyPool() {
  stopping_.store(true, std::memory_order_release);
  gate_.NotifyAll();
  for (std::thread& thread : threads_) thread.join();
}

void ReplyPool::Push(ReplyTask* task) {
  // Full would mean more tasks than admission lets exist. Answering here is
  // slow, not wrong.
  if (!ring_.TryPush(static_cast<ReplyTask*>(task))) {
    task->Respond();
    return;
  }
  gate_.Notify();
}

void ReplyPool::Run() {
  ReplyTask* task = nullptr;
  for (;;) {
    if (ring_.TryPop(task)) {
      task->Respond();
      continue;
    }
    const uint32_t ticket = gate_.Prepare();
    if (ring_.TryPop(task)) {
      gate_.Cancel();
      task->Respond();
    } else if (stopping_.load(std::memory_order_acquire)) {
      gate_.Cancel();
      return;
    } else {
      gate_.Wait(ticket);
    }
  }
}

}  // namespace uacced
