// Streams that may live as long as their clients, so that somebody can ask
// them to end: when they are old, and when the daemon stops.
//
// Threads: thread-safe.
#ifndef UACCED_DAEMON_RPC_STREAM_REGISTRY_H_
#define UACCED_DAEMON_RPC_STREAM_REGISTRY_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"

namespace uacced {

class RetirableStream {
 public:
  explicit RetirableStream(int64_t start_ns) : start_ns_(start_ns) {}
  int64_t start_ns() const { return start_ns_; }

  // With the registry locked: makes sure that the stream lives until Retire().
  // False: it is ending anyway.
  virtual bool Pin() = 0;

  // Without the lock, after Pin() gave true: end as soon as what was read is
  // answered, with `status`. Not for the first time, perhaps.
  virtual void Retire(const absl::Status& status) = 0;

 protected:
  ~RetirableStream() = default;

 private:
  const int64_t start_ns_;
};

class StreamRegistry {
 public:
  void Add(RetirableStream* stream) {
    std::lock_guard<std::mutex> lock(mutex_);
    streams_.insert(stream);
  }
  void Remove(RetirableStream* stream) {
    std::lock_guard<std::mutex> lock(mutex_);
    streams_.erase(stream);
  }

  // Retires those that started at `before_ns` or earlier.
  void Retire(const absl::Status& status,
              int64_t before_ns = std::numeric_limits<int64_t>::max()) {
    std::vector<RetirableStream*> retired;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      for (RetirableStream* stream : streams_) {
        if (stream->start_ns() <= before_ns && stream->Pin()) {
          retired.push_back(stream);
        }
      }
    }
    for (RetirableStream* stream : retired) stream->Retire(status);
  }

  size_t size() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return streams_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_set<RetirableStream*> streams_;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_STREAM_REGISTRY_H_
