// What a Reply puts off until the polling thread has seen to every completion
// of the round: one message for many results, for instance.
//
// Threads: thread-compatible; a list belongs to whoever has the reactor's turn.
#ifndef UACCED_DAEMON_CORE_DEFERRED_H_
#define UACCED_DAEMON_CORE_DEFERRED_H_

#include <utility>

namespace uacced {

// Must stay alive while it is in a list, and be in one list at a time.
class Deferred {
 public:
  // As Reply::Complete(): must not block.
  virtual void RunDeferred() = 0;

 protected:
  ~Deferred() = default;

 private:
  friend class DeferredList;
  Deferred* next_deferred_ = nullptr;
};

class DeferredList {
 public:
  // REQUIRES: `deferred` is in no list.
  void Add(Deferred* deferred) {
    deferred->next_deferred_ = head_;
    head_ = deferred;
  }

  // Runs and forgets all, those too that are added meanwhile.
  void RunAll() {
    while (head_ != nullptr) {
      Deferred* const first = head_;
      head_ = std::exchange(first->next_deferred_, nullptr);
      first->RunDeferred();
    }
  }

 private:
  Deferred* head_ = nullptr;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_CORE_DEFERRED_H_
